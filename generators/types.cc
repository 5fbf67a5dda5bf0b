#include "generators/types.h"

#include <algorithm>

namespace fficheck {
namespace {

bool is_scalar(Kind kind) { return class_of(kind) == KindClass::Scalar; }
bool is_plain(Kind kind) { return is_scalar(kind) || class_of(kind) == KindClass::Text; }

}  // namespace

TypeDrawer::TypeDrawer(Draw& draw, const Profile& profile, Names& names, Names::Scope& top,
                       SchemaBuilder& builder)
    : draw_(draw), profile_(profile), names_(names), top_(top), builder_(builder) {
  bool any_plain = false;
  for (const Kind kind : kAllKinds) {
    const auto i = static_cast<std::size_t>(kind);
    // Most scalars go, and those that stay come often.
    const std::uint32_t drop = is_scalar(kind) ? 50 + profile.drop_kind / 2 : profile.drop_kind;
    if (profile.weights[i] == 0 || draw_.chance(profile.drop_kind == 0 ? 0 : drop)) continue;
    weights_[i] = static_cast<std::uint8_t>(profile.weights[i] * draw_.range(1, 4));
    any_plain |= is_plain(kind);
  }
  if (!any_plain) {
    constexpr std::array kFallback = {Kind::U8, Kind::U32, Kind::S64, Kind::F64, Kind::Bool};
    std::vector<Kind> possible;
    std::ranges::copy_if(kFallback, std::back_inserter(possible), [&](Kind k) { return may(k); });
    weights_[static_cast<std::size_t>(draw_.pick(possible))] = 4;
  }
  depth_ = profile.max_depth > 4 ? draw_.range(profile.max_depth / 2, profile.max_depth)
                                 : draw_.range(1, profile.max_depth);
}

TypeId TypeDrawer::note(TypeId id, Kind kind, std::uint32_t weight) {
  info_.try_emplace(id, Info{kind, weight});
  return id;
}

bool TypeDrawer::fits(Kind kind, Use use) const {
  if (!profile_.nim || (kind != Kind::List && kind != Kind::Option)) return true;
  return use == Use::Whole || use == Use::Part;
}

TypeId TypeDrawer::plain(Use) {
  std::array<std::uint8_t, kAllKinds.size()> some{};
  for (const Kind kind : kAllKinds) {
    const auto i = static_cast<std::size_t>(kind);
    if (is_plain(kind)) some[i] = weights_[i];
  }
  const Kind kind = kAllKinds[draw_.weighted(some)];
  return note(builder_.scalar(kind), kind, 1);
}

std::optional<TypeId> TypeDrawer::existing(std::uint32_t depth, Use use, std::uint32_t percent) {
  if (named_.empty() || depth == 0 || !draw_.chance(percent)) return std::nullopt;
  const TypeId id = draw_.pick(named_);
  if (weight(id) > budget_ || !fits(info_.at(id).kind, use)) return std::nullopt;
  // A list of what is large makes values of millions of leaves.
  if (use == Use::Element && weight(id) > 64) return std::nullopt;
  return id;
}

TypeId TypeDrawer::type(std::uint32_t depth, Use use) {
  if (depth == depth_) budget_ = profile_.max_weight;
  if (const auto id = existing(depth, use, depth == depth_ ? 45 : 20)) return *id;
  auto weights = weights_;
  for (const Kind kind : kAllKinds) {
    const bool leaf = is_plain(kind) || kind == Kind::Enum || kind == Kind::Flags;
    auto& w = weights[static_cast<std::size_t>(kind)];
    if (!fits(kind, use) || (!leaf && (depth == 0 || budget_ < 4))) w = 0;
    // Named types come from `named`, seldom from within another type.
    if (is_named(kind)) w = static_cast<std::uint8_t>(depth > 0 && budget_ > 8 && w != 0 ? 1 : 0);
  }
  const Kind kind = kAllKinds[draw_.weighted(weights)];
  if (is_plain(kind)) {
    budget_ -= std::min(budget_, 1u);
    return note(builder_.scalar(kind), kind, 1);
  }
  if (is_named(kind)) {
    return named_type(kind, draw_.range(profile_.parts.least, profile_.parts.most), depth);
  }
  return composite(kind, depth);
}

TypeId TypeDrawer::composite(Kind kind, std::uint32_t depth) {
  budget_ -= std::min(budget_, 1u);
  Type type{.kind = kind, .name = {}, .parts = {}};
  std::uint32_t sum = 1;
  const auto part = [&](Use use, bool bare) {
    if (bare) {
      type.parts.push_back({});
      return;
    }
    const TypeId id = this->type(depth - 1, use);
    sum += weight(id);
    type.parts.push_back({{}, id});
  };
  if (kind == Kind::List || kind == Kind::Option) {
    part(Use::Element, false);
  } else if (kind == Kind::Result) {
    part(Use::Part, draw_.chance(25));
    part(Use::Part, draw_.chance(25));
  } else {
    const std::uint32_t n = draw_.range(1, std::min(4u, profile_.parts.most));
    for (std::uint32_t i = 0; i < n; ++i) part(Use::Part, false);
  }
  return note(builder_.add(std::move(type)), kind, sum);
}

TypeId TypeDrawer::named_type(Kind kind, std::uint32_t count, std::uint32_t depth) {
  // The name is claimed at the end: a type within comes first in the text.
  Type type{.kind = kind, .name = {}, .parts = {}};
  Names::Scope scope = names_.scope();
  std::uint32_t sum = 1;
  const bool has_types = kind == Kind::Record || kind == Kind::Variant;
  const char* const plain_name = kind == Kind::Record ? "f" : kind == Kind::Flags ? "b" : "c";
  for (std::uint32_t i = 0; i < count; ++i) {
    Part part{scope.next(plain_name), std::nullopt};
    // Where there are many, few are more than scalars.
    const bool payload = kind == Kind::Record || draw_.chance(count > 30 ? 10 : 65);
    if (has_types && payload) {
      const bool deep = depth > 0 && (count <= 30 || draw_.chance(5));
      part.type = deep ? this->type(depth - 1, Use::Part) : plain(Use::Part);
      sum += weight(*part.type);
    }
    type.parts.push_back(std::move(part));
  }
  type.name = top_.next("t");
  const TypeId id = note(builder_.add(std::move(type)), kind, sum);
  named_.push_back(id);
  return id;
}

std::optional<TypeId> TypeDrawer::named() {
  auto weights = weights_;
  std::uint32_t sum = 0;
  for (const Kind kind : kAllKinds) {
    auto& w = weights[static_cast<std::size_t>(kind)];
    if (!is_named(kind)) w = 0;
    sum += w;
  }
  if (sum == 0) return std::nullopt;
  budget_ = profile_.max_weight;
  const Kind kind = kAllKinds[draw_.weighted(weights)];
  std::uint32_t count = draw_.range(profile_.parts.least, profile_.parts.most);
  if (kind == Kind::Record && !profile_.nim && draw_.chance(8)) count = 0;
  if (kind == Kind::Flags && draw_.chance(30)) {
    constexpr std::array kBorders = {1u, 7u, 8u, 9u, 16u, 17u, 32u, 33u};
    count = draw_.pick(kBorders);
  }
  return named_type(kind, count, depth_);
}

void TypeDrawer::joining() {
  if (!may(Kind::Enum)) return;
  const auto add = [&](const char* name, std::initializer_list<const char*> cases) {
    Type type{.kind = Kind::Enum, .name = top_.claim(name), .parts = {}};
    for (const char* c : cases) type.parts.push_back({c, std::nullopt});
    named_.push_back(note(builder_.add(std::move(type)), Kind::Enum, 1));
  };
  add("a", {"x", "b-c"});
  add("a-b", {"c"});
}

std::optional<TypeId> TypeDrawer::large() {
  std::vector<Kind> kinds;
  for (const Kind kind : {Kind::Record, Kind::Variant, Kind::Enum, Kind::Flags}) {
    if (may(kind)) kinds.push_back(kind);
  }
  if (kinds.empty()) return std::nullopt;
  const Kind kind = draw_.pick(kinds);
  std::uint32_t count = 0;
  if (kind == Kind::Record) {
    count = draw_.range(100, 300);
  } else if (kind == Kind::Flags) {
    constexpr std::array kFlags = {63u, 64u, 65u, 100u, 128u, 129u, 200u};
    count = draw_.pick(kFlags);
  } else {
    constexpr std::array kCases = {127u, 128u, 129u, 255u, 256u, 257u, 300u};
    count = draw_.pick(kCases);
  }
  budget_ = std::max(profile_.max_weight, 600u);
  return named_type(kind, count, depth_);
}

TypeId TypeDrawer::tested() {
  budget_ = profile_.max_weight;
  if (const auto id = existing(1, Use::Result, 60)) return *id;
  return type(depth_, Use::Result);
}

TypeId TypeDrawer::of_parts(Kind kind, const std::vector<std::optional<TypeId>>& parts) {
  Type type{.kind = kind, .name = {}, .parts = {}};
  Names::Scope scope = names_.scope();
  std::uint32_t sum = 1;
  for (const std::optional<TypeId> part : parts) {
    type.parts.push_back({scope.next(kind == Kind::Record ? "f" : "c"), part});
    if (part) sum += weight(*part);
  }
  type.name = top_.next("t");
  const TypeId id = note(builder_.add(std::move(type)), kind, sum);
  named_.push_back(id);
  return id;
}

TypeId TypeDrawer::record(const std::vector<TypeId>& fields) {
  return of_parts(Kind::Record, {fields.begin(), fields.end()});
}

TypeId TypeDrawer::list(TypeId element) {
  const TypeId id = builder_.add({.kind = Kind::List, .name = {}, .parts = {{{}, element}}});
  return note(id, Kind::List, 1 + weight(element));
}

TypeId TypeDrawer::variant(const std::vector<TypeId>& payloads) {
  std::vector<std::optional<TypeId>> parts{payloads.begin(), payloads.end()};
  if (draw_.chance(30)) parts.insert(parts.begin() + draw_.range(0, 1), std::nullopt);
  return of_parts(Kind::Variant, parts);
}

TypeId TypeDrawer::error_type() {
  budget_ = profile_.max_weight;
  if (const auto id = existing(1, Use::Part, 60)) return *id;
  return type(std::min(depth_, 1u), Use::Part);
}

TypeId TypeDrawer::result_type(std::optional<TypeId> ok, std::optional<TypeId> err) {
  const std::uint32_t sum = 1 + (ok ? weight(*ok) : 0) + (err ? weight(*err) : 0);
  return note(builder_.result(ok, err), Kind::Result, sum);
}

}  // namespace fficheck

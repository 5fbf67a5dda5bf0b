#include "generators/resources.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace fficheck {
namespace {

class ResourceDrawer {
 public:
  ResourceDrawer(Draw& draw, Names& names, Names::Scope& top, TypeDrawer& types,
                 SchemaBuilder& builder)
      : draw_(draw), names_(names), top_(top), types_(types), builder_(builder) {}

  void run(std::uint32_t count) {
    constexpr std::array<const char*, 6> kNames = {"water", "tap-2",  "big-timer",
                                                   "x",     "a-b-c3", "own-thing"};
    constexpr std::array<const char*, 4> kHosts = {"tap-2", "sink", "y", "host-r2-d2"};
    for (std::uint32_t i = 0; i < count; ++i) {
      resources_.push_back(top_.claim(draw_.pick(kNames)));
      ids_.push_back(builder_.resource({resources_.back(), false}));
    }
    for (std::uint32_t n = draw_.low_range(0, 2); n > 0; --n) {
      resources_.push_back(top_.claim(draw_.pick(kHosts)));
      host_ids_.push_back(builder_.resource({resources_.back(), true}));
    }
    owned_ = ids_;
    ids_.insert(ids_.end(), host_ids_.begin(), host_ids_.end());
    for (const ResourceId id : owned_) members(id);
    for (std::uint32_t n = draw_.range(2, 6); n > 0; --n) free_function();
    if (host_ids_.empty()) return;
    // What the host offers is over its own resources alone.
    ids_ = host_ids_;
    to_host_ = true;
    for (const ResourceId id : host_ids_) members(id);
    for (std::uint32_t n = draw_.range(1, 4); n > 0; --n) free_function();
  }

 private:
  TypeId handle(Kind kind, ResourceId resource) {
    return builder_.add({.kind = kind, .name = {}, .parts = {}, .resource = resource});
  }
  TypeId any_handle(Kind kind) { return handle(kind, draw_.pick(ids_)); }

  /// A handle, or something that holds one or more.
  TypeId holding(Kind kind, std::uint32_t depth) {
    const auto inner = [&] { return depth == 0 ? any_handle(kind) : holding(kind, depth - 1); };
    switch (draw_.range(0, 8)) {
      case 0: return builder_.list(inner());
      case 1: return builder_.option(inner());
      case 2: return builder_.tuple({inner(), types_.any(), any_handle(kind)});
      case 3: return named(Kind::Record, "held", {"first", "text", "last"}, kind);
      case 4: return named(Kind::Variant, "one-of", {"some-own", "text", "none"}, kind);
      case 5: {
        const TypeId err = types_.any();
        return builder_.result(inner(), err);
      }
      default: return any_handle(kind);
    }
  }

  TypeId named(Kind type, const std::string& name, const std::vector<std::string>& parts,
               Kind kind) {
    const TypeId first = any_handle(kind);
    const TypeId text = types_.scalar(Kind::String);
    Type out{.kind = type, .name = top_.claim(name), .parts = {}, .resource = 0};
    out.parts.push_back({parts[0], first});
    out.parts.push_back({parts[1], text});
    out.parts.push_back(
        {parts[2], type == Kind::Record ? std::optional(any_handle(kind)) : std::nullopt});
    return builder_.add(std::move(out));
  }

  std::vector<Param> params(const std::vector<TypeId>& types, bool method, ResourceId resource) {
    Names::Scope scope = names_.scope();
    std::vector<Param> out;
    if (method) out.push_back({scope.claim("self"), handle(Kind::Borrow, resource)});
    for (const TypeId type : types) out.push_back({scope.next("p"), type});
    return out;
  }

  std::vector<TypeId> some_types() {
    std::vector<TypeId> out;
    for (std::uint32_t n = draw_.low_range(0, 3); n > 0; --n) out.push_back(any_type());
    return out;
  }
  TypeId any_type() {
    if (draw_.chance(50)) return types_.any();
    return holding(draw_.chance(50) ? Kind::Own : Kind::Borrow, 1);
  }
  std::optional<TypeId> any_result() {
    if (draw_.chance(20)) return std::nullopt;
    return draw_.chance(50) ? types_.result() : holding(Kind::Own, 1);
  }

  void add(std::string name, FunctionKind kind, ResourceId resource,
           const std::vector<TypeId>& types, std::optional<TypeId> result) {
    Function f;
    f.name = std::move(name);
    f.kind = kind;
    f.resource = resource;
    f.params = params(types, kind == FunctionKind::Method, resource);
    f.result = result;
    if (to_host_)
      builder_.import(std::move(f));
    else
      builder_.function(std::move(f));
  }

  void add_any(Names::Scope& scope, const char* name, FunctionKind kind, ResourceId id,
               std::optional<TypeId> result) {
    const std::vector<TypeId> types = some_types();
    add(scope.next(name), kind, id, types, result);
  }

  void members(ResourceId id) {
    std::vector<TypeId> plain;
    for (std::uint32_t n = draw_.low_range(0, 2); n > 0; --n) plain.push_back(types_.any());
    TypeId made = handle(Kind::Own, id);
    if (draw_.chance(25)) made = builder_.result(made, types_.scalar(Kind::String));
    add("constructor", FunctionKind::Constructor, id, plain, made);
    Names::Scope scope = names_.scope();
    (void)scope.claim("constructor");
    (void)scope.claim(resources_[id]);  // WIT takes "[method]x.x" and "x" for one name
    add(scope.claim("consume"), FunctionKind::Method, id, {}, types_.scalar(Kind::U64));
    for (std::uint32_t n = draw_.low_range(0, 2); n > 0; --n)
      add_any(scope, "call-", FunctionKind::Method, id, any_result());
    if (draw_.chance(40)) add_any(scope, "make-", FunctionKind::Static, id, holding(Kind::Own, 1));
  }

  void free_function() {
    const std::string number = std::to_string(count_++);
    switch (draw_.range(0, 4)) {
      case 0: {
        const std::vector<TypeId> types{any_type(), any_type()};
        add(top_.claim("consume-held-" + number), FunctionKind::Free, 0, types,
            types_.scalar(Kind::U64));
        return;
      }
      case 1: {
        const TypeId type = holding(Kind::Own, 2);
        add(top_.claim("echo-held-" + number), FunctionKind::Free, 0, {type}, type);
        return;
      }
      case 2: {
        const TypeId result = holding(Kind::Own, 2);
        add(top_.claim("produce-held-" + number), FunctionKind::Free, 0, {types_.scalar(Kind::U64)},
            result);
        return;
      }
      case 3: {  // several owned handles of one type among the arguments
        const TypeId own = any_handle(Kind::Own);
        const std::vector<TypeId> types(draw_.range(2, 3), own);
        add(top_.claim("merge-" + number), FunctionKind::Free, 0, types, own);
        return;
      }
      default: {
        const std::optional<TypeId> result = any_result();
        const std::vector<TypeId> types = some_types();
        add(top_.claim("call-held-" + number), FunctionKind::Free, 0, types, result);
        return;
      }
    }
  }

  Draw& draw_;
  Names& names_;
  Names::Scope& top_;
  TypeDrawer& types_;
  SchemaBuilder& builder_;
  std::vector<ResourceId> ids_;  ///< what functions are drawn over
  std::vector<ResourceId> owned_;
  std::vector<ResourceId> host_ids_;
  bool to_host_ = false;                ///< the functions to come are imports
  std::vector<std::string> resources_;  ///< names, by id
  std::uint32_t count_ = 0;
};

}  // namespace

void draw_resources(Draw& draw, std::uint32_t count, Names& names, Names::Scope& top,
                    TypeDrawer& types, SchemaBuilder& builder) {
  if (count != 0) ResourceDrawer(draw, names, top, types, builder).run(count);
}

}  // namespace fficheck

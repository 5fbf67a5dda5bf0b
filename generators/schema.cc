#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "generators/completion.h"
#include "generators/resources.h"
#include "generators/types.h"

namespace fficheck {
namespace {

class SchemaDrawer {
 public:
  SchemaDrawer(std::uint64_t seed, const Profile& profile)
      : draw_(seed),
        profile_(profile),
        hostile_(draw_.chance(profile.hostile)),
        names_(draw_, hostile_),
        top_(names_.scope()),
        types_(draw_, profile, names_, top_, builder_) {}

  Result<Schema> run() {
    resources();
    const std::uint32_t named =
        draw_.low_range(profile_.named_types.least, profile_.named_types.most);
    if (hostile_ && draw_.chance(15)) types_.joining();
    for (std::uint32_t i = 0; i < named; ++i) (void)types_.named();
    std::optional<TypeId> large;
    if (draw_.chance(profile_.large)) large = types_.large();
    const std::uint32_t tested =
        draw_.low_range(profile_.tested_types.least, profile_.tested_types.most);
    for (std::uint32_t i = 0; i < tested; ++i) {
      if (i == 0 && large) {
        test_type(*large);
      } else {
        test_type(i + 1 == tested ? strained_type() : types_.tested());
      }
    }
    if (draw_.chance(profile_.many_params)) strained_consume();
    const std::uint32_t calls = draw_.low_range(profile_.calls.least, profile_.calls.most);
    for (std::uint32_t i = 0; i < calls; ++i) call();
    if (draw_.chance(profile_.create)) create();
    if (draw_.chance(profile_.completion)) completion();
    return std::move(builder_).build();
  }

 private:
  /// First, because WIT has a resource's functions before all others, and so a parsed schema too.
  /// No word is drawn in profiles without resources: their schemas stay what they were.
  void resources() {
    if (profile_.resources.most == 0) return;
    draw_resources(draw_, draw_.range(profile_.resources.least, profile_.resources.most), names_,
                   top_, types_, builder_);
  }

  TypeId u64() { return types_.scalar(Kind::U64); }

  std::vector<Param> params(const std::vector<TypeId>& types) {
    Names::Scope scope = names_.scope();
    std::vector<Param> out;
    for (const TypeId type : types) out.push_back({scope.next("p"), type});
    return out;
  }

  void add(std::string name, const std::vector<TypeId>& types, std::optional<TypeId> result) {
    Function f;
    f.name = std::move(name);
    f.params = params(types);
    f.result = result;
    builder_.function(std::move(f));
  }

  std::string role_name(const std::string& prefix) { return top_.with_prefix(prefix, number_); }

  void test_type(TypeId type) {
    add(role_name("consume"), {type}, u64());
    if (draw_.chance(85)) add(role_name("produce"), {u64()}, type);
    if (draw_.chance(85)) add(role_name("echo"), {type}, type);
    ++number_;
  }

  /// Some scalar kind that this schema may have.
  TypeId number() {
    constexpr std::array kNumbers = {Kind::S8,  Kind::U8,  Kind::S16,  Kind::U16,
                                     Kind::S32, Kind::U32, Kind::S64,  Kind::U64,
                                     Kind::F32, Kind::F64, Kind::Bool, Kind::Char};
    for (int i = 0; i < 20; ++i) {
      const Kind kind = draw_.pick(kNumbers);
      if (types_.may(kind)) return types_.scalar(kind);
    }
    return types_.scalar(Kind::U8);
  }
  TypeId of(Kind kind) { return types_.may(kind) ? types_.scalar(kind) : number(); }

  /// The number is drawn after the type: in `out.assign(draw, of(kind))` the compiler would choose.
  void several(TypeId type, std::uint32_t least, std::uint32_t most, std::vector<TypeId>& out) {
    out.assign(draw_.range(least, most), type);
  }

  /// Parameter lists that strain the C calling convention.
  void strained_consume() {
    std::vector<TypeId> types;
    // Small structs come in two of the six.
    switch (draw_.range(0, 5)) {
      case 0:
      case 5:  // a small struct of integer and float, when integer registers run out
        several(of(Kind::S8), 3, 7, types);
        types.push_back(of(Kind::F32));
        types.push_back(small_record());
        types.push_back(number());
        break;
      case 1:  // wide values after an odd number of bytes on the stack
        several(of(Kind::U8), 7, 13, types);
        types.push_back(of(Kind::U64));
        types.push_back(of(Kind::U64));
        types.push_back(of(Kind::U8));
        types.push_back(of(Kind::F64));
        break;
      case 2:  // an empty record before something
        types.push_back(number());
        types.push_back(types_.may(Kind::Record) && !profile_.nim ? types_.record({}) : number());
        types.push_back(of(Kind::S64));
        break;
      case 3:  // more than the registers hold, of everything
        for (std::uint32_t n = draw_.range(20, 30); n > 0; --n) {
          types.push_back(draw_.chance(80) ? number() : types_.any());
        }
        break;
      default:  // structs between floats, of one and two registers
        for (std::uint32_t n = draw_.range(4, 10); n > 0; --n) {
          types.push_back(draw_.chance(30) ? small_record() : of(Kind::F64));
        }
        break;
    }
    add(role_name("consume"), types, u64());
    ++number_;
  }

  TypeId small_record() {
    if (!types_.may(Kind::Record)) return number();
    if (small_ && draw_.chance(60)) return *small_;
    std::vector<TypeId> fields{of(draw_.chance(50) ? Kind::S8 : Kind::F32)};
    if (draw_.chance(60)) {  // two registers, one of each class where the second differs
      fields.push_back(of(draw_.chance(50) ? Kind::F64 : Kind::S64));
    } else {
      for (std::uint32_t n = draw_.range(1, 2); n > 0; --n) fields.push_back(number());
    }
    small_ = types_.record(fields);
    return *small_;
  }

  /// Now and then a type whose parts lie where conversions go wrong, else any.
  TypeId strained_type() {
    const std::uint32_t at = draw_.range(0, 99);
    if (at < profile_.joined && types_.may(Kind::Variant)) return joined();
    if (at >= 100 - profile_.padded && types_.may(Kind::Record)) return padded();
    return types_.tested();
  }

  /// Payloads that share their place, and in the canonical ABI their flat values, though their
  /// kinds differ: of other widths, a float beside an integer, a bool beside a number, a text.
  TypeId joined() {
    std::vector<TypeId> payloads;
    for (std::uint32_t n = draw_.range(2, 5); n > 0; --n) {
      const TypeId payload = draw_.chance(85) ? number() : text().value_or(number());
      if (std::ranges::find(payloads, payload) == payloads.end()) payloads.push_back(payload);
    }
    if (payloads.size() == 2 && types_.may(Kind::Result))
      return types_.result_type(payloads[0], payloads[1]);
    return types_.variant(payloads);
  }

  /// Narrow fields, each before one of the alignment of a pointer or wider: padding between them.
  TypeId padded() {
    constexpr std::array kNarrow = {Kind::Bool, Kind::S8, Kind::U8, Kind::S16, Kind::U16};
    std::vector<TypeId> fields;
    for (std::uint32_t n = draw_.range(1, 2); n > 0; --n) {
      fields.push_back(of(draw_.pick(kNarrow)));
      switch (draw_.range(0, 3)) {
        case 0: fields.push_back(text().value_or(number())); break;
        case 1: fields.push_back(of(draw_.chance(50) ? Kind::U64 : Kind::F64)); break;
        default: fields.push_back(types_.may(Kind::List) ? types_.list(number()) : number()); break;
      }
    }
    return types_.record(fields);
  }

  std::optional<TypeId> text() {
    if (!types_.may(Kind::String)) return std::nullopt;
    return types_.scalar(Kind::String);
  }

  /// The nim dialect knows result only as that of a function, with a text as its error.
  std::optional<TypeId> nim_result() {
    switch (draw_.range(0, 5)) {
      case 0: return std::nullopt;
      case 1:
      case 2: return types_.result();
      case 3: return types_.result_type(std::nullopt, text());
      default: return types_.result_type(types_.result(), text());
    }
  }

  std::optional<TypeId> call_result() {
    if (profile_.nim) return nim_result();
    const bool results = types_.may(Kind::Result);
    switch (draw_.range(0, 11)) {
      case 0:
      case 1: return std::nullopt;
      case 2:
      case 3: return types_.result();
      case 4:
      case 5:
      case 6:
        if (results) return types_.result_type(types_.result(), text());
        return types_.result();
      case 7:
        if (results) return types_.result_type(std::nullopt, text());
        return types_.result();
      case 8:
      case 9:
        if (!results) return types_.result();
        {
          const TypeId ok = types_.result();
          return types_.result_type(ok, types_.error_type());
        }
      case 10:
        if (results) return types_.result_type(types_.result(), std::nullopt);
        return std::nullopt;
      default:
        if (!results) return types_.result();
        if (draw_.chance(50)) return types_.result_type(std::nullopt, std::nullopt);
        return types_.result_type(std::nullopt, types_.error_type());
    }
  }

  void call() {
    std::vector<TypeId> types;
    for (std::uint32_t n = draw_.low_range(0, 6); n > 0; --n) types.push_back(types_.any());
    const std::optional<TypeId> result = call_result();
    add(top_.next("call-"), types, result);
  }

  void create() {
    if (!types_.may(Kind::String) || (!types_.may(Kind::Result) && !profile_.nim)) return;
    std::vector<TypeId> types;
    for (std::uint32_t n = draw_.range(0, 3); n > 0; --n) types.push_back(types_.any());
    // Where the name is taken, the function would be an ordinary call.
    created_ = true;
    add(top_.claim("create"), types, types_.result_type(std::nullopt, text()));
  }

  /// Last, so that the rest of a schema does not depend on it.
  void completion() {
    draw_completion(draw_, names_, top_, types_, builder_, [this] { return call_result(); });
    const bool results = types_.may(Kind::Result) || profile_.nim;
    if (created_ || !types_.may(Kind::String) || !results || !draw_.chance(40)) return;
    if (top_.claim("create") == "create") draw_planned_create(draw_, names_, types_, builder_);
  }

  Draw draw_;
  const Profile& profile_;
  SchemaBuilder builder_;
  bool hostile_;
  Names names_;
  Names::Scope top_;
  TypeDrawer types_;
  std::uint32_t number_ = 0;
  bool created_ = false;
  std::optional<TypeId> small_;
};

}  // namespace

Schema generate_schema(std::uint64_t case_seed, const Profile& profile) {
  Result<Schema> schema = SchemaDrawer(case_seed, profile).run();
  // The drawer keeps every invariant; the next seed stands in should it ever not.
  for (std::uint64_t next = case_seed + 1; !schema.ok(); ++next) {
    schema = SchemaDrawer(next, profile).run();
  }
  return std::move(schema).value();
}

}  // namespace fficheck

#include "generators/gen.h"

#include <utility>
#include <vector>

#include "generators/names.h"
#include "harness/core/shrink.h"
#include "harness/core/text.h"

namespace fficheck::gen {
namespace {

constexpr std::size_t kCandidates = 200;  // that RapidCheck tries at each step of shrinking
constexpr int kSmallSize = 30;

std::uint64_t word(rc::Random random) { return random.next(); }

template <class T, class Shrink>
rc::Shrinkable<T> shrinkable(T value, const Shrink& shrink) {
  return rc::shrinkable::shrinkRecur(
      std::move(value), [shrink](const T& whole) { return rc::seq::fromContainer(shrink(whole)); });
}

Case make_case(std::uint64_t seed, const Profile& profile, bool with_script) {
  Case c;
  c.schema = generate_schema(seed, profile);
  if (with_script) c.steps = generate_script(seed, c.schema);
  return c;
}

const Profile& sized(const Profile& profile, int size) {
  return size < kSmallSize ? *find_profile("small") : profile;
}

Value make_value(std::uint64_t seed, const Schema& schema, TypeId type) {
  return seed % 2 == 0 ? stream_value(schema, type, seed) : generate_edge_value(seed, schema, type);
}

}  // namespace

rc::Gen<Schema> schema(const Profile& profile) {
  return [profile](const rc::Random& random, int size) {
    return shrinkable(generate_schema(word(random), sized(profile, size)), [](const Schema& whole) {
      Case c;
      c.schema = whole;
      std::vector<Schema> out;
      for (Case& smaller : shrink_schema(c, kCandidates)) out.push_back(std::move(smaller.schema));
      return out;
    });
  };
}

rc::Gen<Value> value(std::shared_ptr<const Schema> schema, TypeId type) {
  return [schema = std::move(schema), type](const rc::Random& random, int) {
    return shrinkable(make_value(word(random), *schema, type), [schema, type](const Value& whole) {
      return shrink_value(*schema, type, whole, kCandidates);
    });
  };
}

rc::Gen<Case> whole_case(const Profile& profile) {
  return [profile](const rc::Random& random, int size) {
    return shrinkable(make_case(word(random), sized(profile, size), true),
                      [](const Case& whole) { return shrink_case(whole, kCandidates); });
  };
}

rc::Gen<std::string> label() {
  return [](const rc::Random& random, int) {
    Draw draw(word(random));
    Names names(draw, true);
    return rc::shrinkable::just(names.scope().next("a"));
  };
}

rc::Gen<TypedValue> typed_value(const Profile& profile) {
  return [profile](const rc::Random& random, int size) {
    const std::uint64_t seed = word(random);
    Draw draw(seed);
    TypedValue out;
    out.schema = std::make_shared<const Schema>(generate_schema(draw.word(), sized(profile, size)));
    out.type = draw.range(0, static_cast<std::uint32_t>(out.schema->types().size()) - 1);
    out.value = make_value(draw.word(), *out.schema, out.type);
    return shrinkable(std::move(out), [](const TypedValue& whole) {
      std::vector<TypedValue> smaller;
      for (Value& v : shrink_value(*whole.schema, whole.type, whole.value, kCandidates)) {
        smaller.push_back({whole.schema, whole.type, std::move(v)});
      }
      return smaller;
    });
  };
}

std::ostream& operator<<(std::ostream& out, const TypedValue& v) {
  return out << print_wit(*v.schema) << type_name(*v.schema, v.type) << " = "
             << print_wave(*v.schema, v.type, v.value);
}

}  // namespace fficheck::gen

namespace fficheck {

std::ostream& operator<<(std::ostream& out, const Schema& schema) {
  return out << print_wit(schema);
}

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << print_case(c); }

}  // namespace fficheck

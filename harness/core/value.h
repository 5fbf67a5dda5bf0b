// Values: one value of a type, immutable, told apart by the shape of the kind only. The type is not
// stored: whoever walks a value walks its type beside it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "harness/core/schema.h"

namespace fficheck {

class Value;

/// Option (0 none, 1 some), result (0 ok, 1 err), variant, enum: index of the case, its payload.
struct Choice {
  std::uint32_t index = 0;
  std::shared_ptr<const Value> payload;  ///< null where the case has none
};

/// Flags: flag i is bit (i % 64) of word (i / 64); bits beyond the last flag are 0.
struct Bits {
  std::vector<std::uint64_t> words;
  bool operator==(const Bits&) const = default;
};

/// List elements, record fields, tuple elements.
using Sequence = std::vector<Value>;

/// Own and borrow: the resource's representation (rep), as the callee's table knows it.
struct Handle {
  std::uint64_t rep = 0;
  bool operator==(const Handle&) const = default;
};

/// Floats keep their bits; strings are valid UTF-8 and may hold NUL. Copies share the text and the
/// parts: a copy costs the same however large the value is, which shrinking builds on.
class Value {
  template <class T>
  static constexpr bool kShared = std::is_same_v<T, std::string> || std::is_same_v<T, Sequence>;
  template <class T>
  using Stored = std::conditional_t<kShared<T>, std::shared_ptr<const T>, T>;
  using State = std::variant<bool, std::int64_t, std::uint64_t, float, double, char32_t,
                             Stored<std::string>, Stored<Sequence>, Choice, Bits, Handle>;

 public:
  Value() : state_(false) {}
  static Value boolean(bool v) { return Value(State(std::in_place_type<bool>, v)); }
  static Value integer(std::int64_t v) { return Value(State(std::in_place_type<std::int64_t>, v)); }
  static Value natural(std::uint64_t v) {
    return Value(State(std::in_place_type<std::uint64_t>, v));
  }
  static Value f32(float v) { return Value(State(std::in_place_type<float>, v)); }
  static Value f64(double v) { return Value(State(std::in_place_type<double>, v)); }
  static Value character(char32_t v) { return Value(State(std::in_place_type<char32_t>, v)); }
  static Value string(std::string v) {
    return Value(State(std::make_shared<const std::string>(std::move(v))));
  }
  static Value sequence(Sequence v) {
    return Value(State(std::make_shared<const Sequence>(std::move(v))));
  }
  static Value choice(std::uint32_t index) { return Value(State(Choice{index, nullptr})); }
  static Value choice(std::uint32_t index, Value payload) {
    return Value(State(Choice{index, std::make_shared<const Value>(std::move(payload))}));
  }
  static Value bits(std::vector<std::uint64_t> words) {
    return Value(State(Bits{std::move(words)}));
  }
  static Value handle(std::uint64_t rep) { return Value(State(Handle{rep})); }

  /// The alternative T; precondition: the value has it (signed kinds: int64, unsigned: uint64).
  template <class T>
  [[nodiscard]] const T& as() const {
    if constexpr (kShared<T>) {
      return *std::get<Stored<T>>(state_);
    } else {
      return std::get<T>(state_);
    }
  }
  template <class T>
  [[nodiscard]] bool is() const {
    return std::holds_alternative<Stored<T>>(state_);
  }
  /// f(the alternative that the value has).
  template <class F>
  decltype(auto) visit(F&& f) const {
    return std::visit(
        [&f](const auto& v) -> decltype(auto) {
          using V = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<V, Stored<std::string>> ||
                        std::is_same_v<V, Stored<Sequence>>) {
            return f(*v);
          } else {
            return f(v);
          }
        },
        state_);
  }

 private:
  explicit Value(State state) : state_(std::move(state)) {}
  State state_;
};

/// Equal as the ABIs promise: any NaN equals any NaN, -0.0 differs from 0.0.
[[nodiscard]] bool equal(const Value& a, const Value& b);

/// Where `seen` first differs from `expected`, as a path in the value (".items[3].ok", "" for the
/// value itself, so that it goes behind "args[0]"), with both sides as WAVE, long ones cut around
/// the difference; absent where they are equal. Precondition: both fit the type.
struct Difference {
  std::string path;
  std::string expected;
  std::string seen;
};
[[nodiscard]] std::optional<Difference> first_difference(const Schema& schema, TypeId type,
                                                         const Value& expected, const Value& seen);

/// Whether `value` is a value of the type: shape, ranges, case indices, char and UTF-8 validity.
/// The error names the path of the first part that is not.
[[nodiscard]] Result<void> check_fits(const Schema& schema, TypeId type, const Value& value);

/// Leaves of a value: scalars, strings, choices without payload, flags; an empty list counts 1.
[[nodiscard]] std::size_t leaf_count(const Value& value);

/// A total measure that every shrink step makes smaller: leaves, then string bytes, then
/// magnitudes.
[[nodiscard]] std::uint64_t value_weight(const Value& value);

}  // namespace fficheck

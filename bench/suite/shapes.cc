#include "bench/suite/shapes.h"

#include <set>

namespace fficheck {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;
constexpr std::uint64_t kPointBytes = 24;
/// What is smaller is copied within the noise of a call.
constexpr std::uint64_t kWorthCopying = 512;

Value text(const char* literal) { return Value::string(literal); }

Value point(std::size_t i) {
  const auto x = static_cast<double>(i);
  return Value::sequence({Value::f64(x * 0.5), Value::f64(x * -0.5), Value::natural(i)});
}

Value bytes_value(std::size_t n) {
  Sequence out;
  out.reserve(n);
  for (std::size_t i = 0; i < n; ++i) out.push_back(Value::natural('a' + i % 26));
  return Value::sequence(std::move(out));
}

Value mixed() {
  return Value::sequence({Value::natural(200), Value::integer(-3), Value::natural(70000),
                          Value::integer(-5), Value::f32(1.5F), Value::f64(2.5),
                          Value::boolean(true), Value::character(0x1F600),
                          text("sixteen letters!")});
}

Value address(const char* street, const char* city, std::uint64_t zip) {
  return Value::sequence({text(street), text(city), Value::natural(zip)});
}

Value person() {
  return Value::sequence(
      {text("Ada Lovelace"), address("12 St James's Square", "London", 1000),
       Value::choice(1, address("Dorset Street", "Marylebone", 2000)),
       Value::sequence({text("first"), text("second"), text("a third, longer one")}), point(7)});
}

/// "8B", "1KiB", "1MiB"
std::string size_name(std::uint64_t bytes) {
  if (bytes % kMiB == 0) return std::to_string(bytes / kMiB) + "MiB";
  if (bytes % kKiB == 0) return std::to_string(bytes / kKiB) + "KiB";
  return std::to_string(bytes) + "B";
}

class Calls {
 public:
  std::vector<ShapeCall> take() && { return std::move(calls_); }

  void one(std::string shape, std::string direction, std::string function,
           std::vector<Value> args) {
    calls_.push_back(
        {std::move(shape), std::move(direction), std::move(function), std::move(args), 0, false});
  }
  /// All three ways of a value; `given`: the arguments of the function that gives it.
  void ways(const std::string& shape, const std::string& stem, const Value& value,
            std::vector<Value> given = {}, std::uint64_t bytes = 0, bool usual = true) {
    calls_.push_back({shape, "argument", "take-" + stem, {value}, bytes, false});
    calls_.push_back({shape, "result", "give-" + stem, std::move(given), bytes, false});
    calls_.push_back({shape, "both", "echo-" + stem, {value}, bytes, usual});
  }

 private:
  std::vector<ShapeCall> calls_;
};

std::vector<Value> numbers(std::size_t n) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(Value::natural(i));
  return out;
}

std::vector<ShapeCall> make_calls() {
  Calls calls;
  calls.one("none", "-", "none", {});
  calls.ways("scalar", "scalar", Value::natural(42));
  calls.one("scalars", "argument", "take-scalars",
            {Value::natural(42), Value::integer(-7), Value::f64(0.5), Value::boolean(true)});
  calls.one("flat-16", "argument", "take-flat16", numbers(16));
  calls.one("flat-17", "argument", "take-flat17", numbers(17));
  for (const std::uint64_t n : {std::uint64_t{8}, kKiB, kMiB})
    calls.ways("string-" + size_name(n), "string", Value::string(text_of(n)), {Value::natural(n)},
               n, n != 8);
  for (const std::uint64_t n : {std::uint64_t{8}, kKiB, kMiB})
    calls.ways("bytes-" + size_name(n), "bytes", bytes_value(n), {Value::natural(n)}, n, n == kMiB);
  for (const std::uint64_t n : {1u, 32u, 1000u})
    calls.ways("records-" + std::to_string(n), "points", points_value(n), {Value::natural(n)},
               n * kPointBytes, n == 1000);
  calls.ways("record", "mixed", mixed());
  calls.ways("nested", "person", person());
  calls.ways("variant", "shape", Value::choice(2, text("sixteen letters!")));
  calls.ways("option", "note", Value::choice(1, text("sixteen letters!")));
  return std::move(calls).take();
}

}  // namespace

std::string text_of(std::size_t n) {
  std::string out(n, 'a');
  for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<char>('a' + i % 26);
  return out;
}

Value points_value(std::size_t n) {
  Sequence out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(point(i));
  return Value::sequence(std::move(out));
}

const std::vector<ShapeCall>& shape_calls() {
  static const std::vector<ShapeCall> calls = make_calls();
  return calls;
}

std::string ShapeCall::floor(const std::string& call) const {
  if (bytes < kWorthCopying) return call;
  return call + "+" + (direction == "both" ? "2*" : "") + memcpy_name(bytes);
}

std::vector<std::uint64_t> memcpy_sizes() {
  std::set<std::uint64_t> sizes;
  for (const ShapeCall& call : shape_calls())
    if (call.bytes >= kWorthCopying) sizes.insert(call.bytes);
  return {sizes.begin(), sizes.end()};
}

std::string memcpy_name(std::uint64_t bytes) { return "floor/memcpy-" + size_name(bytes); }

Result<std::uint32_t> function_index(const Schema& schema, const std::string& name) {
  for (std::uint32_t i = 0; i < schema.functions().size(); ++i)
    if (qualified_name(schema, schema.functions()[i]) == name) return i;
  return input_error("no function " + name);
}

}  // namespace fficheck

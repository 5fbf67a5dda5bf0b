// parse_call takes any bytes against a schema with every kind; what it accepts prints, and reading
// that prints the same.
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "harness/core/text.h"

namespace {

constexpr std::string_view kEveryKind = R"(package fuzz:wave;
interface api {
  record point { x: s8, y: u8, z: s16 }
  variant shape { dot, line(tuple<u16, s32>), names(list<string>) }
  enum colour { red, green-blue }
  flags rights { read, write, run }
  scalars: func(a: bool, b: u32, c: s64, d: u64, e: f32, f: f64, g: char, h: string);
  parts: func(a: point, b: shape, c: colour, d: rights);
  nested: func(a: option<option<string>>, b: result<list<u8>, string>, c: result<_, u8>, d: result);
}
)";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const auto schema = fficheck::parse_schema(kEveryKind, "every-kind.wit");
  if (!schema) {
    std::cerr << schema.error().text() << '\n';
    std::abort();
  }
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto call = fficheck::parse_call(schema.value(), text, "fuzz:1");
  if (!call) return 0;
  const std::string printed =
      fficheck::print_call(schema.value(), *call.value().function, call.value().args);
  const auto again = fficheck::parse_call(schema.value(), printed, "printed:1");
  if (!again || fficheck::print_call(schema.value(), *again.value().function, again.value().args) !=
                    printed) {
    std::cerr << printed << '\n' << (again ? "prints otherwise" : again.error().text()) << '\n';
    std::abort();
  }
  return 0;
}

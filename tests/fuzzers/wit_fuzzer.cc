// parse_wit takes any bytes; what it accepts prints, and the printed text means the same again.
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "harness/core/text.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = fficheck::parse_wit(text, "fuzz.wit");
  if (!parsed) return 0;
  for (const fficheck::Schema& schema : parsed.value().schemas) {
    const std::string printed = fficheck::print_wit(schema);
    const auto again = fficheck::parse_schema(printed, "printed.wit");
    if (!again || fficheck::print_wit(again.value()) != printed) {
      std::cerr << printed << (again ? "prints otherwise" : again.error().text()) << '\n';
      std::abort();
    }
  }
  return 0;
}

// parse_case takes any bytes; what it accepts prints, and reading that prints the same.
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "harness/core/case.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto parsed = fficheck::parse_case(text, "fuzz.case");
  if (!parsed) return 0;
  const std::string printed = fficheck::print_case(parsed.value());
  const auto again = fficheck::parse_case(printed, "printed.case");
  if (!again || fficheck::print_case(again.value()) != printed) {
    std::cerr << printed << (again ? "prints otherwise" : again.error().text()) << '\n';
    std::abort();
  }
  return 0;
}

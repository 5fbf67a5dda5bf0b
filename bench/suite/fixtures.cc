#include "bench/suite/fixtures.h"

#include <system_error>

#include "harness/core/text.h"
#include "harness/run/files.h"

namespace fficheck {

std::filesystem::path fixture(const std::string& name) {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  program += ".d";
  return program / name;
}

Result<Schema> fixture_schema(const std::string& name) {
  FFICHECK_TRY(const std::string wit, read_file(fixture(name)));
  return parse_schema(wit, name);
}

Result<std::vector<std::uint8_t>> fixture_bytes(const std::string& name) {
  FFICHECK_TRY(const std::string bytes, read_file(fixture(name)));
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

}  // namespace fficheck

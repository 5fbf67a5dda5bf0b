// The CBOR codec of generated libraries (programs/cbor_main.c), over invented schemas.
#include <gtest/gtest.h>

#include "generators/generators.h"
#include "targets/native/emit.h"
#include "tests/targets/native/c_programs.h"

namespace fficheck {
namespace {

using testing::failure_of;
using testing::kPrograms;

struct Case {
  Abi abi;
  std::string sanitizers;
};

class CborCodec : public ::testing::TestWithParam<Case> {};

TEST_P(CborCodec, CarriesEveryValueAndRefusesWhatIsNone) {
  const auto& [abi, sanitizers] = GetParam();
  std::vector<Schema> schemas;
  for (std::uint64_t i = 0; schemas.size() < 30; ++i) {
    const auto all = profiles();
    const Schema whole = generate_schema(case_seed(11, i), all[i % all.size()]);
    std::vector<Function> carried;
    for (const Function& f : whole.functions())
      if (!unsupported(whole, f, abi) && f.kind == FunctionKind::Free) carried.push_back(f);
    if (!carried.empty()) schemas.push_back(restrict_to(whole, carried));
  }
  std::vector<BatchEntry> entries;
  std::string table;
  std::string rows;
  for (std::size_t i = 0; i < schemas.size(); ++i) {
    const std::string id = "c" + std::to_string(i);
    entries.push_back({id, &schemas[i]});
    table += "#include \"" + id + ".c\"\n";
    rows += "  {&" + id + "_Library, " + std::to_string(schemas[i].functions().size()) + "},\n";
  }
  table +=
      "static const struct { const FFILibrary *library; uint32_t functions; } libraries[] = {\n";
  table += rows + "};\n";
  auto dir = TempDir::create("cbor");
  ASSERT_TRUE(dir.ok());
  FileSet files = emit_library(entries, abi, true);
  files["native/table.h"] = table;
  ASSERT_TRUE(write_files(dir.value().path(), files).ok());
  const std::filesystem::path native = dir.value().path() / "native";
  std::vector<std::string> command = {"gcc",   "-g1",     "-O1",     "-std=c11",
                                      "-Wall", "-Wextra", "-Werror", "-DFFI_RUNTIME_CHECKED=1",
                                      "-I.",   "-o",      "codec",   kPrograms / "cbor_main.c"};
  if (!sanitizers.empty())
    command.insert(command.end(), {"-fsanitize=" + sanitizers, "-fno-sanitize-recover=all"});
  const std::vector<std::string> runtime = testing::runtime_sources(native);
  command.insert(command.end(), runtime.begin(), runtime.end());
  command.emplace_back("-lpthread");
  ASSERT_EQ(failure_of(command, native), "");
  EXPECT_EQ(failure_of({native / "codec", sanitizers.empty() ? "100" : "20"}, native), "");
}

INSTANTIATE_TEST_SUITE_P(Dialects, CborCodec,
                         ::testing::Values(Case{Abi::Native, "address,undefined"},
                                           Case{Abi::Nim, "address,undefined"},
                                           Case{Abi::Native, ""}),
                         [](const auto& info) {
                           return std::string(abi_name(info.param.abi)) +
                                  (info.param.sanitizers.empty() ? "" : "Sanitized");
                         });

}  // namespace
}  // namespace fficheck

// The C implementation of docs/value-stream.md, against the vectors that all implementations share.
#include <gtest/gtest.h>

#include <sstream>

#include "targets/native/emit_parts.h"
#include "tests/targets/native/c_programs.h"

namespace fficheck {
namespace {

using native_emit::Unit;
using testing::failure_of;

/// Writes the C unit that checks every vector.
class VectorUnit {
 public:
  explicit VectorUnit(const std::string& vectors) {
    text_ =
        "#include \"ffi_runtime_values.c\"\n#include \"ffi_stream.c\"\n#include "
        "\"ffi_witness.c\"\n#include "
        "\"ffi_provider.c\"\n#include \"vectors.h\"\n";
    std::istringstream lines(vectors);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty() || line[0] == '#') continue;
      std::istringstream fields(line);
      std::string keyword;
      fields >> keyword;
      if (keyword == "schema") {
        read_schema(lines);
      } else {
        check(keyword, fields);
      }
    }
  }
  [[nodiscard]] std::string text() const {
    return text_ + "int main(void) {\n" + checks_ + "  return report();\n}\n";
  }
  [[nodiscard]] int count() const { return count_; }
  FileSet headers;

 private:
  void read_schema(std::istringstream& lines) {
    std::string wit;
    for (std::string line; std::getline(lines, line) && line != "end";) wit += line + "\n";
    schema_ = testing::schema_of(wit);
    prefix_ = "v" + std::to_string(headers.size());
    const Unit unit(schema_, Abi::Native, batch_name(prefix_));
    headers["native/" + prefix_ + ".h"] = emit_header(unit);
    text_ += "#include \"" + prefix_ + ".h\"\n" + emit_descriptors(unit) + emit_provider(unit);
  }

  /// "&v0_Functions[3], v0_Handlers[3]".
  [[nodiscard]] std::string function(const std::string& name) const {
    for (std::size_t i = 0; i < schema_.functions().size(); ++i) {
      if (schema_.functions()[i].name != name) continue;
      const std::string index = "[" + std::to_string(i) + "]";
      return "&" + prefix_ + "_Functions" + index + ", " + prefix_ + "_Handlers" + index;
    }
    ADD_FAILURE() << "no function " << name;
    return {};
  }
  static std::string hex(const std::string& digits) { return "UINT64_C(0x" + digits + ")"; }

  void check(const std::string& keyword, std::istringstream& fields) {
    std::string f[5];
    for (std::string& field : f) fields >> field;
    ++count_;
    if (keyword == "next") {
      checks_ += "  check_next(" + hex(f[0]) + ", " + f[1] + ", " + hex(f[2]) + ");\n";
    } else if (keyword == "seed") {
      checks_ += "  check_seed(" + hex(f[0]) + ", " + f[1] + ", " + hex(f[2]) + ");\n";
    } else if (keyword == "value") {
      checks_ += "  check_value(" + function(f[0]) + ", " + hex(f[1]) + ", " + hex(f[2]) + ");\n";
    } else if (keyword == "args") {
      const bool answers = f[3] != "-";
      checks_ += "  check_args(" + function(f[0]) + ", " + hex(f[1]) + ", " + hex(f[2]) +
                 (answers ? ", true, " + hex(f[3]) : ", false, 0") + ");\n";
    } else if (keyword == "digest") {
      const std::string produce = f[0].starts_with("produce") ? ", true, " : ", false, ";
      for (const bool no_nul : {false, true}) {
        checks_ += "  check_digest(" + function(f[0]) + produce + hex(f[1]) + ", " + f[2] + ", " +
                   hex(no_nul ? f[4] : f[3]) + (no_nul ? ", true);\n" : ", false);\n");
      }
    } else {
      ADD_FAILURE() << "unknown keyword " << keyword;
    }
  }

  std::string text_;
  std::string checks_;
  std::string prefix_;
  Schema schema_;
  int count_ = 0;
};

TEST(CValueStream, AgreesWithTheSharedVectors) {
  const auto vectors = read_file(FFICHECK_SOURCE_DIR "/tests/vectors/value_stream.txt");
  ASSERT_TRUE(vectors.ok());
  VectorUnit unit(vectors.value());
  ASSERT_GT(unit.count(), 100);
  auto dir = TempDir::create("vectors");
  ASSERT_TRUE(dir.ok());
  FileSet files = runtime_files(true);
  files.merge(unit.headers);
  files["native/vectors.c"] = unit.text();
  ASSERT_TRUE(write_files(dir.value().path(), files).ok());
  const std::filesystem::path native = dir.value().path() / "native";
  ASSERT_EQ(failure_of({"gcc", "-O1", "-g1", "-std=c11", "-fsanitize=address,undefined",
                        "-fno-sanitize-recover=all", "-I.", "-I" + testing::kPrograms.string(),
                        "vectors.c", "-o", "vectors"},
                       native),
            "");
  EXPECT_EQ(failure_of({native / "vectors"}, native), "");
}

}  // namespace
}  // namespace fficheck

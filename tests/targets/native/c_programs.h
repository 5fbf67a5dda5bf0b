// Compiling and running C programs in tests of what is generated.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "harness/core/text.h"
#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/native/emit.h"

namespace fficheck::testing {

inline const std::filesystem::path kPrograms = FFICHECK_SOURCE_DIR "/tests/targets/native/programs";

inline Schema schema_of(const std::string& wit) {
  auto schema = parse_schema(wit, "test.wit");
  EXPECT_TRUE(schema.ok()) << schema.error().text();
  return std::move(schema).value();
}

/// The C files of the runtime in a directory of generated files.
inline std::vector<std::string> runtime_sources(const std::filesystem::path& native) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(native)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("ffi_") && name.ends_with(".c")) out.push_back(name);
  }
  return out;
}

/// Runs a command in a directory; its output where it fails, "" where it succeeds.
inline std::string failure_of(const std::vector<std::string>& command,
                              const std::filesystem::path& dir) {
  ProcessOptions options;
  options.command = command;
  options.dir = dir;
  const auto end = run_process(options, std::chrono::minutes(5));
  if (!end.ok()) return end.error().text();
  if (end.value().success()) return {};
  return end.value().how() + "\n" + end.value().out + end.value().err;
}

}  // namespace fficheck::testing

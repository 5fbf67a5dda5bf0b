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

#include "targets/ipc/ipc_target.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "generators/generators.h"
#include "harness/core/text.h"
#include "harness/run/files.h"
#include "harness/run/process.h"
#include "targets/ipc/emit.h"
#include "targets/native/emit.h"

namespace fficheck {
namespace {

using std::chrono::milliseconds;

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 0) : otherwise;
}

/// A batch of generated schemas, emitted and written.
class Batch {
 public:
  Batch(std::uint64_t seed, std::size_t count, const Profile& profile = profiles().front()) {
    for (std::uint64_t i = 0; schemas_.size() < count; ++i) {
      Schema schema = generate_schema(case_seed(seed, i), profile);
      std::vector<Function> keep;
      for (const Function& f : schema.functions())
        if (!target.unsupported(schema, f)) keep.push_back(f);
      if (!keep.empty()) schemas_.push_back(restrict_to(schema, keep));
    }
    for (std::size_t i = 0; i < schemas_.size(); ++i)
      entries_.push_back({"c" + std::to_string(100 + i), &schemas_[i]});
    auto dir = TempDir::create("fficheck-ipc-test");
    EXPECT_TRUE(dir.ok()) << dir.error().text();
    dir_.emplace(std::move(dir).value());
    const auto written = write_files(dir_->path(), target.emit(entries_));
    EXPECT_TRUE(written.ok()) << written.error().text();
  }

  [[nodiscard]] const std::vector<Schema>& schemas() const { return schemas_; }
  [[nodiscard]] const std::vector<BatchEntry>& entries() const { return entries_; }
  [[nodiscard]] BuildOptions options(std::string leg = "plain") const {
    return {.dir = dir_->path(), .leg = std::move(leg), .limit = std::chrono::seconds(600)};
  }

  IpcTarget target;

 private:
  std::vector<Schema> schemas_;
  std::vector<BatchEntry> entries_;
  std::optional<TempDir> dir_;
};

std::string failure_of(const Result<std::optional<BuildFailure>>& stage) {
  if (!stage.ok()) return stage.error().text();
  return stage.value() ? stage.value()->stage + "\n" + stage.value()->log : "";
}

/// The laws that fit a function.
std::vector<BulkLaw> laws(const Schema& schema, const Function& f) {
  const bool declares = f.result && schema.type(*f.result).kind == Kind::Result;
  std::vector<BulkLaw> out = {BulkLaw::Repeat};
  if (declares) out.push_back(BulkLaw::Errors);
  switch (schema.role(f)) {
    case Role::Consume: out.push_back(BulkLaw::Consume); break;
    case Role::Produce: out.push_back(BulkLaw::Produce); break;
    case Role::Echo: out.push_back(BulkLaw::Echo); break;
    case Role::Call: out.push_back(BulkLaw::Call); break;
  }
  return out;
}

/// Every law of every function, and what the worker's counters say after.
void expect_all_laws(const Batch& batch, const std::string& leg, std::uint64_t count) {
  auto opened = batch.target.open(batch.options(leg), batch.entries(), milliseconds(60'000));
  ASSERT_TRUE(opened.ok()) << opened.error().text();
  Session& session = *opened.value();
  std::vector<BulkRequest> requests;
  for (std::uint32_t s = 0; s < batch.schemas().size(); ++s)
    for (std::uint32_t f = 0; f < batch.schemas()[s].functions().size(); ++f) {
      const Function& function = batch.schemas()[s].functions()[f];
      if (function.name == "create") continue;
      for (const BulkLaw law : laws(batch.schemas()[s], function))
        requests.push_back({s, f, law, 7, 0, count});
    }
  const auto answers = session.bulk_all(requests);
  ASSERT_EQ(answers.size(), requests.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const Schema& schema = batch.schemas()[requests[i].schema];
    if (const auto* loss = std::get_if<WorkerLoss>(&answers[i]))
      FAIL() << "worker lost: " << loss->detail << print_wit(schema);
    const auto& outcome = std::get<BulkOutcome>(answers[i]);
    EXPECT_EQ(outcome.held, count)
        << bulk_law_name(requests[i].law) << ": " << outcome.detail << "\n"
        << print_wit(schema);
  }
  for (std::uint32_t s = 0; s < batch.schemas().size(); ++s) {
    const auto closed = session.close(s);
    ASSERT_TRUE(std::holds_alternative<CallOutcome>(closed));
    EXPECT_EQ(std::get<CallOutcome>(closed).status, CallOutcome::Status::Ok);
  }
  const auto counted = session.counters();
  ASSERT_TRUE(std::holds_alternative<Counters>(counted));
  const Counters& counters = std::get<Counters>(counted);
  for (const char* name : {"live_library_allocations", "live_library_bytes", "live_contexts",
                           "bad_frees", "live_threads", "live_answers"})
    EXPECT_EQ(counters.at(name), 0) << name;
  EXPECT_EQ(counters.at("total_calls"), counters.at("total_completions"));
  EXPECT_GT(counters.at("total_calls"), 0);
}

TEST(IpcTarget, EveryLawHoldsForGeneratedSchemas) {
  const Batch batch(number("FFICHECK_SEED", 1), number("FFICHECK_CASES", 20));
  ASSERT_EQ(failure_of(batch.target.build(batch.options())), "");
  expect_all_laws(batch, "plain", 100);
  EXPECT_EQ(failure_of(batch.target.lint(batch.options())), "");
}

TEST(IpcTarget, EveryLegHoldsTheLaws) {
  const Batch batch(number("FFICHECK_SEED", 2), 4);
  for (const std::string& leg : batch.target.legs()) {
    SCOPED_TRACE(leg);
    ASSERT_EQ(failure_of(batch.target.build(batch.options(leg))), "");
    expect_all_laws(batch, leg, 50);
    if (HasFatalFailure()) return;
  }
}

/// Runs a command that must print nothing and succeed.
void expect_silent(const std::filesystem::path& dir, std::vector<std::string> command) {
  ProcessOptions options;
  options.command = std::move(command);
  options.environment = {{"GOFLAGS", "-buildvcs=false"}, {"GOWORK", "off"}};
  options.dir = dir;
  const auto end = run_process(options, std::chrono::seconds(300));
  ASSERT_TRUE(end.ok()) << end.error().text();
  EXPECT_TRUE(end.value().success()) << options.command[0] << "\n" << end.value().err;
  EXPECT_EQ(end.value().out, "");
}

TEST(IpcTarget, AProductIsFormattedAndSilentInBothDialects) {
  for (const Abi abi : {Abi::Native, Abi::Nim}) {
    SCOPED_TRACE(abi_name(abi));
    const Batch batch(3, 3, *find_profile(abi == Abi::Nim ? "nim" : "default"));
    for (std::size_t i = 0; i < batch.schemas().size(); ++i) {
      const Schema& schema = batch.schemas()[i];
      const LibraryName name{"lib" + std::to_string(i), ""};
      FileSet files = emit_product(schema, abi, name);
      files.merge(emit_ipc_product(schema, abi, name));
      auto dir = TempDir::create("fficheck-ipc-product");
      ASSERT_TRUE(dir.ok()) << dir.error().text();
      ASSERT_TRUE(write_files(dir.value().path(), files).ok());
      const std::filesystem::path ipc = dir.value().path() / "ipc";
      expect_silent(ipc / "go", {"gofmt", "-l", "."});
      expect_silent(ipc / "go", {"go", "vet", "./..."});
      expect_silent(ipc / "server",
                    {"sh", "-c",
                     "clang-format-19 --dry-run -Werror *.c *.h && for f in *.c; do gcc -std=c11 "
                     "-Wall -Wextra -Werror -fsyntax-only -I../../native $f || exit 1; done"});
      expect_silent(
          ipc / "cpp",
          {"sh", "-c",
           "clang-format-19 --dry-run -Werror *.cc *.hpp && for f in lib*.cc; do g++ "
           "-std=c++17 -Wall -Wextra -Wconversion -Werror -fsyntax-only $f && "
           "clang++-19 -std=c++17 -Wall -Wextra -Werror -fsyntax-only $f || exit 1; done"});
      if (HasFailure()) {
        ADD_FAILURE() << dir.value().keep() << "\n" << print_wit(schema);
        return;
      }
    }
  }
}

}  // namespace
}  // namespace fficheck

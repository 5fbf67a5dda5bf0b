#include "harness/run/fault_run.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "harness/core/case_seed.h"
#include "harness/run/files.h"
#include "tests/harness/run/fake_target.h"

namespace fficheck {
namespace {

using End = FaultOutcome::End;
using fake::BuildLaw;
using fake::EchoLaw;
using fake::FakeTarget;
using Shows = Fault::Shows;

/// What is in a file makes the stage of that name fail (FakeTarget).
Edit breaks_stage(const std::string& stage) {
  return [stage](FileSet files) -> Result<FileSet> {
    for (auto& [name, text] : files)
      if (name.starts_with("build/")) text = stage;
    return files;
  };
}

Result<FileSet> finds_nothing(const FileSet&) { return input_error("nothing to edit"); }
Result<FileSet> same(FileSet files) { return files; }

Answer<CallOutcome> forgets_options(const Schema& s, const Function& f,
                                    const std::vector<Value>& args) {
  CallOutcome out;
  out.result = s.type(f.params[0].type).kind == Kind::Option ? Value::choice(0) : args.at(0);
  return out;
}

/// Holds, and counts on how many schemas it was asked.
class CountingLaw final : public Property {
 public:
  std::string_view name() const override { return "counting"; }
  std::string_view sentence() const override { return "It is asked."; }
  Verdict check(const Subject&) const override {
    ++checked;
    return {};
  }
  Verdict replay(const Subject&, const std::vector<Step>&) const override { return {}; }
  mutable std::atomic<int> checked = 0;
};

/// Holds, and notes when it was asked.
class NotingLaw final : public Property {
 public:
  NotingLaw(std::string name, std::vector<std::string>& asked)
      : name_(std::move(name)), asked_(asked) {}
  std::string_view name() const override { return name_; }
  std::string_view sentence() const override { return "It is asked."; }
  Verdict check(const Subject&) const override {
    asked_.push_back(name_);
    return {};
  }
  Verdict replay(const Subject&, const std::vector<Step>&) const override { return {}; }

 private:
  std::string name_;
  std::vector<std::string>& asked_;
};

class FaultRun : public testing::Test {
 protected:
  FaultOutcome run(const Fault& fault) { return run(target_, fault); }

  FaultOutcome run(const Target& target, const Fault& fault) {
    return run(target, fault, {&builds_, &other_, &counting_, &echo_});
  }

  FaultOutcome run(const Target& target, const Fault& fault, std::vector<const Property*> laws) {
    TempDir dir = TempDir::create("fficheck-fault-test").value();
    FaultSettings settings;
    settings.properties = std::move(laws);
    settings.source = [](std::uint64_t seed, const std::string&) { return fake::invent(0, seed); };
    settings.cases = 40;
    settings.batch = 10;
    settings.seed = 1;
    settings.values = 20;
    settings.work = dir.path() / "work";
    Result<FaultOutcome> outcome = run_fault(target, fault, settings);
    EXPECT_TRUE(outcome.ok());
    return std::move(outcome).value();
  }

  FakeTarget target_{"fake"};
  BuildLaw builds_{"compiles", "compile"};
  EchoLaw other_{"other"};
  CountingLaw counting_;
  EchoLaw echo_;
};

TEST_F(FaultRun, AFaultThatEditsNothingWasNeverSeeded) {
  const FaultOutcome outcome =
      run({.id = "X", .target = "fake", .property = "echo", .edit = finds_nothing});
  EXPECT_EQ(outcome.end, End::NeverSeeded);
  EXPECT_EQ(outcome.note, "nothing to edit");
}

TEST_F(FaultRun, AFaultThatNoLawNoticesSurvives) {
  const FaultOutcome outcome = run({.id = "X", .target = "fake", .property = "echo", .edit = same});
  EXPECT_EQ(outcome.end, End::Survived);
  EXPECT_EQ(outcome.schemas, 40U);
  EXPECT_FALSE(outcome.found);
}

TEST_F(FaultRun, AnEditThatBreaksTheBuildIsCaughtByItsLawAndShrunk) {
  const FaultOutcome outcome = run({.id = "X",
                                    .target = "fake",
                                    .property = "compiles",
                                    .shows = Shows::NoBuild,
                                    .edit = breaks_stage("compile")});
  EXPECT_EQ(outcome.end, End::Caught);
  EXPECT_EQ(outcome.property, "compiles");
  EXPECT_EQ(outcome.schemas, 1U);
  ASSERT_TRUE(outcome.found && outcome.confirmed);
  EXPECT_EQ(size_of(*outcome.found).functions, 1U);
}

TEST_F(FaultRun, AFaultCaughtByAnotherLawIsToldSo) {
  const FaultOutcome outcome = run({.id = "X",
                                    .target = "fake",
                                    .property = "echo",
                                    .shows = Shows::NoBuild,
                                    .edit = breaks_stage("compile")});
  EXPECT_EQ(outcome.end, End::CaughtElse);
  EXPECT_EQ(outcome.property, "compiles");
}

TEST_F(FaultRun, AWrongValueIsCaughtByItsLawAndShrunk) {
  const FakeTarget wrong("fake", forgets_options);
  const FaultOutcome outcome =
      run(wrong, {.id = "X", .target = "fake", .property = "echo", .edit = same});
  EXPECT_EQ(outcome.end, End::Caught);
  ASSERT_TRUE(outcome.found && outcome.confirmed);
  const CaseSize size = size_of(*outcome.found);
  EXPECT_EQ(size.functions, 1U);
  EXPECT_EQ(size.leaves, 1U);
  EXPECT_EQ(outcome.failed_by, (std::map<std::string, std::uint64_t>{{"echo", 1}, {"other", 1}}));
}

TEST_F(FaultRun, TheOthersAreAskedAboutTheSchemaInWhichTheRowsLawFailedOnly) {
  // Not the first schema, nor one like it.
  const std::size_t first = fake::invent(0, case_seed(1, 0)).functions().size();
  const FakeTarget wrong(
      "fake", [first](const Schema& s, const Function& f, const std::vector<Value>& args) {
        return s.functions().size() == first ? fake::echo(s, f, args) : forgets_options(s, f, args);
      });
  const FaultOutcome outcome =
      run(wrong, {.id = "X", .target = "fake", .property = "echo", .edit = same});
  ASSERT_EQ(outcome.end, End::Caught);
  EXPECT_GT(outcome.schemas, 1U);
  EXPECT_EQ(counting_.checked, 1);
}

TEST_F(FaultRun, WhereALawMustBeAloneItIsAskedFirst) {
  std::vector<std::string> asked;
  const NotingLaw before("before", asked);
  const NotingLaw own("own", asked);
  run(target_, {.id = "X", .target = "fake", .property = "own", .edit = same, .alone = true},
      {&before, &own});
  ASSERT_EQ(asked.size(), 80U);
  for (std::size_t i = 0; i < asked.size(); ++i) EXPECT_EQ(asked[i], i % 2 ? "before" : "own");
}

TEST_F(FaultRun, ACrashAloneIsToldWhereTheRowSaysWrongValue) {
  const FakeTarget dies("fake", fake::dies_of_options);
  Fault fault{.id = "X", .target = "fake", .property = "echo", .edit = same};
  EXPECT_EQ(run(dies, fault).end, End::CrashAlone);
  fault.shows = Shows::Crash;
  EXPECT_EQ(run(dies, fault).end, End::Caught);
}

TEST_F(FaultRun, AFaultIsBuiltInItsOwnLegAndSampledInNoOther) {
  target_.other_legs = {"race"};
  const Fault fault{.id = "X", .target = "fake", .property = "echo", .edit = same, .leg = "race"};
  EXPECT_TRUE(FaultyTarget(target_, fault).legs().empty());
}

}  // namespace
}  // namespace fficheck

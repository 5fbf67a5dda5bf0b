// The laws of completion scripts and their model against the control target: a C library, called
// through libffi.
#include "properties/script_property.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <rapidcheck/state.h>

#include <memory>
#include <string>

#include "harness/run/files.h"
#include "properties/properties.h"
#include "targets/native/control_target.h"
#include "tests/harness/core/completion_schema.h"

namespace fficheck {
namespace {

/// One library and its worker, for all tests of the program.
struct Library {
  static Library& get() {
    static Library library;
    return library;
  }

  Library() {
    auto made = TempDir::create("fficheck-scripts");
    dir = std::make_unique<TempDir>(std::move(made).value());
    const std::vector<BatchEntry> batch = {{"c000", &schema}};
    const BuildOptions options{.dir = dir->path()};
    if (!write_files(dir->path(), target.emit(batch)).ok()) return;
    const auto built = target.build(options);
    if (!built.ok() || built.value()) return;
    auto opened = target.open(options, batch, std::chrono::seconds(20));
    if (opened.ok()) session = std::move(opened).value();
  }

  Schema schema = testing::completion_schema();
  ControlTarget target{Abi::Native};
  std::unique_ptr<TempDir> dir;
  std::unique_ptr<Session> session;
};

/// What the commands share: the script so far, and the numbers that are taken.
struct ScriptModel {
  std::vector<Step> steps;
};

struct ScriptSut {
  std::vector<Step> steps;
};

/// One draw of the script writer's.
class AnyStep final : public rc::state::Command<ScriptModel, ScriptSut> {
 public:
  explicit AnyStep(const ScriptModel& model) {
    const Library& library = Library::get();
    const ScriptParts parts(library.schema);
    ScriptWriter writer(*rc::gen::arbitrary<std::uint64_t>(), parts);
    // The writer takes numbers in order: it draws again what is there, and then one more.
    writer.resume(model.steps);
    writer.any_step({.steps = 1, .callers = 6});
    steps_ = writer.take();
  }
  void checkPreconditions(const ScriptModel& model) const override {
    RC_PRE(!steps_.empty());
    const Library& library = Library::get();
    RC_PRE(runnable(library.schema, together(model.steps), model_limits(library.target)).size() ==
           model.steps.size() + steps_.size());
  }
  void apply(ScriptModel& model) const override { model.steps = together(model.steps); }
  void run(const ScriptModel& /*model*/, ScriptSut& sut) const override {
    sut.steps = together(sut.steps);
  }
  void show(std::ostream& out) const override {
    for (const Step& step : steps_) out << print_step(Library::get().schema, step) << "\n";
  }

 private:
  std::vector<Step> together(std::vector<Step> steps) const {
    steps.insert(steps.end(), steps_.begin(), steps_.end());
    return steps;
  }
  std::vector<Step> steps_;
};

RC_GTEST_PROP(CompletionModel, HoldsOfEveryScript, ()) {
  Library& library = Library::get();
  RC_ASSERT(library.session != nullptr);
  ScriptSut sut;
  rc::state::check(ScriptModel{}, sut, [](const ScriptModel& model) {
    return rc::gen::exec([model] {
      return std::shared_ptr<const rc::state::Command<ScriptModel, ScriptSut>>(
          std::make_shared<AnyStep>(model));
    });
  });
  const Answer<ScriptOutcome> answer = library.session->script({.scripts = {sut.steps}});
  if (const auto* loss = std::get_if<WorkerLoss>(&answer)) RC_FAIL(loss->detail);
  const auto problem =
      judge_script(library.schema, sut.steps, std::get<ScriptOutcome>(answer).front(),
                   model_limits(library.target), {});
  if (problem)
    RC_FAIL(print_step(library.schema, sut.steps[problem->step]) + ": " + problem->message);
}

class Laws : public ::testing::TestWithParam<const char*> {};

TEST_P(Laws, HoldOfALibraryThatKeepsThem) {
  Library& library = Library::get();
  ASSERT_NE(library.session, nullptr);
  for (const auto& property : all_properties()) {
    if (property->name() != GetParam()) continue;
    std::uint64_t values = 0;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const Subject subject{library.target, *library.session, library.schema, 0, seed, 200};
      const Verdict verdict = property->check(subject);
      ASSERT_EQ(verdict.outcome, Verdict::Outcome::Pass) << seed << ": " << verdict.message;
      values += verdict.values;
      const Verdict again = property->replay(subject, verdict.steps);
      EXPECT_EQ(again.outcome, Verdict::Outcome::Skip);
    }
    EXPECT_GT(values, 400U);
    return;
  }
  FAIL() << "no such law";
}

INSTANTIATE_TEST_SUITE_P(All, Laws,
                         ::testing::Values("completion", "non-blocking", "concurrency", "teardown",
                                           "lifetime"),
                         [](const auto& param) {
                           std::string name = param.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(PanicLaw, SaysNothingAboutATargetThatCannotPanic) {
  Library& library = Library::get();
  ASSERT_NE(library.session, nullptr);
  const Verdict verdict =
      panic_property()->check({library.target, *library.session, library.schema, 0, 1, 200});
  EXPECT_EQ(verdict.outcome, Verdict::Outcome::Skip) << verdict.message;
}

}  // namespace
}  // namespace fficheck

// In-memory targets with chosen defects, a law to try them with, and small invented schemas.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/schema.h"
#include "harness/core/value.h"
#include "harness/core/value_stream.h"
#include "harness/run/files.h"
#include "harness/run/property.h"
#include "harness/run/target.h"

namespace fficheck::fake {

/// How the fake library answers a call.
using Callee = std::function<Answer<CallOutcome>(const Schema&, const Function&,
                                                 const std::vector<Value>& args)>;
/// The stage at which a schema does not build, empty where it does.
using Stage = std::function<std::string(const Schema&)>;

inline Answer<CallOutcome> echo(const Schema&, const Function&, const std::vector<Value>& args) {
  CallOutcome outcome;
  outcome.result = args.at(0);
  return outcome;
}

/// The worker is lost in that way where the argument is an option, else echo().
template <WorkerLoss::How kHow>
Answer<CallOutcome> lost_with_options(const Schema& s, const Function& f,
                                      const std::vector<Value>& args) {
  if (s.type(f.params[0].type).kind == Kind::Option)
    return WorkerLoss{kHow, kHow == WorkerLoss::How::Crashed ? "signal 11" : "no answer"};
  return echo(s, f, args);
}
inline constexpr auto dies_of_options = lost_with_options<WorkerLoss::How::Crashed>;
inline constexpr auto hangs_for_options = lost_with_options<WorkerLoss::How::Hung>;

struct Counts {
  std::atomic<int> builds = 0;
  std::atomic<int> lints = 0;
  std::atomic<int> sessions = 0;
  std::atomic<int> restarts = 0;
  std::atomic<int> calls = 0;
};

class FakeSession final : public Session {
 public:
  /// Its first `bad_restarts` restarts fail.
  FakeSession(std::vector<Schema> schemas, Callee callee, Counts& counts, int bad_restarts)
      : schemas_(std::move(schemas)),
        callee_(std::move(callee)),
        counts_(counts),
        bad_restarts_(bad_restarts) {}

  Answer<CallOutcome> open(std::uint32_t) override { return CallOutcome{}; }
  Answer<CallOutcome> close(std::uint32_t) override { return CallOutcome{}; }
  Answer<CallOutcome> call(std::uint32_t schema, std::uint32_t function,
                           const std::vector<Value>& args, unsigned) override {
    if (dead_) return WorkerLoss{WorkerLoss::How::Protocol, "used after a loss"};
    ++counts_.calls;
    const Schema& s = schemas_.at(schema);
    Answer<CallOutcome> answer = callee_(s, s.functions().at(function), args);
    dead_ = std::holds_alternative<WorkerLoss>(answer);
    return answer;
  }
  Answer<BulkOutcome> bulk(const BulkRequest& r) override {
    const Schema& s = schemas_.at(r.schema);
    const Function& f = s.functions().at(r.function);
    BulkOutcome outcome;
    for (std::uint64_t i = r.first; i < r.first + r.count; ++i) {
      const std::vector<Value> args = stream_args(s, f, value_seed(r.seed, i));
      Answer<CallOutcome> answer = call(r.schema, r.function, args, 1);
      if (auto* loss = std::get_if<WorkerLoss>(&answer)) return *loss;
      if (!equal(*std::get<CallOutcome>(answer).result, args.at(0))) {
        outcome.failed = i;
        break;
      }
      ++outcome.held;
    }
    return outcome;
  }
  std::vector<Answer<BulkOutcome>> bulk_all(std::span<const BulkRequest> requests) override {
    std::vector<Answer<BulkOutcome>> out;
    for (const BulkRequest& r : requests) out.push_back(bulk(r));
    return out;
  }
  Answer<Counters> counters() override { return Counters{}; }
  Result<void> restart() override {
    ++counts_.restarts;
    if (bad_restarts_-- > 0) return worker_error("the worker did not start: signal 11");
    dead_ = false;
    return {};
  }

 private:
  std::vector<Schema> schemas_;
  Callee callee_;
  Counts& counts_;
  int bad_restarts_;
  bool dead_ = false;
};

/// Emits one file for each schema, which says where it fails; a build reads them back.
class FakeTarget final : public Target {
 public:
  explicit FakeTarget(std::string name, Callee callee = echo)
      : name_(std::move(name)), callee_(std::move(callee)) {}

  Stage stage;                              ///< of build
  Stage lint_stage;                         ///< of lint
  Stage start_stage;                        ///< not empty: a worker with the schema does not start
  mutable std::atomic<int> bad_starts = 0;  ///< so many of the next starts fail, whatever is built
  int bad_restarts = 0;                     ///< of each session: so many of the first fail
  std::string complaint = "error: no";      ///< of the log
  bool names_culprits = true;               ///< whether the log says which entry it is about
  std::function<std::optional<std::string>(const Schema&, const Function&)> refuses;
  std::vector<std::string> other_legs;
  std::vector<std::string> often;  ///< of other_legs
  mutable Counts counts;

  std::string_view name() const override { return name_; }
  std::optional<std::string> unsupported(const Schema& s, const Function& f) const override {
    return refuses ? refuses(s, f) : std::nullopt;
  }
  std::vector<std::string> legs() const override { return other_legs; }
  std::vector<std::string> frequent_legs() const override { return often; }
  Result<void> check_tools() const override { return {}; }
  FileSet emit(std::span<const BatchEntry> batch) const override {
    FileSet files;
    for (const BatchEntry& e : batch) {
      files["build/" + e.id] = stage ? stage(*e.schema) : "";
      files["lint/" + e.id] = lint_stage ? lint_stage(*e.schema) : "";
      files["start/" + e.id] = start_stage ? start_stage(*e.schema) : "";
    }
    return files;
  }
  FileSet emit_product(const Schema&) const override { return {}; }
  Result<std::optional<BuildFailure>> build(const BuildOptions& o) const override {
    ++counts.builds;
    return look(o.dir / "build");
  }
  Result<std::optional<BuildFailure>> lint(const BuildOptions& o) const override {
    ++counts.lints;
    return look(o.dir / "lint");
  }
  Result<std::unique_ptr<Session>> open(const BuildOptions& o, std::span<const BatchEntry> batch,
                                        std::chrono::milliseconds) const override {
    ++counts.sessions;
    FFICHECK_TRY(const std::optional<BuildFailure> stops, look(o.dir / "start"));
    if (stops || bad_starts-- > 0) return worker_error("the worker did not start: signal 11");
    std::vector<Schema> schemas;
    for (const BatchEntry& e : batch) schemas.push_back(*e.schema);
    return std::unique_ptr<Session>(
        std::make_unique<FakeSession>(std::move(schemas), callee_, counts, bad_restarts));
  }

 private:
  Result<std::optional<BuildFailure>> look(const std::filesystem::path& dir) const {
    // The first stage by name ends the build.
    std::optional<BuildFailure> failure;
    for (const auto& file : std::filesystem::directory_iterator(dir)) {
      FFICHECK_TRY(const std::string stage, read_file(file.path()));
      if (stage.empty() || (failure && failure->stage < stage)) continue;
      if (!failure || failure->stage != stage) failure = BuildFailure{stage, ""};
      failure->log += (names_culprits ? file.path().filename().string() : std::string("it")) +
                      ".c:1:1: " + complaint + "\n";
    }
    return failure;
  }

  std::string name_;
  Callee callee_;
};

/// What is sent comes back.
class EchoLaw final : public Property {
 public:
  explicit EchoLaw(std::string name = "echo") : name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  std::string_view sentence() const override { return "What is sent comes back."; }
  Verdict check(const Subject& s) const override {
    Verdict verdict;
    for (std::uint32_t f = 0; f < s.schema.functions().size(); ++f) {
      const BulkRequest request{s.index, f, BulkLaw::Echo, s.seed, 0, s.values};
      const Answer<BulkOutcome> answer = s.session.bulk(request);
      if (std::holds_alternative<WorkerLoss>(answer))
        return {.outcome = Verdict::Outcome::Broken, .message = "lost"};
      const auto& outcome = std::get<BulkOutcome>(answer);
      verdict.values += outcome.held;
      if (!outcome.failed) continue;
      const Function& function = s.schema.functions()[f];
      Step step;
      step.function = function.name;
      step.args = stream_args(s.schema, function, value_seed(s.seed, *outcome.failed));
      return replay(s, {step});
    }
    return verdict;
  }
  Verdict replay(const Subject& s, const std::vector<Step>& steps) const override {
    Verdict verdict;
    for (const Step& step : steps) {
      for (std::uint32_t f = 0; f < s.schema.functions().size(); ++f) {
        if (s.schema.functions()[f].name != step.function) continue;
        if (step.kind == Step::Kind::Bulk) {
          const auto answer = s.session.bulk({s.index, f, BulkLaw::Echo, step.seed, 0, step.count});
          if (std::holds_alternative<WorkerLoss>(answer))
            return {.outcome = Verdict::Outcome::Broken};
          continue;
        }
        const Answer<CallOutcome> answer = s.session.call(s.index, f, step.args, 1);
        if (std::holds_alternative<WorkerLoss>(answer))
          return {.outcome = Verdict::Outcome::Broken, .message = "lost"};
        if (!equal(*std::get<CallOutcome>(answer).result, step.args.at(0)))
          return {.outcome = Verdict::Outcome::Fail, .message = "differs", .steps = {step}};
        ++verdict.values;
      }
    }
    return verdict;
  }

 private:
  std::string name_;
};

/// A build-time law.
class BuildLaw final : public Property {
 public:
  explicit BuildLaw(std::string name, std::string stage)
      : name_(std::move(name)), stage_(std::move(stage)) {}
  std::string_view name() const override { return name_; }
  std::string_view sentence() const override { return "It builds."; }
  std::vector<std::string_view> stages() const override { return {stage_}; }
  Verdict check(const Subject&) const override { return {}; }
  Verdict replay(const Subject&, const std::vector<Step>&) const override { return {}; }

 private:
  std::string name_;
  std::string stage_;
};

/// A schema of one to three echo functions over small types.
inline Schema invent(std::uint64_t, std::uint64_t seed) {
  SplitMix random(seed);
  SchemaBuilder b;
  std::vector<TypeId> types = {b.scalar(Kind::U8), b.scalar(Kind::U32), b.scalar(Kind::String),
                               b.scalar(Kind::Bool), b.scalar(Kind::S64)};
  const std::uint32_t more = 1 + random.below(4);
  for (std::uint32_t i = 0; i < more; ++i) {
    const TypeId pick = types[random.below(static_cast<std::uint32_t>(types.size()))];
    switch (random.below(3)) {
      case 0: types.push_back(b.list(pick)); break;
      case 1: types.push_back(b.option(pick)); break;
      default: {
        Type record{Kind::Record, "r" + std::to_string(i), {}, 0};
        const std::uint32_t fields = 1 + random.below(4);
        for (std::uint32_t f = 0; f < fields; ++f)
          record.parts.push_back({"f" + std::to_string(f),
                                  types[random.below(static_cast<std::uint32_t>(types.size()))]});
        types.push_back(b.add(record));
      }
    }
  }
  const std::uint32_t functions = 1 + random.below(3);
  for (std::uint32_t i = 0; i < functions; ++i) {
    const TypeId type = types[types.size() - 1 - random.below(3)];
    Function f;
    f.name = "echo-" + std::string(1, static_cast<char>('a' + i));
    f.params = {{"x", type}};
    f.result = type;
    b.function(f);
  }
  const Schema schema = std::move(b).build().value();
  return restrict_to(schema, schema.functions());
}

}  // namespace fficheck::fake

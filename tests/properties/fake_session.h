// A session without a boundary: the C++ value stream is callee and caller, and a test says what
// goes wrong between them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "harness/run/property.h"

namespace fficheck::testing_support {

/// pair: record {a: u32, b: u32}; text: string; functions of every role, and a constructor.
inline Schema property_schema() {
  SchemaBuilder b("fficheck:laws", "api");
  const TypeId u32 = b.scalar(Kind::U32);
  const TypeId u64 = b.scalar(Kind::U64);
  const TypeId text = b.scalar(Kind::String);
  const TypeId pair =
      b.add({.kind = Kind::Record, .name = "pair", .parts = {{"a", u32}, {"b", u32}}});
  const TypeId texts = b.list(text);
  const TypeId fallible = b.result(pair, text);
  const TypeId created = b.result(std::nullopt, text);
  b.function({.name = "create", .params = {{"name", text}}, .result = created});
  b.function({.name = "consume-pair", .params = {{"p", pair}}, .result = u64});
  b.function({.name = "produce-pair", .params = {{"seed", u64}}, .result = pair});
  b.function({.name = "echo-pair", .params = {{"p", pair}}, .result = pair});
  b.function({.name = "consume-text", .params = {{"t", text}}, .result = u64});
  b.function({.name = "echo-text", .params = {{"t", text}}, .result = text});
  b.function({.name = "mix", .params = {{"x", u32}, {"y", u32}, {"t", text}}, .result = texts});
  b.function({.name = "attempt", .params = {{"t", text}}, .result = fallible});
  b.function({.name = "ping"});
  return std::move(b).build().value();
}

/// What goes wrong; each hook is absent where nothing does.
struct Defect {
  using Args = std::vector<Value>;
  std::function<Args(const Function&, Args)> down;  ///< what the callee holds of what was sent
  std::function<Value(const Function&, Value)> up;  ///< what the caller holds of the result
  std::function<void(Args&)> spoil;                 ///< the caller's object, after it was sent
  std::function<bool(const Function&, const Args&)> crash;
  std::function<bool(const Function&, const Args&)> hang;
  std::function<void(const Function&, const Args&, Counters&)> count;  ///< at each call
  std::function<void(Counters&)> refuse;                               ///< at a refused call
  std::function<void(Counters&)> destroy;                              ///< at close
  std::string destroyed = "context destroyed";
  std::uint64_t crash_after_calls = 0;  ///< of one process; 0: never
  std::uint64_t salt = 0;               ///< both sides make other values than the stream's
  bool fail_open = false;
  bool no_counters = false;
};

class FakeSession final : public Session {
 public:
  FakeSession(Schema schema, Defect defect)
      : schema_(std::move(schema)), defect_(std::move(defect)) {
    counters_ = {
        {"live_library_allocations", 0}, {"live_contexts", 0}, {"bad_frees", 0}, {"total_calls", 0},
        {"total_completions", 0},        {"live_slots", 0}};
  }
  int restarts = 0;

  Answer<CallOutcome> open(std::uint32_t) override {
    if (lost_) return *lost_;
    if (defect_.fail_open) return failure("no memory");
    if (!open_) ++counters_["live_contexts"];
    open_ = true;
    return CallOutcome{};
  }
  Answer<CallOutcome> close(std::uint32_t) override {
    if (lost_) return *lost_;
    if (!open_) return failure(defect_.destroyed);
    open_ = false;
    --counters_["live_contexts"];
    if (defect_.destroy) defect_.destroy(counters_);
    return CallOutcome{};
  }
  Answer<CallOutcome> call(std::uint32_t, std::uint32_t function, const std::vector<Value>& args,
                           unsigned times) override {
    if (lost_) return *lost_;
    const Function& f = schema_.functions()[function];
    if (!open_) {
      if (defect_.refuse) defect_.refuse(counters_);
      return failure(defect_.destroyed);
    }
    std::vector<Value> object = args;
    CallOutcome out;
    for (unsigned i = 0; i < times; ++i) {
      out = send(f, object);
      if (lost_) return *lost_;
    }
    return out;
  }
  Answer<BulkOutcome> bulk(const BulkRequest& request) override {
    if (lost_) return *lost_;
    BulkOutcome out;
    for (std::uint64_t i = 0; i < request.count; ++i) {
      const std::optional<std::string> wrong = one(request, request.first + i, out);
      if (lost_) return *lost_;
      if (wrong) {
        out.failed = request.first + i;
        out.detail = *wrong;
        return out;
      }
      ++out.held;
    }
    return out;
  }
  std::vector<Answer<BulkOutcome>> bulk_all(std::span<const BulkRequest> requests) override {
    std::vector<Answer<BulkOutcome>> out;
    for (const BulkRequest& request : requests) out.push_back(bulk(request));
    return out;
  }
  Answer<Counters> counters() override {
    if (lost_) return *lost_;
    return defect_.no_counters ? Counters{} : counters_;
  }
  Result<void> restart() override {
    ++restarts;
    lost_.reset();
    open_ = false;
    calls_ = 0;
    for (auto& [name, value] : counters_) value = 0;
    return {};
  }

 private:
  static CallOutcome failure(std::string text) {
    return {.status = CallOutcome::Status::Failure, .text = std::move(text)};
  }

  CallOutcome send(const Function& f, std::vector<Value>& object) {
    ++calls_;
    ++counters_["total_calls"];
    ++counters_["total_completions"];
    if ((defect_.crash && defect_.crash(f, object)) || calls_ == defect_.crash_after_calls) {
      lost_ = WorkerLoss{WorkerLoss::How::Crashed, "signal 11"};
    }
    if (defect_.hang && defect_.hang(f, object)) {
      lost_ = WorkerLoss{WorkerLoss::How::Hung, "no answer"};
    }
    if (defect_.count) defect_.count(f, object, counters_);
    const std::vector<Value> held = defect_.down ? defect_.down(f, object) : object;
    CallOutcome out;
    out.callee_witness = witness_args(schema_, f, held);
    out.result = expected_result(schema_, f, held, {});
    if (out.result && defect_.up) out.result = defect_.up(f, *out.result);
    if (defect_.spoil) defect_.spoil(object);
    out.args_after = witness_args(schema_, f, object);
    return out;
  }

  /// One index of a bulk run, as a worker checks it: docs/worker-protocol.md.
  std::optional<std::string> one(const BulkRequest& request, std::uint64_t index,
                                 BulkOutcome& tally) {
    const Function& f = schema_.functions()[request.function];
    const std::uint64_t seed = value_seed(request.seed, index) ^ defect_.salt;
    std::vector<Value> args = stream_args(schema_, f, seed);
    if (request.law == BulkLaw::Produce) args = {Value::natural(seed)};
    const std::uint64_t sent = witness_args(schema_, f, args);
    const std::optional<Value> expected = expected_result(schema_, f, args, {});
    tally.digest += request.law == BulkLaw::Produce ? witness(schema_, *f.result, *expected) : sent;
    if (expected && expected->is<Choice>() && expected->as<Choice>().index == 1) ++tally.errs;
    const unsigned times = request.law == BulkLaw::Repeat ? 2 : 1;
    for (unsigned i = 0; i < times; ++i) {
      const CallOutcome outcome = send(f, args);
      if (expected &&
          witness(schema_, *f.result, *expected) != witness(schema_, *f.result, *outcome.result)) {
        return "result differs";
      }
      if (request.law == BulkLaw::Repeat && outcome.args_after != sent) return "arguments changed";
    }
    return std::nullopt;
  }

  Schema schema_;
  Defect defect_;
  Counters counters_;
  std::optional<WorkerLoss> lost_;
  bool open_ = false;
  std::uint64_t calls_ = 0;
};

/// A target for the sake of its name and its limits.
class FakeTarget final : public Target {
 public:
  [[nodiscard]] std::string_view name() const override { return "fake"; }
  [[nodiscard]] std::optional<std::string> unsupported(const Schema&,
                                                       const Function&) const override {
    return std::nullopt;
  }
  [[nodiscard]] Result<void> check_tools() const override { return {}; }
  [[nodiscard]] FileSet emit(std::span<const BatchEntry>) const override { return {}; }
  [[nodiscard]] FileSet emit_product(const Schema&) const override { return {}; }
  [[nodiscard]] Result<std::optional<BuildFailure>> build(const BuildOptions&) const override {
    return std::optional<BuildFailure>();
  }
  [[nodiscard]] Result<std::optional<BuildFailure>> lint(const BuildOptions&) const override {
    return std::optional<BuildFailure>();
  }
  [[nodiscard]] Result<std::unique_ptr<Session>> open(const BuildOptions&,
                                                      std::span<const BatchEntry>,
                                                      std::chrono::milliseconds) const override {
    return environment_error("the fake target opens nothing");
  }
};

}  // namespace fficheck::testing_support

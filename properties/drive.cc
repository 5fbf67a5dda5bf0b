#include "properties/drive.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"

namespace fficheck {
namespace {

/// Section 2 of docs/value-stream.md: how far apart the states of neighbouring values are.
constexpr std::uint64_t kSeedStride = 0xD1B54A32D192ED03;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string hex(std::uint64_t word) {
  std::array<char, 24> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "0x%016llx", static_cast<unsigned long long>(word));
  return buffer.data();
}

std::string sentence(const std::string& path, const std::string& expected,
                     const std::string& seen) {
  return path + ": expected " + expected + ", seen " + seen;
}

/// What WorkerSession puts before the tail of stderr in a loss.
constexpr std::string_view kStderrMark = "; stderr: ";

/// The first line with a letter in it, without what differs from run to run.
std::string telling_line(std::string_view text) {
  std::string_view line;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (std::any_of(line.begin(), line.end(), is_letter)) break;
  }
  std::string out;
  for (std::size_t i = 0; i < line.size() && out.size() < 200;) {
    if (line.substr(i).starts_with("0x")) {
      out += "0x?";
      i = std::min(line.find_first_not_of("0123456789abcdefABCDEF", i + 2), line.size());
    } else if (line.substr(i).starts_with("==")) {  // ==PID== of the sanitizers
      i = std::min(line.find_first_not_of("=0123456789", i), line.size());
    } else {
      const char c = line[i++];
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

namespace {

bool holds_handle(const Schema& schema, TypeId id) {
  const Type& type = schema.type(id);
  return class_of(type.kind) == KindClass::Handle ||
         std::any_of(type.parts.begin(), type.parts.end(), [&](const Part& part) {
           return part.type && holds_handle(schema, *part.type);
         });
}

}  // namespace

bool needs_resources(const Schema& schema, const Function& function) {
  return function.kind != FunctionKind::Free ||
         (function.result && holds_handle(schema, *function.result)) ||
         std::any_of(function.params.begin(), function.params.end(),
                     [&](const Param& param) { return holds_handle(schema, param.type); });
}

bool is_callable(const Schema& schema, const Function& function) {
  return function.name != "create" && !needs_resources(schema, function);
}

BulkLaw law_of(const Schema& schema, const Function& function) {
  switch (schema.role(function)) {
    case Role::Consume: return BulkLaw::Consume;
    case Role::Produce: return BulkLaw::Produce;
    case Role::Echo: return BulkLaw::Echo;
    case Role::Call: return BulkLaw::Call;
  }
  return BulkLaw::Call;
}

std::uint64_t function_seed(std::uint64_t seed, std::uint32_t function, BulkLaw law) {
  return value_seed(seed, std::uint64_t{function} * 8 + static_cast<std::uint64_t>(law));
}

std::uint64_t shifted_seed(std::uint64_t seed, std::uint64_t first) {
  return seed + first * kSeedStride;
}

namespace {

/// Whether the run draws its results, not its arguments: each call's one argument is its seed.
bool draws_results(const Subject& subject, const BulkRequest& request) {
  const Function& f = subject.schema.functions()[request.function];
  return request.law == BulkLaw::Produce ||
         (request.law == BulkLaw::Import && subject.schema.role(f) == Role::Produce);
}

}  // namespace

std::vector<Value> bulk_args(const Subject& subject, const BulkRequest& request,
                             std::uint64_t index) {
  const std::uint64_t seed = value_seed(request.seed, index);
  if (draws_results(subject, request)) return {Value::natural(seed)};
  return stream_args(subject.schema, subject.schema.functions()[request.function], seed,
                     subject.target.stream_limits());
}

std::uint64_t expected_digest(const Subject& subject, const BulkRequest& request,
                              std::uint64_t count) {
  const Function& f = subject.schema.functions()[request.function];
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::vector<Value> args = bulk_args(subject, request, request.first + i);
    if (draws_results(subject, request)) {
      const std::optional<Value> result =
          expected_result(subject.schema, f, args, subject.target.stream_limits());
      if (result) sum += witness(subject.schema, *f.result, *result);
    } else {
      sum += witness_args(subject.schema, f, args);
    }
  }
  return sum;
}

std::string loss_line(const WorkerLoss& loss) {
  const std::size_t at = loss.detail.find(kStderrMark);
  std::string detail = loss.detail.substr(0, at);
  if (at != std::string::npos && loss.how != WorkerLoss::How::Hung) {
    const std::string line =
        telling_line(std::string_view(loss.detail).substr(at + kStderrMark.size()));
    if (!line.empty()) detail += ": " + line;
  }
  switch (loss.how) {
    case WorkerLoss::How::Crashed: return "the worker crashed: " + detail;
    case WorkerLoss::How::Hung: return "the worker hung: " + detail;
    case WorkerLoss::How::Protocol: return "the worker broke the protocol: " + detail;
  }
  return detail;
}

std::optional<Verdict> make_ready(const Subject& subject) {
  const auto cannot = [](const std::string& why) {
    return fail("creating the context: " + why, {Step{.kind = Step::Kind::Cycle}});
  };
  Answer<CallOutcome> opened = subject.session.open(subject.index);
  if (std::holds_alternative<WorkerLoss>(opened)) {
    if (Result<void> restarted = subject.session.restart(); !restarted.ok()) {
      return broken(restarted.error().text());
    }
    opened = subject.session.open(subject.index);
  }
  if (const auto* loss = std::get_if<WorkerLoss>(&opened)) return cannot(loss_line(*loss));
  const auto& outcome = std::get<CallOutcome>(opened);
  if (outcome.status == CallOutcome::Status::Failure) return cannot(outcome.text);
  return std::nullopt;
}

std::optional<std::string> judge_call(const Subject& subject, const Function& function,
                                      const std::vector<Value>& args, const CallOutcome& outcome) {
  const Schema& schema = subject.schema;
  if (outcome.status == CallOutcome::Status::Failure) {
    return "the call failed: " + outcome.text;
  }
  const std::optional<Value> expected =
      expected_result(schema, function, args, subject.target.stream_limits());
  std::optional<std::string> result;
  if (expected.has_value() != outcome.result.has_value()) {
    result = sentence("result", expected ? "a value" : "none", expected ? "none" : "a value");
  } else if (expected) {
    if (const auto d = first_difference(schema, *function.result, *expected, *outcome.result)) {
      std::string path = d->path;
      if (!path.starts_with("result")) {
        path = "result" + (path.empty() || path[0] == '.' || path[0] == '[' ? path : "." + path);
      }
      result = sentence(path, d->expected, d->seen);
    }
  }
  const std::uint64_t sent = witness_args(schema, function, args);
  if (outcome.callee_witness != sent) {
    std::string text = sentence("witness of the arguments as the callee held them", hex(sent),
                                hex(outcome.callee_witness));
    // An echo shows where; other results only follow from the arguments.
    if (result && schema.role(function) == Role::Echo) text = *result + "; " + text;
    return text;
  }
  if (result) return result;
  if (outcome.args_after != sent) {
    return sentence("witness of the caller's arguments after the call", hex(sent),
                    hex(outcome.args_after));
  }
  return std::nullopt;
}

std::optional<std::string> try_call(const Subject& subject, std::uint32_t function,
                                    const std::vector<Value>& args, unsigned times) {
  const Answer<CallOutcome> answer = subject.session.call(subject.index, function, args, times);
  if (const auto* loss = std::get_if<WorkerLoss>(&answer)) return loss_line(*loss);
  return judge_call(subject, subject.schema.functions()[function], args,
                    std::get<CallOutcome>(answer));
}

std::optional<std::string> judge_bulk(const Subject& subject, const BulkRequest& request,
                                      const BulkOutcome& outcome) {
  if (outcome.failed) {
    return "value #" + std::to_string(*outcome.failed) + ": " +
           (outcome.detail.empty() ? "does not hold" : outcome.detail);
  }
  if (outcome.held != request.count) {
    return "the worker tried " + std::to_string(outcome.held) + " of " +
           std::to_string(request.count) + " values, and told no failure";
  }
  if (request.count <= kCheckedValues) {
    const std::uint64_t expected = expected_digest(subject, request, request.count);
    if (outcome.digest != expected) {
      return sentence("digest of the caller's values", hex(expected), hex(outcome.digest));
    }
  }
  return std::nullopt;
}

Step call_step(const Function& function, std::vector<Value> args, unsigned times) {
  return {.kind = times > 1 ? Step::Kind::Repeat : Step::Kind::Call,
          .function = function.name,
          .args = std::move(args)};
}

Step bulk_step(const Subject& subject, const BulkRequest& request) {
  return {.kind = Step::Kind::Bulk,
          .function = qualified_name(subject.schema, subject.schema.functions()[request.function]),
          .seed = shifted_seed(request.seed, request.first),
          .count = request.count};
}

std::optional<std::uint32_t> find_function(const Schema& schema, const std::string& name) {
  const std::vector<Function>& functions = schema.functions();
  const auto found = std::find_if(functions.begin(), functions.end(), [&](const Function& f) {
    return qualified_name(schema, f) == name;
  });
  if (found == functions.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - functions.begin());
}

Verdict fail(std::string message, std::vector<Step> steps) {
  return {
      .outcome = Verdict::Outcome::Fail, .message = std::move(message), .steps = std::move(steps)};
}
Verdict skip(std::string reason) {
  return {.outcome = Verdict::Outcome::Skip, .message = std::move(reason)};
}
Verdict broken(std::string message) {
  return {.outcome = Verdict::Outcome::Broken, .message = std::move(message)};
}

}  // namespace fficheck

#include "harness/core/completion.h"

#include <algorithm>

#include "harness/core/witness.h"

namespace fficheck {
namespace {

constexpr std::uint64_t kTag = 0xF1C0DE5;
constexpr unsigned kTagShift = 36;

std::uint64_t bits(std::uint64_t value, unsigned shift, std::uint64_t mask) {
  return (std::min(value, mask)) << shift;
}

/// docs/completion.md, section 1.
std::uint64_t absorb(std::uint64_t h, std::uint64_t x) {
  h = (h ^ x) * 0x9FB21C651E98DF25u;
  return h ^ (h >> 32);
}
constexpr const char* kDestroyedText = "context destroyed";
constexpr const char* kHostError = "host error: ";
constexpr std::uint64_t kFirstWitness = 0x6A09E667F3BCC908u;

/// The witness of a host function's answer as the callee holds it.
std::uint64_t answer_witness(const Schema& schema, const Function& import, const Ending& answer) {
  if (!answer.value) return kFirstWitness;
  const Type& result = schema.type(*import.result);
  const bool text_err = result.kind == Kind::Result && result.parts[1].type &&
                        schema.type(*result.parts[1].type).kind == Kind::String;
  if (!text_err) return witness(schema, *import.result, *answer.value);
  const Choice& choice = answer.value->as<Choice>();
  return choice.payload ? witness(schema, *result.parts[0].type, *choice.payload) : kFirstWitness;
}

Ending failed(std::string text) {
  Ending out;
  out.is_error = true;
  out.text = std::move(text);
  return out;
}

std::vector<std::uint32_t> imports_that(const Schema& schema, bool event) {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; i < schema.imports().size(); ++i)
    if (is_event(schema, schema.imports()[i]) == event) out.push_back(i);
  return out;
}

}  // namespace

std::uint64_t pack_plan(const TaskPlan& p) {
  return kTag << kTagShift | bits(p.delay_us, 0, 0xFFFF) | bits(p.progress, 16, 3) |
         bits(p.asks, 18, 3) | bits(p.first, 20, 7) | bits(p.events, 23, 3) | bits(p.event, 25, 7) |
         bits(p.thread ? 1 : 0, 28, 1) | bits(p.fail ? 1 : 0, 29, 1) | bits(p.hold ? 1 : 0, 30, 1) |
         bits(p.together ? 1 : 0, 31, 1);
}

std::optional<TaskPlan> unpack_plan(std::uint64_t number) {
  if (number >> 32 != kTag << (kTagShift - 32)) return std::nullopt;
  const auto field = [number](unsigned shift, std::uint64_t mask) {
    return static_cast<std::uint32_t>((number >> shift) & mask);
  };
  TaskPlan p;
  p.delay_us = field(0, 0xFFFF);
  p.progress = field(16, 3);
  p.asks = field(18, 3);
  p.first = field(20, 7);
  p.events = field(23, 3);
  p.event = field(25, 7);
  p.thread = field(28, 1) != 0;
  p.fail = field(29, 1) != 0;
  p.hold = field(30, 1) != 0;
  p.together = field(31, 1) != 0;
  return p;
}

bool has_plan(const Schema& schema, const Function& function) {
  return function.kind == FunctionKind::Free && !function.params.empty() &&
         function.params[0].name == "plan" &&
         schema.type(function.params[0].type).kind == Kind::U64 &&
         schema.role(function) == Role::Call;
}

bool is_event(const Schema& schema, const Function& import) {
  return import.kind == FunctionKind::Free && import.name.starts_with("on-") && !import.result &&
         import.params.size() == 1 && schema.type(import.params[0].type).kind == Kind::Record;
}

std::vector<std::uint32_t> host_functions(const Schema& schema) {
  return imports_that(schema, false);
}
std::vector<std::uint32_t> events_of(const Schema& schema) { return imports_that(schema, true); }

std::uint32_t asked_import(const std::vector<std::uint32_t>& among, std::uint32_t first,
                           std::uint32_t i) {
  return among[(first + i) % among.size()];
}

Ending as_ending(const Schema& schema, std::optional<TypeId> result, std::optional<Value> value) {
  if (value && result) {
    const Type& type = schema.type(*result);
    if (type.kind == Kind::Result && type.parts[1].type &&
        schema.type(*type.parts[1].type).kind == Kind::String && value->as<Choice>().index == 1)
      return failed(value->as<Choice>().payload->as<std::string>());
  }
  Ending out;
  out.value = std::move(value);
  return out;
}

Ending host_answer(const Schema& schema, const Function& import, const std::vector<Value>& args,
                   StreamLimits limits) {
  return as_ending(schema, import.result, expected_result(schema, import, args, limits));
}

Ending expected_ending(const Schema& schema, const Function& function,
                       const std::vector<Value>& args, StreamLimits limits) {
  const auto plan = has_plan(schema, function) ? unpack_plan(args[0].as<std::uint64_t>())
                                               : std::optional<TaskPlan>();
  if (!plan)
    return as_ending(schema, function.result, expected_result(schema, function, args, limits));
  const std::uint64_t w = witness_args(schema, function, args);
  std::uint64_t h = w;
  const std::vector<std::uint32_t> hosts = host_functions(schema);
  const bool creates = function.name == "create";
  for (std::uint32_t i = 0; i < plan->asks && !hosts.empty() && !creates; ++i) {
    const Function& import = schema.imports()[asked_import(hosts, plan->first, i)];
    const std::vector<Value> request = stream_args(schema, import, value_seed(w, i), limits);
    const Ending answer = host_answer(schema, import, request, limits);
    if (answer.is_error) return failed("host error: " + answer.text);
    h = absorb(h, answer_witness(schema, import, answer));
  }
  if (plan->fail) return failed("task failed");
  if (creates)
    return as_ending(schema, function.result, expected_result(schema, function, args, limits));
  if (!function.result) return {};
  return as_ending(schema, function.result, stream_value(schema, *function.result, h, limits));
}

JudgedEnd judge_ending(const Schema& schema, const Function& function, const Ending& expected,
                       const Ending& seen) {
  const auto wrong = [&](std::string what) {
    return JudgedEnd{CallEnd::Wrong, function.name + ": " + std::move(what)};
  };
  if (seen.is_error) {
    if (expected.is_error && expected.text == seen.text) return {};
    if (seen.text == kDestroyedText || seen.text == kHostError + std::string(kDestroyedText))
      return {CallEnd::Destroyed, {}};
    if (seen.text.starts_with(kHostError)) return {CallEnd::Host, {}};
    return wrong(expected.is_error
                     ? "expected the error \"" + expected.text + "\", seen \"" + seen.text + "\""
                     : "the call failed: " + seen.text);
  }
  if (expected.is_error) return wrong("expected the error \"" + expected.text + "\", seen success");
  if (expected.value.has_value() != seen.value.has_value())
    return wrong(expected.value ? "no result" : "a result where there is none");
  if (!expected.value) return {};
  const auto difference = first_difference(schema, *function.result, *expected.value, *seen.value);
  if (!difference) return {};
  return wrong("result" + difference->path + ": expected " + difference->expected + ", seen " +
               difference->seen);
}

const char* end_name(CallEnd end) {
  switch (end) {
    case CallEnd::Right: return "right";
    case CallEnd::Destroyed: return "destroyed";
    case CallEnd::Host: return "host";
    case CallEnd::Cancelled: return "cancelled";
    case CallEnd::Wrong: return "wrong";
  }
  return "";
}

std::vector<Value> start_args(const Schema& schema, const Function& function, const Step& step,
                              std::uint64_t i, StreamLimits limits) {
  const std::uint64_t seed = value_seed(step.seed, i);
  std::vector<Value> args = stream_args(schema, function, seed, limits);
  if (!has_plan(schema, function)) return args;
  std::uint64_t number = step.action.plan;
  if (auto plan = unpack_plan(number); plan && i > 0) {
    plan->delay_us = static_cast<std::uint32_t>((seed >> 20) % (plan->delay_us + 1));
    number = pack_plan(*plan);
  }
  args[0] = Value::natural(number);
  return args;
}

std::vector<Value> event_args(const Schema& schema, const Function& event,
                              std::uint64_t call_witness, std::uint32_t i, StreamLimits limits) {
  return stream_args(schema, event, value_seed(call_witness, 16 + i), limits);
}

std::optional<std::uint32_t> inner_function(const Schema& schema) {
  const auto& functions = schema.functions();
  std::optional<std::uint32_t> any;
  for (std::uint32_t i = 0; i < functions.size(); ++i) {
    if (functions[i].name == "create") continue;
    if (has_plan(schema, functions[i])) return i;
    if (!any) any = i;
  }
  return any;
}

/// Calls of a group that may collect garbage: it costs more than a call.
constexpr std::uint64_t kCollected = 64;

int perturbation(std::uint64_t seed, std::uint64_t group, std::uint64_t i) {
  if (seed == 0) return 0;
  const std::uint64_t r = value_seed(seed + group, i);
  switch (r & 7) {
    case 0:
    case 1: return static_cast<int>((r >> 8) % 200);
    case 2:
    case 3: return -1;
    case 4: return i < kCollected ? kCollect : 0;
    default: return 0;
  }
}

}  // namespace fficheck

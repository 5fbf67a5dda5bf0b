// Completion scripts on the wire: docs/completion.md, sections 2 to 4.
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/core/action_text.h"
#include "harness/run/wire_value.h"

namespace fficheck {
namespace {

using nlohmann::json;

constexpr std::uint32_t kEveryEvent = 0xFFFFFFFF;

Error malformed(const std::string& what) { return environment_error("malformed script: " + what); }

std::uint64_t index_of(const std::vector<Function>& functions, const std::string& name) {
  for (std::uint32_t i = 0; i < functions.size(); ++i)
    if (functions[i].name == name) return i;
  return kEveryEvent;
}

json step_to_json(const Schema& schema, const Step& step) {
  const Action& a = step.action;
  json out = json::array({act_name(a.act)});
  const auto add = [&out](auto... numbers) { (out.push_back(std::uint64_t{numbers}), ...); };
  const auto function = [&] { return index_of(schema.functions(), step.function); };
  const auto import = [&] { return index_of(schema.imports(), step.function); };
  switch (a.act) {
    case Act::Create: add(a.number, a.plan, step.seed); break;
    case Act::Destroy:
    case Act::Await:
    case Act::Cancel:
    case Act::Unlisten: add(a.number); break;
    case Act::Start:
      add(a.number, a.context, a.contexts, function(), a.plan, step.seed, a.callers, a.calls,
          a.late ? 1u : 0u);
      break;
    case Act::Host: add(a.number, import(), a.way, a.us); break;
    case Act::Release:
    case Act::Forge: add(a.number, a.way); break;
    case Act::Listen: add(a.number, a.context, import(), a.way); break;
    case Act::Churn: add(step.count, a.plan, step.seed, a.callers); break;
    case Act::Perturb: add(step.seed); break;
    case Act::Pause: add(a.us); break;
  }
  return out;
}

/// Reads one step's numbers in order.
class StepReader {
 public:
  StepReader(const Schema& schema, const json& array) : schema_(schema), array_(array) {}

  Result<Step> read() {
    if (!array_.is_array() || array_.empty() || !array_[0].is_string())
      return malformed("a step is an array that begins with its name");
    const std::optional<Act> act = find_act(array_[0].get<std::string>());
    if (!act) return malformed("unknown step " + array_[0].get<std::string>());
    Step step;
    step.kind = Step::Kind::Act;
    Action& a = step.action;
    a.act = *act;
    switch (*act) {
      case Act::Create:
        number(a.number);
        a.plan = next();
        step.seed = next();
        break;
      case Act::Destroy:
      case Act::Await:
      case Act::Cancel:
      case Act::Unlisten: number(a.number); break;
      case Act::Start:
        number(a.number);
        number(a.context);
        number(a.contexts);
        step.function = name(schema_.functions());
        a.plan = next();
        step.seed = next();
        number(a.callers);
        number(a.calls);
        a.late = next() != 0;
        break;
      case Act::Host:
        number(a.number);
        step.function = name(schema_.imports());
        number(a.way);
        number(a.us);
        break;
      case Act::Release:
      case Act::Forge:
        number(a.number);
        number(a.way);
        break;
      case Act::Listen:
        number(a.number);
        number(a.context);
        step.function = name(schema_.imports());
        number(a.way);
        break;
      case Act::Churn:
        step.count = next();
        a.plan = next();
        step.seed = next();
        number(a.callers);
        break;
      case Act::Perturb: step.seed = next(); break;
      case Act::Pause: number(a.us); break;
    }
    if (!sound_ || at_ != array_.size())
      return malformed("wrong numbers for " + std::string(act_name(*act)));
    FFICHECK_CHECK(check_action(step));
    return step;
  }

 private:
  std::uint64_t next() {
    if (at_ >= array_.size() || !array_[at_].is_number_unsigned()) {
      sound_ = false;
      return 0;
    }
    return array_[at_++].get<std::uint64_t>();
  }
  void number(std::uint32_t& out) {
    const std::uint64_t n = next();
    sound_ = sound_ && n <= UINT32_MAX;
    out = static_cast<std::uint32_t>(n);
  }
  std::string name(const std::vector<Function>& functions) {
    const std::uint64_t index = next();
    if (index == kEveryEvent) return "*";
    if (index < functions.size()) return functions[index].name;
    sound_ = false;
    return {};
  }

  const Schema& schema_;
  const json& array_;
  std::size_t at_ = 1;
  bool sound_ = true;
};

}  // namespace

json script_to_json(const Schema& schema, const ScriptRequest& request) {
  json scripts = json::array();
  for (const std::vector<Step>& script : request.scripts) {
    json steps = json::array();
    for (const Step& step : script) steps.push_back(step_to_json(schema, step));
    scripts.push_back(std::move(steps));
  }
  return {
      {"schema", request.schema}, {"limit_ms", request.limit_ms}, {"scripts", std::move(scripts)}};
}

Result<ScriptRequest> script_from_json(const Schema& schema, const json& in) {
  ScriptRequest out;
  FFICHECK_TRY(const std::uint64_t index, natural_member(in, "schema", UINT32_MAX));
  FFICHECK_TRY(const std::uint64_t limit, natural_member(in, "limit_ms", 1'000'000));
  out.schema = static_cast<std::uint32_t>(index);
  out.limit_ms = static_cast<std::uint32_t>(limit);
  const auto scripts = in.find("scripts");
  if (scripts == in.end() || !scripts->is_array()) return malformed("no scripts");
  for (const json& steps : *scripts) {
    if (!steps.is_array()) return malformed("a script is an array of steps");
    out.scripts.emplace_back();
    for (const json& step : steps) {
      FFICHECK_TRY(Step read, StepReader(schema, step).read());
      out.scripts.back().push_back(std::move(read));
    }
  }
  return out;
}

json script_outcome_to_json(const ScriptOutcome& outcome) {
  json scripts = json::array();
  for (const std::vector<StepSeen>& script : outcome) {
    json steps = json::array();
    for (const StepSeen& seen : script) {
      json step = json::object();
      for (const auto& [name, count] : seen.counts)
        if (count != 0) step[name] = count;
      if (!seen.detail.empty())
        step["detail"] =
            json::binary(std::vector<std::uint8_t>(seen.detail.begin(), seen.detail.end()));
      steps.push_back(std::move(step));
    }
    scripts.push_back(std::move(steps));
  }
  return {{"scripts", std::move(scripts)}};
}

Result<ScriptOutcome> script_outcome_from_json(const ScriptRequest& request, const json& in) {
  const auto fits = [](const json& array, std::size_t size) {
    return array.is_array() && array.size() == size;
  };
  const auto scripts = in.is_object() ? in.find("scripts") : in.end();
  if (scripts == in.end() || !fits(*scripts, request.scripts.size()))
    return malformed("another number of scripts than was asked for");
  ScriptOutcome out;
  for (std::size_t i = 0; i < scripts->size(); ++i) {
    const json& steps = (*scripts)[i];
    if (!fits(steps, request.scripts[i].size()))
      return malformed("another number of observations than steps");
    out.emplace_back();
    for (const json& step : steps) {
      if (!step.is_object()) return malformed("an observation is a map");
      StepSeen seen;
      for (const auto& [name, value] : step.items()) {
        if (value.is_number_unsigned()) {
          seen.counts[name] = value.get<std::uint64_t>();
        } else if (value.is_string()) {
          seen.detail = value.get<std::string>();
        } else if (value.is_binary()) {
          seen.detail.assign(value.get_binary().begin(), value.get_binary().end());
        } else {
          return malformed("no number in " + name);
        }
      }
      out.back().push_back(std::move(seen));
    }
  }
  return out;
}

}  // namespace fficheck

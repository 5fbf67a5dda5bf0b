#include "harness/run/tally.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "harness/run/failure_text.h"

namespace fficheck {
namespace {

std::uint64_t& slot(PropertyCounts& counts, Verdict::Outcome outcome) {
  switch (outcome) {
    case Verdict::Outcome::Pass: return counts.pass;
    case Verdict::Outcome::Fail: return counts.fail;
    case Verdict::Outcome::Skip: return counts.skip;
    case Verdict::Outcome::Broken: return counts.broken;
  }
  return counts.broken;
}

/// The start of a text, and a last line that says that it was longer.
void cut_text(std::string& text) {
  if (text.size() <= FailureRecord::kMaxShown) return;
  std::size_t end = FailureRecord::kMaxShown;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  text.resize(end);
  text += "\n... (cut)";
}

nlohmann::json failure_json(const FailureRecord& f) {
  nlohmann::json out = {
      {"target", f.target},   {"property", f.property}, {"case", f.file},
      {"message", f.message}, {"index", f.index},       {"schema", f.schema},
      {"steps", f.steps},     {"shrunk", f.shrunk},     {"confirmed", f.confirmed}};
  if (!f.leg.empty()) out["leg"] = f.leg;
  if (!f.log.empty()) out["log"] = f.log;
  if (const auto parts = split_message(f.message)) {
    out["where"] = parts->where;
    out["expected"] = parts->expected;
    out["seen"] = parts->seen;
  }
  return out;
}

/// Reads what failure_json wrote, now or before it told what a report shows.
FailureRecord failure_from_json(const nlohmann::json& f) {
  FailureRecord out;
  out.target = f.at("target").get<std::string>();
  out.property = f.at("property").get<std::string>();
  out.file = f.at("case").get<std::string>();
  out.message = f.at("message").get<std::string>();
  out.index = f.at("index").get<std::uint64_t>();
  out.leg = f.value("leg", "");
  out.schema = f.value("schema", "");
  out.steps = f.value("steps", std::vector<std::string>());
  out.log = f.value("log", "");
  out.shrunk = f.value("shrunk", false);
  out.confirmed = f.value("confirmed", true);
  return out;
}

void add_reason(TargetTally& target, const std::string& reason, std::uint64_t times) {
  const bool known = target.skips.contains(reason);
  if (known || target.skips.size() < Tally::kMaxReasons)
    target.skips[reason] += times;
  else
    target.skips["other reasons"] += times;
}

}  // namespace

void FailureRecord::cut() {
  cut_text(schema);
  cut_text(log);
  std::size_t left = kMaxShown;
  for (std::string& step : steps) {
    cut_text(step);
    left -= std::min(left, step.size());
    if (left > 0) continue;
    steps.resize(static_cast<std::size_t>(&step - steps.data()) + 1);
    steps.emplace_back("... (cut)");
    break;
  }
}

void Tally::add(const Tally& other) {
  for (const auto& [name, from] : other.targets) {
    TargetTally& to = targets[name];
    to.schemas += from.schemas;
    to.skipped += from.skipped;
    to.values += from.values;
    for (const auto& [property, counts] : from.properties) {
      PropertyCounts& sum = to.properties[property];
      sum.pass += counts.pass;
      sum.fail += counts.fail;
      sum.skip += counts.skip;
      sum.broken += counts.broken;
    }
    for (const auto& [reason, times] : from.skips) add_reason(to, reason, times);
    for (const auto& [leg, counts] : from.legs) {
      to.legs[leg].schemas += counts.schemas;
      to.legs[leg].values += counts.values;
    }
  }
  for (const FailureRecord& failure : other.failures) list(failure);
  unlisted_failures += other.unlisted_failures;
}

void Tally::count(const std::string& target, const std::string& property, const Verdict& verdict) {
  TargetTally& to = targets[target];
  ++slot(to.properties[property], verdict.outcome);
  to.values += verdict.values;
}

void Tally::count_skip(const std::string& target, const std::string& reason, std::uint64_t times) {
  add_reason(targets[target], reason, times);
}

void Tally::list(FailureRecord failure) {
  if (failures.size() < kMaxFailures)
    failures.push_back(std::move(failure));
  else
    ++unlisted_failures;
}

std::uint64_t Tally::total(Verdict::Outcome outcome) const {
  std::uint64_t sum = 0;
  for (const auto& [name, target] : targets)
    for (auto [property, counts] : target.properties) sum += slot(counts, outcome);
  return sum;
}

std::uint64_t Tally::values() const {
  std::uint64_t sum = 0;
  for (const auto& [name, target] : targets) sum += target.values;
  return sum;
}

std::uint64_t Tally::schemas() const {
  std::uint64_t sum = 0;
  for (const auto& [name, target] : targets) sum += target.schemas;
  return sum;
}

nlohmann::json to_json(const Tally& tally) {
  using nlohmann::json;
  json targets = json::object();
  for (const auto& [name, t] : tally.targets) {
    json properties = json::object();
    for (const auto& [property, c] : t.properties)
      properties[property] = {
          {"pass", c.pass}, {"fail", c.fail}, {"skip", c.skip}, {"broken", c.broken}};
    json legs = json::object();
    for (const auto& [leg, c] : t.legs) legs[leg] = {{"schemas", c.schemas}, {"values", c.values}};
    targets[name] = {{"schemas", t.schemas}, {"skipped", t.skipped},
                     {"values", t.values},   {"properties", std::move(properties)},
                     {"skips", t.skips},     {"legs", std::move(legs)}};
  }
  json failures = json::array();
  for (const FailureRecord& f : tally.failures) failures.push_back(failure_json(f));
  return {{"targets", std::move(targets)},
          {"failures", std::move(failures)},
          {"unlisted_failures", tally.unlisted_failures}};
}

Result<Tally> tally_from_json(const nlohmann::json& json) {
  try {
    Tally tally;
    for (const auto& [name, t] : json.at("targets").items()) {
      TargetTally& to = tally.targets[name];
      to.schemas = t.at("schemas").get<std::uint64_t>();
      to.skipped = t.at("skipped").get<std::uint64_t>();
      to.values = t.at("values").get<std::uint64_t>();
      for (const auto& [property, c] : t.at("properties").items())
        to.properties[property] = {
            c.at("pass").get<std::uint64_t>(), c.at("fail").get<std::uint64_t>(),
            c.at("skip").get<std::uint64_t>(), c.at("broken").get<std::uint64_t>()};
      to.skips = t.at("skips").get<std::map<std::string, std::uint64_t>>();
      for (const auto& [leg, c] : t.at("legs").items())
        to.legs[leg] = {c.at("schemas").get<std::uint64_t>(), c.at("values").get<std::uint64_t>()};
    }
    for (const auto& f : json.at("failures")) tally.list(failure_from_json(f));
    tally.unlisted_failures = json.at("unlisted_failures").get<std::uint64_t>();
    return tally;
  } catch (const nlohmann::json::exception& e) {
    return input_error(std::string("not a tally: ") + e.what());
  }
}

}  // namespace fficheck

#include "properties/script_source.h"

#include <algorithm>
#include <utility>

#include "harness/core/completion.h"
#include "properties/drive.h"

namespace fficheck {
namespace {

/// Callers whose calls wait, in a crowd: more than any pool of threads.
constexpr std::uint32_t kCrowd = 512;

/// Any way to behave but a panic, which the law `panic` is about.
constexpr HostWay kAnyWay[] = {HostWay::None,  HostWay::Answer,   HostWay::Later,
                               HostWay::Error, HostWay::Hold,     HostWay::Call,
                               HostWay::Twice, HostWay::Stranger, HostWay::Null};

const std::vector<HostWay>& good_ways() {
  static const std::vector<HostWay> ways = {HostWay::Answer, HostWay::Later,    HostWay::Call,
                                            HostWay::Twice,  HostWay::Stranger, HostWay::Null};
  return ways;
}

}  // namespace

ScriptParts::ScriptParts(const Schema& schema) {
  for (const Function& f : schema.functions()) {
    if (f.name == "create") planned_create = has_plan(schema, f);
    if (!is_callable(schema, f)) continue;
    (has_plan(schema, f) ? tasks : others).push_back(f.name);
  }
  for (const std::uint32_t i : host_functions(schema)) hosts.push_back(schema.imports()[i].name);
  for (const std::uint32_t i : events_of(schema)) events.push_back(schema.imports()[i].name);
}

Step& ScriptWriter::add(Act act, std::uint32_t number) {
  Step& step = steps_.emplace_back();
  step.kind = Step::Kind::Act;
  step.action.act = act;
  step.action.number = number;
  return step;
}

void ScriptWriter::resume(const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    const Action& a = step.action;
    std::uint32_t none = 0;
    std::uint32_t& next = a.act == Act::Create   ? contexts_
                          : a.act == Act::Start  ? groups_
                          : a.act == Act::Listen ? listeners_
                                                 : none;
    next = std::max(next, a.number + 1);
  }
}

std::uint32_t ScriptWriter::create(bool fails) {
  const std::uint32_t number = contexts_++;
  Step& step = add(Act::Create, number);
  step.seed = random_.next() >> 32;
  if (!parts_.planned_create) return number;
  if (fails || chance(30)) {
    TaskPlan p;
    p.fail = fails;
    p.delay_us = chance(30) ? below(200) : 0;
    p.thread = chance(30);
    if (!(p == TaskPlan{})) step.action.plan = pack_plan(p);
  }
  return number;
}

std::uint32_t ScriptWriter::start(std::uint32_t context, std::uint64_t plan, std::uint32_t callers,
                                  std::uint32_t calls, std::uint32_t contexts) {
  const std::uint32_t number = groups_++;
  Step& step = add(Act::Start, number);
  // One in six is no task: whatever the schema has.
  const bool other = parts_.tasks.empty() || (plan == 0 && !parts_.others.empty() && chance(50));
  const auto& from = other ? parts_.others : parts_.tasks;
  step.function = from[below(static_cast<std::uint32_t>(from.size()))];
  step.seed = random_.next() >> 32;
  step.action.context = context;
  step.action.contexts = contexts;
  step.action.plan = other ? 0 : plan;
  step.action.callers = callers;
  step.action.calls = calls;
  return number;
}

void ScriptWriter::host(std::uint32_t context, const std::string& name, HostWay way,
                        std::uint32_t us) {
  Step& step = add(Act::Host, context);
  step.function = name;
  step.action.way = static_cast<std::uint32_t>(way);
  step.action.us = us;
}

void ScriptWriter::hosts(std::uint32_t context, const std::vector<HostWay>& ways) {
  for (const std::string& name : parts_.hosts) {
    const HostWay way = ways[below(static_cast<std::uint32_t>(ways.size()))];
    const bool timed = way == HostWay::Later || way == HostWay::Call;
    host(context, name, way, timed ? below(300) : 0);
  }
}

void ScriptWriter::listen(std::uint32_t context) {
  if (parts_.events.empty()) return;
  Step& step = add(Act::Listen, listeners_++);
  step.action.context = context;
  step.function =
      chance(20) ? "*" : parts_.events[below(static_cast<std::uint32_t>(parts_.events.size()))];
  step.action.way = chance(50) ? 0 : below(4);
}

std::uint64_t ScriptWriter::plan(std::uint32_t most_delay) {
  if (chance(15)) return 0;
  TaskPlan p;
  if (most_delay > 0 && chance(60)) p.delay_us = 1 + below(most_delay);
  if (chance(30)) p.progress = 1 + below(3);
  if (!parts_.hosts.empty() && chance(50)) {
    p.asks = 1 + below(3);
    p.first = below(static_cast<std::uint32_t>(std::min<std::size_t>(parts_.hosts.size(), 8)));
    p.together = p.asks > 1 && chance(40);
  }
  if (!parts_.events.empty() && chance(40)) {
    p.events = 1 + below(3);
    p.event = below(static_cast<std::uint32_t>(std::min<std::size_t>(parts_.events.size(), 8)));
  }
  p.thread = chance(40);
  p.fail = chance(10);
  return p == TaskPlan{} ? 0 : pack_plan(p);
}

std::uint64_t ScriptWriter::asking() {
  TaskPlan p;
  p.asks = 1 + below(2);
  p.together = p.asks > 1 && chance(50);
  p.thread = chance(30);
  return pack_plan(p);
}

void ScriptWriter::any_step(const ScriptSize& size) {
  if (contexts_ == 0) {
    hosts(create(), good_ways());
    return;
  }
  const std::uint32_t c = some_context();
  switch (below(16)) {
    case 0: hosts(create(chance(20)), good_ways()); return;
    case 1: add(Act::Destroy, c); return;
    case 2:
      if (parts_.hosts.empty()) return;
      return host(c, parts_.hosts[below(static_cast<std::uint32_t>(parts_.hosts.size()))],
                  kAnyWay[below(std::size(kAnyWay))], below(300));
    case 3: add(Act::Release, c).action.way = below(2); return;
    case 4: return listen(c);
    case 5:
      if (listeners_ > 0) add(Act::Unlisten, below(listeners_));
      return;
    case 6: add(Act::Forge, c).action.way = below(4); return;
    case 7:
      if (groups_ > 0) add(Act::Cancel, some_group());
      return;
    case 8:
    case 9:
    case 10:
      if (groups_ > 0) await(some_group());
      return;
    case 11: {
      const std::uint32_t callers = 2 + below(size.callers - 1);
      start(c, plan(200), callers, 1 + below(3), c + 1 < contexts_ ? 1 + below(2) : 1);
      return;
    }
    case 12: return perturb();
    default: {
      std::uint64_t p = plan(400);
      if (chance(6)) {
        TaskPlan held;
        held.hold = true;
        p = pack_plan(held);
      }
      start(c, p);
      return;
    }
  }
}

/// Listeners are removed while they are told of events.
void ScriptWriter::deafen(std::uint32_t c, const ScriptSize& size) {
  if (parts_.events.empty()) return;
  const std::uint32_t first = listeners_;
  for (std::uint32_t n = 1 + below(3); n > 0; --n) listen(c);
  TaskPlan p;
  p.events = 3;
  p.delay_us = below(200);
  start(c, pack_plan(p), size.callers, 1 + below(8));
  if (chance(70)) pause(below(1000));
  for (std::uint32_t l = first; l < listeners_; ++l) add(Act::Unlisten, l);
}

void ScriptWriter::completion(const ScriptSize& size) {
  if (chance(50)) perturb();
  for (std::uint32_t n = 1 + below(2); n > 0; --n) {
    const std::uint32_t c = create();
    hosts(c, good_ways());
    if (chance(50)) listen(c);
    if (chance(30)) deafen(c, size);
  }
  for (std::uint32_t n = size.steps; n > 0; --n) any_step(size);
}

void ScriptWriter::non_blocking(const ScriptSize& size) {
  const std::uint32_t c = create();
  const bool held = chance(60);
  // One of the host functions waits, or all of them.
  const auto count = static_cast<std::uint32_t>(parts_.hosts.size());
  const std::uint32_t waits = below(std::min(count, 8u));
  const bool one = held && count > 1 && chance(60);
  hosts(c, {one    ? HostWay::Answer
            : held ? HostWay::Hold
                   : (chance(50) ? HostWay::Call : HostWay::Later)});
  if (one) host(c, parts_.hosts[waits], HostWay::Hold);
  const auto ask = [&](std::uint32_t first) {
    TaskPlan p;
    p.asks = 1;
    p.first = first;
    p.thread = chance(30);
    return pack_plan(p);
  };
  const bool crowd = held && size.callers > 8 && chance(40);
  std::vector<std::uint32_t> waiting;
  for (std::uint32_t n = 1 + below(4); n > 0; --n)
    waiting.push_back(start(c, one ? ask(waits) : asking()));
  if (crowd) waiting.push_back(start(c, ask(waits), kCrowd));
  // Held or not, others go on meanwhile.
  TaskPlan brief;
  brief.delay_us = below(200);
  brief.thread = chance(50);
  await(start(c, pack_plan(brief)));
  await(start(c, chance(50) ? 0 : pack_plan(brief), 2 + below(size.callers), 1 + below(2)));
  // Those too that ask: another function, or for another context.
  if (one) await(start(c, ask((waits + 1) % count), 1 + below(4)));
  if (crowd || chance(30)) {
    const std::uint32_t other = create();
    hosts(other, {HostWay::Answer});
    await(start(other, asking(), 1 + below(4)));
  }
  if (held) add(Act::Release, c).action.way = below(2);
  for (const std::uint32_t group : waiting) await(group);
}

void ScriptWriter::concurrency(const ScriptSize& size) {
  // What happens first in a process may happen to many at once.
  if (chance(50)) {
    Step& churn = add(Act::Churn, 0);
    churn.action.callers = 2 + below(size.callers);
    churn.count = churn.action.callers + below(size.callers);
  }
  perturb();
  const std::uint32_t m = 1 + below(3);
  for (std::uint32_t i = 0; i < m; ++i) {
    const std::uint32_t c = create();
    hosts(c, {HostWay::Answer, HostWay::Later, HostWay::Call});
    if (chance(40)) listen(c);
  }
  std::vector<std::uint32_t> all;
  for (std::uint32_t n = 1 + below(3); n > 0; --n) {
    all.push_back(start(0, plan(300), 1 + below(size.callers), 1 + below(4), m));
  }
  for (const std::uint32_t group : all) await(group);
}

void ScriptWriter::panic(const ScriptSize& size) {
  const std::uint32_t c = create();
  hosts(c, {HostWay::Panic});
  const std::uint32_t first = start(c, asking());
  const std::uint32_t more = start(c, asking(), 1 + below(size.callers), 1 + below(2));
  await(start(c, 0));
  await(first);
  await(more);
  hosts(c, {HostWay::Answer});
  await(start(c, asking()));
  if (chance(50)) return;
  // While the context ends.
  hosts(c, {HostWay::Panic, HostWay::Later});
  start(c, asking(), 1 + below(size.callers), 1 + below(2));
  if (chance(50)) pause(below(200));
  add(Act::Destroy, c);
}

/// A context takes the place of one that has ended, and has calls that wait for their host when
/// answers come that were meant for the other.
void ScriptWriter::too_late() {
  const auto waits = [this] {
    const std::uint32_t c = create();
    hosts(c, {HostWay::Hold});
    const std::uint32_t group = start(c, asking(), 1 + below(4), 1);
    pause(1000 + below(2000));  // until they wait
    return std::pair(c, group);
  };
  const std::uint32_t old = waits().first;
  add(Act::Destroy, old);
  pause(500 + below(1500));  // until its place is free
  const auto [fresh, group] = waits();
  add(Act::Release, old).action.way = below(2);
  await(start(old, 0));
  add(Act::Release, fresh);
  await(group);
  add(Act::Destroy, fresh);
}

void ScriptWriter::teardown(const ScriptSize& size) {
  if (!parts_.hosts.empty() && chance(50)) too_late();
  if (chance(50)) perturb();
  const std::uint32_t c = create();
  hosts(c, chance(50) ? std::vector<HostWay>{HostWay::Hold}
                      : std::vector<HostWay>{HostWay::Later, HostWay::Hold, HostWay::Call});
  listen(c);
  // In flight: calls without an end, calls that wait for time and for the host, and plain ones.
  TaskPlan held;
  held.hold = true;
  if (chance(70)) start(c, pack_plan(held), 1 + below(4), 1);
  if (!parts_.hosts.empty()) start(c, asking(), 1 + below(4), 1);
  start(c, plan(800), 1 + below(size.callers), 1 + below(6));
  if (chance(75)) pause(chance(50) ? below(300) : 1000 + below(2000));
  add(Act::Destroy, c);
  if (chance(50)) add(Act::Destroy, c);
  const std::uint32_t after = start(c, plan(100));
  // A new context, perhaps in the old one's place: nothing of the old reaches it.
  if (chance(60)) {
    await(after);
    pause(500 + below(1500));  // the old one has left its place
  }
  const std::uint32_t fresh = create();
  hosts(fresh, chance(50) ? std::vector<HostWay>{HostWay::Hold}
                          : std::vector<HostWay>{HostWay::Answer, HostWay::Hold});
  listen(fresh);
  const bool asks = !parts_.hosts.empty() && chance(70);
  const std::uint32_t alive = start(fresh, asks ? asking() : plan(200), 1 + below(4), 1 + below(2));
  if (asks && chance(70)) pause(1000 + below(2000));  // so that they wait when late answers come
  add(Act::Forge, fresh).action.way = static_cast<std::uint32_t>(ForgeWay::Foreign);
  add(Act::Release, c).action.way = below(2);
  add(Act::Forge, c).action.way = below(4);
  start(c, plan(100));
  add(Act::Destroy, c);
  await(after);
  add(Act::Release, fresh);
  await(alive);
  if (parts_.planned_create) {
    create(true);
    Step& churn = add(Act::Churn, 0);
    churn.count = 1 + below(size.failing);
    TaskPlan fails;
    fails.fail = true;
    fails.thread = chance(50);
    churn.action.plan = pack_plan(fails);
  }
  if (chance(50)) add(Act::Churn, 0).count = 1 + below(size.churn);
}

void ScriptWriter::lifetime(const ScriptSize& size) {
  const std::uint32_t c = create();
  hosts(c, {HostWay::Answer, HostWay::Later});
  listen(c);
  for (std::uint32_t n = 2 + below(3); n > 0; --n) {
    TaskPlan p;
    // Arguments are looked at again when the delay is over.
    p.delay_us = 20 + below(200);
    p.thread = chance(50);
    p.asks = parts_.hosts.empty() ? 0 : below(3);
    p.events = parts_.events.empty() ? 0 : below(3);
    const bool plain = chance(30);
    start(c, plain ? 0 : pack_plan(p), 1 + below(size.callers), 1 + below(6));
    steps_.back().action.late = chance(80);
  }
  for (std::uint32_t group = 0; group < groups_; ++group) await(group);
}

}  // namespace fficheck

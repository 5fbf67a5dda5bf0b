#include "targets/wasm/resource_script.h"

#include <algorithm>
#include <utility>

#include "harness/core/witness.h"
#include "harness/run/target.h"
#include "targets/wasm/value_handles.h"

namespace fficheck {
namespace {

constexpr std::size_t kMostHandles = 48;  ///< in one call; steps that want more are left out
constexpr std::uint32_t kAllocations = 0;
constexpr std::uint32_t kReps = 6;
constexpr std::uint32_t kDestructors = 7;

std::string counted(const std::string& what, std::int64_t seen, std::int64_t expected) {
  return what + ": expected " + std::to_string(expected) + ", seen " + std::to_string(seen);
}

/// Where the counts are not the expected ones; empty where they are.
std::string differ(const HandleCounts& seen, const HandleCounts& expected) {
  struct Row {
    const char* what;
    std::uint64_t HandleCounts::* count;
  };
  constexpr Row kRows[] = {
      {"made by the guest", &HandleCounts::created},
      {"dropped by the guest", &HandleCounts::dropped},
      {"given away by the guest", &HandleCounts::moved_out},
      {"given to the guest", &HandleCounts::moved_in},
      {"lent to the guest", &HandleCounts::borrowed_in},
      {"given back by the guest", &HandleCounts::returned},
  };
  for (const Row& row : kRows)
    if (seen.*row.count != expected.*row.count)
      return counted(row.what, static_cast<std::int64_t>(seen.*row.count),
                     static_cast<std::int64_t>(expected.*row.count));
  return {};
}

}  // namespace

ResourceScript::ResourceScript(const Schema& schema, std::uint32_t index, Side<CoreSession> core,
                               Side<ComponentSession> component)
    : schema_(schema),
      index_(index),
      core_(core.session),
      component_(component.session),
      core_host_(core.host),
      component_host_(component.host),
      counted_(core_.handles().counts()) {}

ResourceScript::Counts ResourceScript::core_counts() {
  const auto ask = [this](std::uint32_t which) {
    std::uint64_t raw[1] = {which};
    const CoreType in[] = {CoreType::I32};
    const CoreType out[] = {CoreType::I64};
    if (core_.probe("counter", in, out, raw)) return std::int64_t{-1};
    return static_cast<std::int64_t>(raw[0]);
  };
  return {ask(kAllocations), ask(kReps), ask(kDestructors)};
}

ResourceScript::Counts ResourceScript::component_counts() {
  const auto ask = [this](std::uint32_t which) {
    const Value in[] = {Value::natural(which)};
    const Kind kinds[] = {Kind::U32};
    std::optional<std::uint64_t> out;
    if (component_.probe("counter", in, kinds, &out) || !out) return std::int64_t{-1};
    return static_cast<std::int64_t>(*out);
  };
  return {ask(kAllocations), ask(kReps), ask(kDestructors)};
}

std::string ResourceScript::run(std::uint64_t seed) {
  SplitMix random(seed);
  live_.clear();
  destroyed_ = 0;
  counted_ = core_.handles().counts();
  core_base_ = core_counts();
  component_base_ = component_counts();
  for (std::uint32_t steps = 6 + random.below(26); steps > 0; --steps)
    if (std::string problem = step(random); !problem.empty()) return problem;
  while (!live_.empty())
    if (std::string problem = drop(random.below(static_cast<std::uint32_t>(live_.size())));
        !problem.empty())
      return problem;
  const std::int64_t core = core_counts().allocations;
  if (core != core_base_.allocations)
    return counted("core session: live allocations at the end", core, core_base_.allocations);
  const std::int64_t component = component_counts().allocations;
  if (component != component_base_.allocations)
    return counted("component session: live allocations at the end", component,
                   component_base_.allocations);
  return {};
}

std::string ResourceScript::step(SplitMix& random) {
  if (!live_.empty() && random.below(5) == 0)
    return drop(random.below(static_cast<std::uint32_t>(live_.size())));
  const auto imports = static_cast<std::uint32_t>(schema_.imports().size());
  if (imports != 0 && random.below(6) == 0) return run_import(random.below(imports), random);
  return call(random.below(static_cast<std::uint32_t>(schema_.functions().size())), random);
}

std::string ResourceScript::run_import(std::uint32_t function, SplitMix& random) {
  const Function& f = schema_.imports()[function];
  const std::string what = qualified_name(schema_, f) + " called by the guest: ";
  const std::uint64_t seed = random.next();
  constexpr auto kLaw = static_cast<std::uint64_t>(BulkLaw::Call);
  ++calls_;
  std::uint64_t right = 0;
  if (const auto trap = core_.run_import({index_, function, kLaw, seed}, &right))
    return what + "core session: trap: " + trap->reason;
  if (right != 1) return what + "core session: the answer is not what the guest expects";
  const Value args[] = {Value::natural(index_), Value::natural(function), Value::natural(kLaw),
                        Value::natural(seed),   Value::natural(0),        Value::natural(1)};
  const Kind kinds[] = {Kind::U32, Kind::U32, Kind::U32, Kind::U64, Kind::U64, Kind::U64};
  std::optional<std::uint64_t> held;
  if (const auto trap = component_.probe("run-import", args, kinds, &held))
    return what + "component session: trap: " + trap->reason;
  if (held != 1u) return what + "component session: the answer is not what the guest expects";
  (void)core_host_.take_constructed();
  (void)component_host_.take_constructed();
  (void)take_handle_counts();
  if (std::string problem = check_counts(); !problem.empty()) return what + problem;
  return {};
}

HandleCounts ResourceScript::take_handle_counts() {
  const HandleCounts& now = core_.handles().counts();
  HandleCounts out = now;
  out.created -= counted_.created;
  out.dropped -= counted_.dropped;
  out.moved_out -= counted_.moved_out;
  out.moved_in -= counted_.moved_in;
  out.borrowed_in -= counted_.borrowed_in;
  out.returned -= counted_.returned;
  counted_ = now;
  return out;
}

std::string ResourceScript::drop(std::size_t at) {
  const Live gone = live_[at];
  live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
  ++destroyed_;
  const std::string what = "dropping a " + schema_.resources()[gone.type].name + ": ";
  if (imported(gone.type)) {
    --destroyed_;  // not by the guest
    core_host_.drop(index_, gone.type, static_cast<std::uint32_t>(gone.core));
    component_host_.drop(index_, gone.type, static_cast<std::uint32_t>(gone.component));
    return {};
  }
  if (const auto trap = core_.drop_rep(index_, gone.type, static_cast<std::uint32_t>(gone.core)))
    return what + "core session: trap: " + trap->reason;
  if (const auto trap = component_.drop(gone.component))
    return what + "component session: trap: " + trap->reason;
  if (std::string problem = check_counts(); !problem.empty()) return what + problem;
  return {};
}

std::optional<std::vector<ResourceScript::Live>> ResourceScript::choose(
    const std::vector<Type>& wanted, SplitMix& random, std::string* problem) {
  // What is lent in a call is not given away in it too: one more than the owns of each resource.
  for (const Type& type : wanted) {
    const auto needs = std::count_if(wanted.begin(), wanted.end(), [&](const Type& t) {
      return t.kind == Kind::Own && t.resource == type.resource;
    });
    const auto have = [&] {
      return std::count_if(live_.begin(), live_.end(),
                           [&](const Live& live) { return live.type == type.resource; });
    };
    while (have() <= needs) {
      if (imported(type.resource)) {
        live_.push_back({type.resource, 0, core_host_.make(index_, type.resource),
                         component_host_.make(index_, type.resource)});
        continue;
      }
      std::uint32_t maker = 0;
      const auto& functions = schema_.functions();
      while (maker < functions.size() && (functions[maker].kind != FunctionKind::Constructor ||
                                          functions[maker].resource != type.resource))
        ++maker;
      if (maker == functions.size() || constructing_) return std::nullopt;
      const auto before = have();
      constructing_ = true;
      *problem = call(maker, random);
      constructing_ = false;
      if (!problem->empty() || have() <= before) return std::nullopt;
    }
  }
  std::vector<Live> out(wanted.size());
  for (const Kind kind : {Kind::Own, Kind::Borrow}) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i].kind != kind) continue;
      std::size_t at = random.below(static_cast<std::uint32_t>(live_.size()));
      while (live_[at].type != wanted[i].resource) at = (at + 1) % live_.size();
      out[i] = live_[at];
      if (kind == Kind::Own) live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return out;
}

std::string ResourceScript::call(std::uint32_t function, SplitMix& random) {
  const Function& f = schema_.functions()[function];
  const std::vector<Value> drawn = stream_args(schema_, f, random.next());
  std::vector<Type> wanted;
  (void)with_handles(schema_, f, drawn, [&](const Type& type, std::uint64_t rep) {
    wanted.push_back(type);
    return rep;
  });
  if (wanted.size() > kMostHandles) return {};
  std::string problem;
  const auto chosen = choose(wanted, random, &problem);
  if (!chosen) return problem;
  const auto named = [&](std::uint64_t Live::* name) {
    std::size_t next = 0;
    return with_handles(schema_, f, drawn,
                        [&](const Type&, std::uint64_t) { return (*chosen)[next++].*name; });
  };
  const std::vector<Value> args = named(&Live::number);
  const std::string what = qualified_name(schema_, f) + ": ";
  ++calls_;
  std::optional<Value> core;
  if (const auto trap = core_.call_fast(index_, function, named(&Live::core), &core))
    return what + "core session: trap: " + trap->reason;
  std::optional<Value> component;
  if (const auto trap = component_.call(index_, function, named(&Live::component), &component))
    return what + "component session: trap: " + trap->reason;

  // An echo hands on what it owns; every other call drops it.
  const bool handed_on = f.kind != FunctionKind::Constructor && schema_.role(f) == Role::Echo;
  HandleCounts expected;
  for (const Type& type : wanted) {
    ++(type.kind == Kind::Own ? expected.moved_in : expected.borrowed_in);
    if (type.kind == Kind::Borrow && !imported(type.resource))
      --expected.borrowed_in;  // who implements a resource is lent the rep itself
    if (type.kind == Kind::Own && !handed_on) {
      ++expected.dropped;
      if (!imported(type.resource)) ++destroyed_;
    }
  }
  expected.returned = expected.borrowed_in;
  if (problem = receive(f, args, core, component, handed_on, &expected); !problem.empty())
    return what + problem;
  if (problem = differ(take_handle_counts(), expected); !problem.empty())
    return what + "core session: handles " + problem;
  if (problem = check_counts(); !problem.empty()) return what + problem;
  return {};
}

std::optional<Value> ResourceScript::expect(const Function& f,
                                            const std::vector<Value>& args) const {
  const std::uint64_t sent = witness_args(schema_, f, args);
  if (f.kind == FunctionKind::Constructor) {
    const bool fallible = schema_.type(*f.result).kind == Kind::Result;
    return fallible ? Value::choice(0, Value::handle(sent)) : Value::handle(sent);
  }
  std::optional<Value> drawn = expected_result(schema_, f, args, {});
  if (!drawn || schema_.role(f) == Role::Echo || schema_.role(f) == Role::Consume) return drawn;
  const std::uint64_t seed = schema_.role(f) == Role::Produce ? args[0].as<std::uint64_t>() : sent;
  std::uint64_t made = 0;
  return with_handles(schema_, *f.result, *drawn, [&](const Type& type, std::uint64_t) {
    const std::uint64_t number = value_seed(seed, made++);
    return imported(type.resource) ? 0 : number;
  });
}

std::string ResourceScript::check_constructed(const Function& f, std::uint64_t seed,
                                              const Value& expected) {
  std::vector<CorrectHost::Constructed> wanted;
  std::vector<ResourceId> resources;
  (void)handles_of(schema_, *f.result, expected, &resources);
  for (std::uint64_t k = 0; k < resources.size(); ++k) {
    if (!imported(resources[k])) continue;
    for (const Function& maker : schema_.imports()) {
      if (maker.kind != FunctionKind::Constructor || maker.resource != resources[k]) continue;
      const auto args = stream_args(schema_, maker, value_seed(seed, k));
      wanted.push_back({resources[k], witness_args(schema_, maker, args)});
    }
  }
  const auto same = [](const CorrectHost::Constructed& a, const CorrectHost::Constructed& b) {
    return a.resource == b.resource && a.witness == b.witness;
  };
  for (CorrectHost* host : {&core_host_, &component_host_}) {
    const auto seen = host->take_constructed();
    if (seen.size() != wanted.size())
      return counted("calls of the host's constructors", static_cast<std::int64_t>(seen.size()),
                     static_cast<std::int64_t>(wanted.size()));
    if (!std::equal(seen.begin(), seen.end(), wanted.begin(), same))
      return "the arguments of the host's constructors are wrong";
  }
  return {};
}

std::string ResourceScript::receive(const Function& f, const std::vector<Value>& args,
                                    const std::optional<Value>& core,
                                    const std::optional<Value>& component, bool handed_on,
                                    HandleCounts* counts) {
  const std::optional<Value> expected = expect(f, args);
  if (!expected) return {};
  const TypeId type = *f.result;
  std::vector<ResourceId> resources;
  const auto numbers = handles_of(schema_, type, *expected, &resources);
  // Reps say nothing about numbers: only how many there are, and where, is compared here. Whether
  // each is the one it should be shows when it is passed again.
  const auto differs = [&](const Value& seen) -> std::string {
    std::size_t next = 0;
    const Value numbered = with_handles(schema_, type, seen, [&](const Type&, std::uint64_t) {
      return next < numbers.size() ? numbers[next++] : ~std::uint64_t{0};
    });
    if (witness(schema_, type, numbered) == witness(schema_, type, *expected)) return {};
    const auto d = first_difference(schema_, type, *expected, numbered);
    return d ? "result" + d->path + ": expected " + d->expected + ", seen " + d->seen
             : "result: another witness";
  };
  if (std::string problem = differs(*core); !problem.empty()) return "core session: " + problem;
  if (std::string problem = differs(*component); !problem.empty())
    return "component session: " + problem;
  const auto reps = handles_of(schema_, type, *core);
  const auto held = handles_of(schema_, type, *component);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    ++counts->moved_out;
    if (imported(resources[i])) {
      if (!core_host_.has(index_, resources[i], reps[i]) ||
          !component_host_.has(index_, resources[i], held[i]))
        return "result: a handle of the host's that is not live";
      if (!handed_on) ++counts->moved_in;  // the constructor's answer
    } else if (!handed_on) {
      ++counts->created;
    }
    live_.push_back({resources[i], numbers[i], reps[i], held[i]});
  }
  if (handed_on || f.kind == FunctionKind::Constructor) return {};
  const std::uint64_t seed = schema_.role(f) == Role::Produce ? args[0].as<std::uint64_t>()
                                                              : witness_args(schema_, f, args);
  return schema_.role(f) == Role::Consume ? "" : check_constructed(f, seed, *expected);
}

std::string ResourceScript::check_counts() {
  if (core_.handles().live() != 0)
    return counted("handles in the guest's table after the call",
                   static_cast<std::int64_t>(core_.handles().live()), 0);
  const auto live = std::count_if(live_.begin(), live_.end(),
                                  [&](const Live& one) { return !imported(one.type); });
  for (const CorrectHost* host : {&core_host_, &component_host_}) {
    const char* const session = host == &core_host_ ? "core session: " : "component session: ";
    if (!host->problem().empty()) return session + host->problem();
    const auto owned = static_cast<std::int64_t>(live_.size()) - live;
    if (const auto seen = static_cast<std::int64_t>(host->live()); seen != owned)
      return session + counted("live resources of the host", seen, owned);
  }
  const auto judge = [&](const char* session, const Counts& now,
                         const Counts& base) -> std::string {
    if (now.destructors - base.destructors != destroyed_)
      return counted(std::string(session) + " session: destructors run",
                     now.destructors - base.destructors, destroyed_);
    if (now.reps - base.reps != live)
      return counted(std::string(session) + " session: live resources", now.reps - base.reps, live);
    return {};
  };
  if (std::string problem = judge("core", core_counts(), core_base_); !problem.empty())
    return problem;
  if (std::string problem = judge("component", component_counts(), component_base_);
      !problem.empty())
    return problem;
  if (static_cast<std::int64_t>(component_.live_resources()) != live)
    return counted("component session: resources that the host holds",
                   static_cast<std::int64_t>(component_.live_resources()), live);
  return {};
}

}  // namespace fficheck

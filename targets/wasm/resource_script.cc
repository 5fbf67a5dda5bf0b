#include "targets/wasm/resource_script.h"

#include <algorithm>
#include <utility>

#include "harness/core/witness.h"
#include "targets/wasm/choice.h"

namespace fficheck {
namespace {

constexpr std::size_t kMostHandles = 48;  ///< in one call; steps that want more are left out
constexpr std::uint32_t kAllocations = 0;
constexpr std::uint32_t kReps = 6;
constexpr std::uint32_t kDestructors = 7;

/// Arguments with these handles, by one name of each.
template <class Name>
std::vector<Value> passing(const Schema& schema, const Function& f, const std::vector<Value>& args,
                           const Name& name) {
  std::vector<Value> out;
  for (std::size_t i = 0; i < args.size(); ++i)
    out.push_back(with_handles(schema, f.params[i].type, args[i], name));
  return out;
}

std::vector<std::uint64_t> handles_of(const Schema& schema, TypeId type, const Value& value,
                                      std::vector<ResourceId>* resources = nullptr) {
  std::vector<std::uint64_t> out;
  (void)with_handles(schema, type, value, [&](const Type& t, std::uint64_t rep) {
    if (resources != nullptr) resources->push_back(t.resource);
    out.push_back(rep);
    return rep;
  });
  return out;
}

std::string counted(const std::string& what, std::int64_t seen, std::int64_t expected) {
  return what + ": expected " + std::to_string(expected) + ", seen " + std::to_string(seen);
}

}  // namespace

Value with_handles(const Schema& schema, TypeId id, const Value& value,
                   const std::function<std::uint64_t(const Type&, std::uint64_t)>& replace) {
  const Type& type = schema.type(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar:
    case KindClass::Text:
    case KindClass::Bits: return value;
    case KindClass::Handle: return Value::handle(replace(type, value.as<Handle>().rep));
    case KindClass::Choice: {
      const Choice& choice = value.as<Choice>();
      const auto payload = payload_type(type, choice.index);
      if (!payload || !choice.payload) return value;
      return Value::choice(choice.index, with_handles(schema, *payload, *choice.payload, replace));
    }
    case KindClass::Sequence: {
      Sequence parts;
      const Sequence& from = value.as<Sequence>();
      for (std::size_t i = 0; i < from.size(); ++i)
        parts.push_back(with_handles(schema, *type.parts[type.kind == Kind::List ? 0 : i].type,
                                     from[i], replace));
      return Value::sequence(std::move(parts));
    }
  }
  return value;
}

ResourceScript::ResourceScript(const Schema& schema, std::uint32_t index, CoreSession& core,
                               ComponentSession& component)
    : schema_(schema), index_(index), core_(core), component_(component) {}

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
  return call(random.below(static_cast<std::uint32_t>(schema_.functions().size())), random);
}

std::string ResourceScript::drop(std::size_t at) {
  const Live gone = live_[at];
  live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(at));
  ++destroyed_;
  const std::string what = "dropping a " + schema_.resources()[gone.type].name + ": ";
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
  (void)passing(schema_, f, drawn, [&](const Type& type, std::uint64_t rep) {
    wanted.push_back(type);
    return rep;
  });
  if (wanted.size() > kMostHandles) return {};
  std::string problem;
  const auto chosen = choose(wanted, random, &problem);
  if (!chosen) return problem;
  const auto named = [&](std::uint64_t Live::* name) {
    std::size_t next = 0;
    return passing(schema_, f, drawn,
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
  if (!handed_on)
    destroyed_ += std::count_if(wanted.begin(), wanted.end(),
                                [](const Type& type) { return type.kind == Kind::Own; });
  if (problem = receive(f, args, core, component); !problem.empty()) return what + problem;
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
  return with_handles(schema_, *f.result, *drawn,
                      [&](const Type&, std::uint64_t) { return value_seed(seed, made++); });
}

std::string ResourceScript::receive(const Function& f, const std::vector<Value>& args,
                                    const std::optional<Value>& core,
                                    const std::optional<Value>& component) {
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
  for (std::size_t i = 0; i < numbers.size(); ++i)
    live_.push_back({resources[i], numbers[i], reps[i], held[i]});
  return {};
}

std::string ResourceScript::check_counts() {
  if (core_.handles().live() != 0)
    return counted("handles in the guest's table after the call",
                   static_cast<std::int64_t>(core_.handles().live()), 0);
  const auto live = static_cast<std::int64_t>(live_.size());
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
  if (component_.live_resources() != live_.size())
    return counted("component session: resources that the host holds",
                   static_cast<std::int64_t>(component_.live_resources()), live);
  return {};
}

}  // namespace fficheck

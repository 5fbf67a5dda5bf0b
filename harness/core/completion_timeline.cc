#include "harness/core/completion_timeline.h"

#include <algorithm>

namespace fficheck {

Timeline::Timeline(const Schema& schema)
    : schema_(schema),
      host_functions_(fficheck::host_functions(schema)),
      events_(events_of(schema)) {}

std::optional<std::uint32_t> Timeline::function(const std::string& name) const {
  const auto& all = schema_.functions();
  for (std::uint32_t i = 0; i < all.size(); ++i)
    if (all[i].name == name && all[i].kind == FunctionKind::Free && name != "create") return i;
  return std::nullopt;
}

std::optional<std::uint32_t> Timeline::import(const std::string& name, bool event) const {
  const auto& all = schema_.imports();
  for (const std::uint32_t i : event ? events_ : host_functions_)
    if (all[i].name == name) return i;
  return std::nullopt;
}

bool Timeline::makes(const Step& step) const {
  const auto plan = unpack_plan(step.action.plan);
  if (!plan || !plan->fail) return true;
  const Function* create = schema_.find("create");
  return create == nullptr || !has_plan(schema_, *create);
}

std::vector<std::uint32_t> Timeline::asked(const Group& group) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; group.plan && i < group.plan->asks && !host_functions_.empty(); ++i)
    out.push_back(asked_import(host_functions_, group.plan->first, i));
  return out;
}

std::vector<std::uint32_t> Timeline::heard(const Group& group,
                                           std::optional<std::uint32_t> import) const {
  std::vector<std::uint32_t> out;
  for (std::uint32_t i = 0; group.plan && i < group.plan->events && !events_.empty(); ++i)
    if (!import || asked_import(events_, group.plan->event, i) == *import) out.push_back(i);
  return out;
}

std::uint64_t Timeline::calls_on(const Group& group, std::uint32_t context) const {
  const Action& a = group.step->action;
  if (context < a.context || context - a.context >= a.contexts) return 0;
  const std::uint32_t nth = context - a.context;
  const std::uint64_t callers = a.callers / a.contexts + (nth < a.callers % a.contexts ? 1 : 0);
  return callers * a.calls;
}

std::vector<const Timeline::Host*> Timeline::ways(std::uint32_t context, std::uint32_t import,
                                                  std::size_t from, std::size_t until) const {
  std::vector<const Host*> out;
  for (const Host& host : hosts_)
    if (host.context == context && host.import == import && host.from < until && host.until > from)
      out.push_back(&host);
  return out;
}

bool Timeline::bare(std::uint32_t context, std::uint32_t import, std::size_t from,
                    std::size_t until) const {
  // A registration is replaced by another, so only the time before the first is bare, or None.
  bool before = true;
  for (const Host* host : ways(context, import, from, until)) {
    before = before && host->from > from;
    if (host->way == HostWay::None) return true;
  }
  return before;
}

/// Whether, at step `at`, a group is sure to end without any further step.
bool Timeline::ends(const Group& group, std::size_t at) const {
  const Action& a = group.step->action;
  for (std::uint32_t c = a.context; c < a.context + a.contexts; ++c) {
    const auto context = contexts_.find(c);
    if (context == contexts_.end() || context->second.ended < at) continue;
    if (group.plan && group.plan->hold) return false;
    for (const std::uint32_t import : asked(group))
      for (const Host* host : ways(c, import, group.begun, at))
        if (host->way == HostWay::Hold && host->released >= at) return false;
  }
  return true;
}

bool Timeline::fits(const Step& step) const {
  if (step.kind != Step::Kind::Act) return false;
  const Action& a = step.action;
  const auto made = [this](std::uint32_t c) { return contexts_.contains(c); };
  switch (a.act) {
    case Act::Create:
      return !made(a.number) &&
             std::find(failed_.begin(), failed_.end(), a.number) == failed_.end();
    case Act::Destroy:
    case Act::Release:
    case Act::Forge: return made(a.number);
    case Act::Start: {
      bool all = function(step.function).has_value() && !groups_.contains(a.number);
      for (std::uint32_t i = 0; i < a.contexts && all; ++i) all = made(a.context + i);
      return all;
    }
    case Act::Await: {
      const auto group = groups_.find(a.number);
      return group != groups_.end() && ends(group->second, now_);
    }
    case Act::Cancel: return groups_.contains(a.number);
    case Act::Host: return made(a.number) && import(step.function, false).has_value();
    case Act::Listen:
      return made(a.context) && !listeners_.contains(a.number) &&
             (step.function == "*" || import(step.function, true).has_value());
    case Act::Unlisten: return listeners_.contains(a.number);
    case Act::Churn:
    case Act::Perturb:
    case Act::Pause: return true;
  }
  return false;
}

void Timeline::add(const Step& step, std::size_t at) {
  now_ = at + 1;
  const Action& a = step.action;
  const auto first = [](std::size_t& time, std::size_t value) {
    if (time == kNever) time = value;
  };
  switch (a.act) {
    case Act::Create:
      if (makes(step))
        contexts_[a.number] = {at, kNever};
      else
        failed_.push_back(a.number);
      return;
    case Act::Destroy: return first(contexts_[a.number].ended, at);
    case Act::Start: {
      Group& group = groups_[a.number];
      group.step = &step;
      group.function = *function(step.function);
      if (has_plan(schema_, schema_.functions()[group.function])) group.plan = unpack_plan(a.plan);
      group.begun = at;
      return;
    }
    case Act::Await: return first(groups_[a.number].done, at);
    case Act::Cancel: return first(groups_[a.number].cancelled, at);
    case Act::Host: {
      const std::uint32_t index = *import(step.function, false);
      if (contexts_[a.number].ended != kNever) return;  // refused
      for (Host& host : hosts_)
        if (host.context == a.number && host.import == index) first(host.until, at);
      hosts_.push_back({a.number, index, static_cast<HostWay>(a.way), at, kNever, kNever});
      return;
    }
    case Act::Release:
      for (Host& host : hosts_)
        if (host.context == a.number) first(host.released, at);
      return;
    case Act::Listen: {
      Listener& listener = listeners_[a.number];
      listener.step = &step;
      listener.import = step.function == "*" ? std::nullopt : import(step.function, true);
      listener.from = at;
      return;
    }
    case Act::Unlisten: return first(listeners_[a.number].removed, at);
    case Act::Forge:
    case Act::Churn:
    case Act::Perturb:
    case Act::Pause: return;
  }
}

}  // namespace fficheck

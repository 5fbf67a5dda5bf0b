#include <algorithm>

#include "harness/core/witness.h"
#include "targets/native/control_script_parts.h"

namespace fficheck::control_script {
namespace {

constexpr std::size_t kRemembered = 16;
/// The group number under which answers are perturbed.
constexpr std::uint64_t kAnswers = 0xFFFF;

std::uint32_t import_index(const Schema& schema, const std::string& name) {
  const auto& imports = schema.imports();
  for (std::uint32_t i = 0; i < imports.size(); ++i)
    if (imports[i].name == name) return i;
  return 0;
}

/// Tokens as user data: numbers that nobody dereferences. NOLINTNEXTLINE(performance-no-int-to-ptr)
void* user_data(std::uint64_t token) { return reinterpret_cast<void*>(token); }

Ending refusal(std::string text) {
  Ending out;
  out.is_error = true;
  out.text = std::move(text);
  return out;
}

}  // namespace

// ---- Host functions ----

void Hosts::set(const Step& step, ScriptEngine::Context& context, void* fn, StepTally& tally) {
  std::uint64_t user = 0;
  {
    const std::scoped_lock lock(mutex_);
    Entry& entry = entries_.emplace_back();
    entry.step = &step;
    entry.import = import_index(engine_.schema(), step.function);
    entry.context = &context;
    entry.tally = &tally;
    user = base_ + entries_.size() - 1;
  }
  const bool clears = static_cast<HostWay>(step.action.way) == HostWay::None;
  tally.add("code", static_cast<std::uint64_t>(engine_.library().register_host(
                        context.handle, import_index(engine_.schema(), step.function),
                        clears ? nullptr : fn, user_data(user))));
}

void Hosts::remember(ScriptEngine::Context& context, std::uint64_t id) {
  const std::scoped_lock lock(context.mutex);
  context.answered.push_back(id);
  if (context.answered.size() > kRemembered) context.answered.pop_front();
}

void Hosts::answer(Entry& entry, std::uint64_t id, const Ending& ending) {
  const int ret = engine_.library().answer(entry.context->handle, id, entry.import, ending);
  entry.tally->add(ret == 0 ? "accepted" : "dropped");
  remember(*entry.context, id);
}

void Hosts::bad(Entry& entry, std::uint64_t id, int ret, const char* msg, std::size_t len) {
  if (engine_.library().complete(entry.context->handle, id, ret, msg, len) == 0)
    entry.tally->add("accepted_bad");
}

bool Hosts::request(std::uint64_t id, const char* req, std::size_t len, std::uint64_t user) {
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    if (user < base_ || user - base_ >= entries_.size()) return false;
    entry = &entries_[user - base_];
  }
  entry->tally->add("asked");
  for (std::uint64_t seen = highest_.load(); seen < id;)
    if (highest_.compare_exchange_weak(seen, id)) break;
  ScriptLibrary& library = engine_.library();
  const auto args = library.lift_request(entry->import, req, len);
  if (!args) {
    entry->tally->end({CallEnd::Wrong, "a request: " + args.error().text()});
    answer(*entry, id, refusal("a request that is no value"));
    return true;
  }
  const Function& import = engine_.schema().imports()[entry->import];
  behave(*entry, id, host_answer(engine_.schema(), import, args.value(), library.limits()));
  return true;
}

void Hosts::behave(Entry& entry, std::uint64_t id, const Ending& right) {
  const std::uint64_t number = answers_.fetch_add(1);
  switch (static_cast<HostWay>(entry.step->action.way)) {
    case HostWay::None:
    case HostWay::Panic:
    case HostWay::Answer: return answer(entry, id, right);
    case HostWay::Later: {
      const int more = perturbation(engine_.perturb_seed(), kAnswers, number);
      return engine_.later(std::chrono::microseconds(entry.step->action.us +
                                                     static_cast<std::uint32_t>(std::max(more, 0))),
                           [this, &entry, id, right] { answer(entry, id, right); });
    }
    case HostWay::Error: return answer(entry, id, refusal("refused"));
    case HostWay::Hold: {
      {
        const std::scoped_lock lock(entry.context->mutex);
        if (!entry.released) {
          entry.context->held.push_back({id, entry.import, right, entry.tally});
          return;
        }
      }
      return answer(entry, id, right);
    }
    case HostWay::Call:
      return engine_.start_inner(entry.context->handle, entry.step->action.us,
                                 entry.requests.fetch_add(1), *entry.tally,
                                 [this, &entry, id, right](bool done) {
                                   answer(entry, id, done ? right : refusal("the inner call"));
                                 });
    case HostWay::Twice: answer(entry, id, right); return bad(entry, id, 1, "again", 5);
    case HostWay::Stranger:
      bad(entry, id + (std::uint64_t{1} << 40), 0, "x", 1);
      bad(entry, 0, 0, "x", 1);
      return answer(entry, id, right);
    case HostWay::Null: bad(entry, id, 0, nullptr, 5); return answer(entry, id, right);
  }
}

void Hosts::release(ScriptEngine::Context& context, bool backwards, StepTally& tally) {
  std::vector<ScriptEngine::Context::Held> held;
  {
    const std::scoped_lock entries(mutex_);
    const std::scoped_lock lock(context.mutex);
    held.swap(context.held);
    for (Entry& entry : entries_)
      if (entry.context == &context) entry.released = true;
  }
  if (backwards) std::reverse(held.begin(), held.end());
  for (const auto& one : held) {
    const int more = perturbation(engine_.perturb_seed(), kAnswers, answers_.fetch_add(1));
    if (more > 0) std::this_thread::sleep_for(std::chrono::microseconds(more));
    const int ret = engine_.library().answer(context.handle, one.id, one.import, one.answer);
    tally.add(ret == 0 ? "accepted" : "dropped");
    remember(context, one.id);
  }
}

void Hosts::forge(const Step& step, ScriptEngine::Context& context,
                  std::deque<ScriptEngine::Context>& all, StepTally& tally) {
  std::vector<std::uint64_t> ids;
  const auto way = static_cast<ForgeWay>(step.action.way);
  const auto add_held = [&](ScriptEngine::Context& from) {
    const std::scoped_lock lock(from.mutex);
    for (const auto& held : from.held) ids.push_back(held.id);
  };
  switch (way) {
    case ForgeWay::Unknown: ids = {0, std::uint64_t{1} << 63, highest_.load() + (1u << 20)}; break;
    case ForgeWay::Foreign:
      for (ScriptEngine::Context& other : all)
        if (&other != &context) add_held(other);
      break;
    case ForgeWay::Null: add_held(context); break;
    case ForgeWay::Again: {
      const std::scoped_lock lock(context.mutex);
      ids.assign(context.answered.begin(), context.answered.end());
      break;
    }
  }
  for (const std::uint64_t id : ids) {
    const bool null = way == ForgeWay::Null;
    const int ret = engine_.library().complete(context.handle, id, null ? 0 : 1,
                                               null ? nullptr : "forged", null ? 5 : 6);
    tally.add(ret == 0 ? "accepted" : "dropped");
  }
}

void Hosts::clear() {
  const std::scoped_lock lock(mutex_);
  base_ += entries_.size();
  entries_.clear();
}

// ---- Listeners ----

std::uint64_t Listeners::subscribe(const Step& step, std::optional<std::uint32_t> import,
                                   ScriptEngine::Context& context, void* callback, StepTally& tally,
                                   bool grown) {
  std::uint64_t user = 0;
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    entry = &entries_.emplace_back();
    user = base_ + entries_.size() - 1;
    entry->step = &step;
    entry->import = import;
    entry->context = &context;
    entry->tally = &tally;
    entry->callback = callback;
    entry->grown = grown;
  }
  const std::uint64_t id =
      engine_.library().listen(context.handle, import, callback, user_data(user));
  entry->id.store(id);
  entry->id.notify_all();
  return id;
}

void Listeners::add(const Step& step, ScriptEngine::Context& context, void* callback,
                    StepTally& tally) {
  std::optional<std::uint32_t> import;
  if (step.function != "*") import = import_index(engine_.schema(), step.function);
  if (subscribe(step, import, context, callback, tally, false) != 0) tally.add("ok");
}

void Listeners::remove(std::uint32_t number, StepTally& tally) {
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    for (Entry& one : entries_)
      if (!one.grown && one.step->action.number == number) entry = &one;
  }
  if (entry == nullptr) return;
  const int ret = engine_.library().unlisten(entry->context->handle, entry->id.load());
  // Refused after the context's end: an event that was on its way then may still arrive.
  if (ret == 0) entry->removed.store(true);
  tally.add("code", static_cast<std::uint64_t>(ret));
}

bool Listeners::event(int ret, const char* msg, std::size_t len, std::uint64_t user) {
  Entry* entry = nullptr;
  {
    const std::scoped_lock lock(mutex_);
    if (user < base_ || user - base_ >= entries_.size()) return false;
    entry = &entries_[user - base_];
  }
  StepTally& tally = *entry->tally;
  if (entry->removed.load()) tally.add("after");
  tally.add(entry->grown ? "grown" : "seen");
  if (ret != 0) tally.end({CallEnd::Wrong, "an event with the code " + std::to_string(ret)});
  if (entry->import && !entry->grown) {
    const auto args = engine_.library().lift_request(*entry->import, msg, len);
    if (args)
      tally.add("digest", witness_args(engine_.schema(), engine_.schema().imports()[*entry->import],
                                       args.value()));
    else
      tally.end({CallEnd::Wrong, "an event: " + args.error().text()});
  }
  if (entry->seen.fetch_add(1) == 0 && !entry->grown) first(*entry);
  return true;
}

/// What a listener does in its first event.
void Listeners::first(Entry& entry) {
  switch (static_cast<ListenWay>(entry.step->action.way)) {
    case ListenWay::Stay: return;
    case ListenWay::Once:
      entry.id.wait(0);  // the one who adds it may not have got its id yet
      if (engine_.library().unlisten(entry.context->handle, entry.id.load()) == 0)
        entry.removed.store(true);
      return;
    case ListenWay::Grow:
      (void)subscribe(*entry.step, entry.import, *entry.context, entry.callback, *entry.tally,
                      true);
      return;
    case ListenWay::Call:
      return engine_.start_inner(entry.context->handle, 0, 0, *entry.tally, [](bool) {});
  }
}

void Listeners::clear() {
  const std::scoped_lock lock(mutex_);
  base_ += entries_.size();
  entries_.clear();
}

}  // namespace fficheck::control_script

#include <algorithm>

#include "harness/core/witness.h"
#include "targets/native/control_script_parts.h"

namespace fficheck::control_script {
namespace {

constexpr std::uint32_t kDrivers = 4;

void perturb(ScriptEngine& engine, std::uint64_t group, std::uint64_t i) {
  const int us = perturbation(engine.perturb_seed(), group, i);
  if (us > 0) std::this_thread::sleep_for(std::chrono::microseconds(us));
  if (us < 0) std::this_thread::yield();
}

}  // namespace

Group::Group(ScriptEngine& engine, const Step& step, std::uint32_t function,
             std::vector<void*> contexts, StepTally& tally)
    : engine_(engine),
      step_(step),
      function_(function),
      contexts_(std::move(contexts)),
      tally_(tally) {
  const Action& a = step.action;
  const bool single = a.callers == 1 && a.calls == 1;
  drivers_.resize(std::min(a.callers, kDrivers));
  for (std::uint32_t caller = 0; caller < a.callers; ++caller)
    drivers_[caller % drivers_.size()].unfinished += a.calls;
  if (single) {
    next(0, 0, 0);
    return;
  }
  for (std::uint32_t d = 0; d < drivers_.size(); ++d)
    threads_.emplace_back([this, d] {
      const auto step_by = static_cast<std::uint32_t>(drivers_.size());
      for (std::uint32_t caller = d; caller < step_.action.callers; caller += step_by)
        next(d, caller, 0);
      (void)drive(d, nullptr);
    });
}

Group::~Group() {
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void Group::next(std::uint32_t driver, std::uint32_t caller, std::uint32_t call) {
  const std::uint64_t index = std::uint64_t{caller} * step_.action.calls + call;
  perturb(engine_, step_.action.number, index);
  const Schema& schema = engine_.schema();
  const Function& f = schema.functions()[function_];
  const std::vector<Value> args = start_args(schema, f, step_, index, engine_.library().limits());
  tally_.add("digest", witness_args(schema, f, args));
  engine_.start(contexts_[caller % contexts_.size()], function_, args, tally_,
                [this, driver, caller, index](Ending ending) {
                  const std::scoped_lock lock(mutex_);
                  drivers_[driver].ended.push_back({caller, index, std::move(ending)});
                  changed_.notify_all();
                });
}

bool Group::drive(std::uint32_t driver, Patience* patience) {
  std::unique_lock lock(mutex_);
  Driver& mine = drivers_[driver];
  while (mine.unfinished > 0) {
    const auto ready = [&] { return !mine.ended.empty() || abandoned_; };
    if (patience == nullptr)
      changed_.wait(lock, ready);
    else if (!engine_.wait(changed_, lock, *patience, ready))
      return false;
    if (mine.ended.empty()) return false;
    Ended ended = std::move(mine.ended.front());
    mine.ended.pop_front();
    lock.unlock();
    const std::uint32_t call = static_cast<std::uint32_t>(ended.index % step_.action.calls) + 1;
    const std::uint32_t caller = ended.caller;
    if (!step_.action.late) judge(ended);
    if (call < step_.action.calls) next(driver, caller, call);
    lock.lock();
    if (step_.action.late) late_.push_back(std::move(ended));
    --mine.unfinished;
    engine_.came_forward();
  }
  changed_.notify_all();
  return true;
}

void Group::judge(const Ended& ended) {
  const Schema& schema = engine_.schema();
  const Function& f = schema.functions()[function_];
  const StreamLimits limits = engine_.library().limits();
  const std::vector<Value> args = start_args(schema, f, step_, ended.index, limits);
  tally_.end(judge_ending(schema, f, expected_ending(schema, f, args, limits), ended.ending));
}

bool Group::wait(Patience& patience) {
  if (threads_.empty()) return drive(0, &patience);
  std::unique_lock lock(mutex_);
  return engine_.wait(changed_, lock, patience, [this] {
    return std::all_of(drivers_.begin(), drivers_.end(),
                       [](const Driver& d) { return d.unfinished == 0; });
  });
}

void Group::give_up() {
  {
    const std::scoped_lock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
  for (const Ended& ended : late_) judge(ended);
  late_.clear();
  for (const Driver& driver : drivers_) tally_.add("pending", driver.unfinished);
}

}  // namespace fficheck::control_script

// Runs completion scripts (docs/completion.md) against a generated library, as the control target.
#pragma once

#include <ffi.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "harness/core/completion.h"
#include "harness/core/result.h"
#include "harness/run/patience.h"
#include "targets/native/script_library.h"
#include "targets/native/script_timers.h"

namespace fficheck {

namespace control_script {
struct Call;
class Group;
class Hosts;
class Listeners;
}  // namespace control_script

/// A C function that calls `self` back with the arguments of the libffi call. The library keeps its
/// address for ever, so it lives as long as the worker.
class Callback {
 public:
  using Handler = void (*)(void* self, void** args);
  /// An Error where libffi gives no closure.
  Result<void> prepare(void* self, Handler handler, std::vector<ffi_type*> types);
  ~Callback();
  [[nodiscard]] void* code() const { return code_; }

 private:
  static void trampoline(ffi_cif* cif, void* ret, void** args, void* self);
  void* self_ = nullptr;
  Handler handler_ = nullptr;
  std::vector<ffi_type*> types_;
  ffi_cif cif_{};
  ffi_closure* closure_ = nullptr;
  void* code_ = nullptr;
};

/// What is counted of a step; from any thread.
class StepTally {
 public:
  void add(const char* key, std::uint64_t by = 1);
  void end(const JudgedEnd& judged);
  void detail(const std::string& text);
  [[nodiscard]] StepSeen seen() const;

 private:
  mutable std::mutex mutex_;
  StepSeen seen_;
};

/// Contexts, calls and user data of one schema. User data are numbers that grow for ever, so that a
/// callback which comes after its script's end is known to be nobody's.
class ScriptEngine {
 public:
  /// A context of the running script.
  struct Context {
    void* handle = nullptr;
    bool made = false;
    std::mutex mutex;
    struct Held {
      std::uint64_t id = 0;
      std::uint32_t import = 0;
      Ending answer;
      StepTally* tally = nullptr;
    };
    std::vector<Held> held;
    std::deque<std::uint64_t> answered;  ///< ids, the last 16
  };

  /// `settle`: ffi_runtime_settle. Both outlive the engine, which is never destroyed while the
  /// library may call back.
  static Result<std::unique_ptr<ScriptEngine>> create(ScriptLibrary& library,
                                                      int (*settle)(std::int64_t));
  ~ScriptEngine();
  ScriptEngine(const ScriptEngine&) = delete;
  ScriptEngine& operator=(const ScriptEngine&) = delete;

  /// Runs one script from nothing to its end. Precondition: its steps are valid.
  std::vector<StepSeen> run(const std::vector<Step>& steps, std::chrono::milliseconds limit);
  /// Whether something in the last script did not end.
  [[nodiscard]] bool stuck() const { return stuck_; }
  /// Callbacks that belong to no call, request or listener of the running script.
  [[nodiscard]] std::uint64_t strays() const { return strays_.load(); }

  // For the parts of a script: groups, host functions, listeners.

  [[nodiscard]] ScriptLibrary& library() { return library_; }
  [[nodiscard]] const Schema& schema() const { return library_.schema(); }
  /// Starts a call of a function. `ended` runs once, when it has ended, on any thread; further
  /// terminal callbacks and progress count in `tally`.
  void start(void* context, std::uint32_t function, const std::vector<Value>& args,
             StepTally& tally, std::function<void(Ending)> ended);
  /// A call of the inner function with other arguments; counts in `tally` how it ended.
  void start_inner(void* context, std::uint64_t seed, std::uint64_t index, StepTally& tally,
                   std::function<void(bool right)> ended);
  /// Runs `action` on the engine's own thread, after the delay.
  void later(std::chrono::microseconds delay, std::function<void()> action);
  [[nodiscard]] std::uint64_t perturb_seed() const { return perturb_.load(); }
  /// A call has ended: what waits goes on waiting.
  void came_forward() { forward_.fetch_add(1); }
  /// Waits for `holds`; false where the patience is at its end before.
  template <class Holds>
  bool wait(std::condition_variable& changed, std::unique_lock<std::mutex>& lock,
            Patience& patience, Holds holds) const {
    while (!changed.wait_until(lock, patience.due(), holds))
      if (!patience.renew(Patience::Clock::now(), processor_time(), forward_.load())) return false;
    return true;
  }

 private:
  explicit ScriptEngine(ScriptLibrary& library, int (*settle)(std::int64_t));
  static void on_result(void* self, void** args);
  static void on_request(void* self, void** args);
  static void on_event(void* self, void** args);
  void deliver(int ret, const char* msg, std::size_t len, std::uint64_t token) noexcept;
  control_script::Call* find(std::uint64_t token);

  void step(const Step& step, StepTally& tally, std::chrono::milliseconds limit);
  void create_context(const Step& step, StepTally& tally);
  Ending make(const Step& step, std::uint64_t i, void** handle, StepTally& tally);
  void churn(const Step& step, StepTally& tally);
  void cycle(const Step& step, std::uint64_t i, StepTally& tally);
  bool finish(std::chrono::milliseconds limit);
  [[nodiscard]] Patience begin_wait(std::chrono::milliseconds limit) const;
  Context& context(std::uint32_t number);

  ScriptLibrary& library_;
  int (*settle_)(std::int64_t);
  Callback result_;
  Callback request_;
  Callback event_;
  std::mutex mutex_;
  std::uint64_t base_ = 1;  ///< token of calls_[0]
  std::deque<control_script::Call> calls_;
  std::atomic<std::uint64_t> strays_{0};
  std::atomic<std::uint64_t> inner_{0};  ///< inner calls that have not ended
  std::atomic<std::uint64_t> perturb_{0};
  std::atomic<std::uint64_t> forward_{0};  ///< calls that have ended
  bool stuck_ = false;                     ///< something waited in vain: no further step is run
  std::deque<Context> contexts_;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> numbers_;  ///< script's number -> context
  std::deque<control_script::Group> groups_;
  std::unique_ptr<control_script::Hosts> hosts_;
  std::unique_ptr<control_script::Listeners> listeners_;
  ScriptTimers timers_;
};

}  // namespace fficheck

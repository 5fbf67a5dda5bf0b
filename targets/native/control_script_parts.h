// The parts of a completion script that runs in the control worker.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "harness/run/patience.h"
#include "targets/native/control_script.h"

namespace fficheck::control_script {

/// One call in flight.
struct Call {
  std::optional<std::uint32_t> function;  ///< absent: a constructor that the schema does not name
  StepTally* tally = nullptr;
  std::function<void(Ending)> ended;
  std::atomic<std::uint32_t> ends{0};
};

/// The calls of one Start step. A single call is judged by whoever waits for it; more are driven by
/// threads of the group's own.
class Group {
 public:
  using Clock = std::chrono::steady_clock;
  /// `contexts`: handles, one for each context of the step.
  Group(ScriptEngine& engine, const Step& step, std::uint32_t function, std::vector<void*> contexts,
        StepTally& tally);
  ~Group();
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  /// Whether all calls have ended in time.
  bool wait(Patience& patience);
  /// What has not ended counts as pending.
  void give_up();
  [[nodiscard]] std::uint32_t number() const { return step_.action.number; }

 private:
  struct Ended {
    std::uint32_t caller = 0;
    std::uint64_t index = 0;
    Ending ending;
  };
  struct Driver {
    std::deque<Ended> ended;
    std::uint64_t unfinished = 0;  ///< calls
  };
  void next(std::uint32_t driver, std::uint32_t caller, std::uint32_t call);
  /// Without a patience it waits for ever.
  bool drive(std::uint32_t driver, Patience* patience);
  void judge(const Ended& ended);

  ScriptEngine& engine_;
  const Step& step_;
  std::uint32_t function_;
  std::vector<void*> contexts_;
  StepTally& tally_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Driver> drivers_;
  std::vector<Ended> late_;
  bool abandoned_ = false;
  std::vector<std::thread> threads_;
};

/// Host functions that are registered, by user data.
class Hosts {
 public:
  explicit Hosts(ScriptEngine& engine) : engine_(engine) {}
  /// Runs a Host step.
  void set(const Step& step, ScriptEngine::Context& context, void* fn, StepTally& tally);
  void release(ScriptEngine::Context& context, bool backwards, StepTally& tally);
  void forge(const Step& step, ScriptEngine::Context& context,
             std::deque<ScriptEngine::Context>& all, StepTally& tally);
  /// False: the user data is nobody's.
  bool request(std::uint64_t id, const char* req, std::size_t len, std::uint64_t user);
  void clear();

 private:
  struct Entry {
    const Step* step = nullptr;
    std::uint32_t import = 0;
    ScriptEngine::Context* context = nullptr;
    StepTally* tally = nullptr;
    std::atomic<std::uint64_t> requests{0};
    bool released = false;  ///< under the context's mutex
  };
  void answer(Entry& entry, std::uint64_t id, const Ending& ending);
  void bad(Entry& entry, std::uint64_t id, int ret, const char* msg, std::size_t len);
  void behave(Entry& entry, std::uint64_t id, const Ending& right);
  static void remember(ScriptEngine::Context& context, std::uint64_t id);

  ScriptEngine& engine_;
  std::mutex mutex_;
  std::uint64_t base_ = 1;
  std::deque<Entry> entries_;
  std::atomic<std::uint64_t> highest_{0};
  std::atomic<std::uint64_t> answers_{0};
};

/// Listeners, by user data.
class Listeners {
 public:
  explicit Listeners(ScriptEngine& engine) : engine_(engine) {}
  void add(const Step& step, ScriptEngine::Context& context, void* callback, StepTally& tally);
  void remove(std::uint32_t number, StepTally& tally);
  bool event(int ret, const char* msg, std::size_t len, std::uint64_t user);
  void clear();

 private:
  struct Entry {
    const Step* step = nullptr;
    std::optional<std::uint32_t> import;
    ScriptEngine::Context* context = nullptr;
    StepTally* tally = nullptr;
    void* callback = nullptr;
    bool grown = false;  ///< added by another
    std::atomic<std::uint64_t> id{0};
    std::atomic<std::uint64_t> seen{0};
    std::atomic<bool> removed{false};  ///< the removal has returned
  };
  /// Adds a listener, complete before anybody can look for it; its id, 0 where it was refused.
  std::uint64_t subscribe(const Step& step, std::optional<std::uint32_t> import,
                          ScriptEngine::Context& context, void* callback, StepTally& tally,
                          bool grown);
  void first(Entry& entry);

  ScriptEngine& engine_;
  std::mutex mutex_;
  std::uint64_t base_ = 1;
  std::deque<Entry> entries_;
};

}  // namespace fficheck::control_script

#include "targets/native/control_script.h"

#include <algorithm>
#include <exception>
#include <latch>
#include <thread>
#include <utility>

#include "targets/native/control_script_parts.h"

namespace fficheck {

using control_script::Call;
using control_script::Group;
using control_script::Hosts;
using control_script::Listeners;

namespace {

using Clock = std::chrono::steady_clock;

/// How long a script that is stuck waits for the rest.
constexpr std::chrono::milliseconds kLeftover{200};
/// Threads that make contexts at once, each of which has one more. A process has 65,530 mappings,
/// of which a thread under a sanitizer takes several.
constexpr std::uint32_t kChurners = 1000;

std::uint64_t number_of(void* arg) {
  return reinterpret_cast<std::uint64_t>(*static_cast<void**>(arg));
}
std::uint64_t word_of(void* arg) { return *static_cast<std::uint64_t*>(arg); }

}  // namespace

// ---- Callback ----

Result<void> Callback::prepare(void* self, Handler handler, std::vector<ffi_type*> types) {
  self_ = self;
  handler_ = handler;
  types_ = std::move(types);
  closure_ = static_cast<ffi_closure*>(ffi_closure_alloc(sizeof(ffi_closure), &code_));
  if (closure_ == nullptr ||
      ffi_prep_cif(&cif_, FFI_DEFAULT_ABI, static_cast<unsigned>(types_.size()), &ffi_type_void,
                   types_.data()) != FFI_OK ||
      ffi_prep_closure_loc(closure_, &cif_, &Callback::trampoline, this, code_) != FFI_OK)
    return environment_error("libffi gives no closure", "allow executable memory for this process");
  return {};
}

Callback::~Callback() {
  if (closure_ != nullptr) ffi_closure_free(closure_);
}

void Callback::trampoline(ffi_cif* /*cif*/, void* /*ret*/, void** args, void* self) {
  const auto* callback = static_cast<Callback*>(self);
  callback->handler_(callback->self_, args);
}

// ---- StepTally ----

void StepTally::add(const char* key, std::uint64_t by) {
  const std::scoped_lock lock(mutex_);
  seen_.counts[key] += by;
}

void StepTally::end(const JudgedEnd& judged) {
  add(end_name(judged.end));
  if (judged.end == CallEnd::Wrong) detail(judged.detail);
}

void StepTally::detail(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  if (seen_.detail.empty()) seen_.detail = text;
}

StepSeen StepTally::seen() const {
  const std::scoped_lock lock(mutex_);
  return seen_;
}

// ---- Callbacks ----

ScriptEngine::ScriptEngine(ScriptLibrary& library, int (*settle)(std::int64_t))
    : library_(library),
      settle_(settle),
      hosts_(std::make_unique<Hosts>(*this)),
      listeners_(std::make_unique<Listeners>(*this)) {}

ScriptEngine::~ScriptEngine() = default;

Result<std::unique_ptr<ScriptEngine>> ScriptEngine::create(ScriptLibrary& library,
                                                           int (*settle)(std::int64_t)) {
  std::unique_ptr<ScriptEngine> engine(new ScriptEngine(library, settle));
  const std::vector<ffi_type*> result = {&ffi_type_sint, &ffi_type_pointer, &ffi_type_uint64,
                                         &ffi_type_pointer};
  const std::vector<ffi_type*> request = {&ffi_type_uint64, &ffi_type_pointer, &ffi_type_uint64,
                                          &ffi_type_pointer};
  FFICHECK_CHECK(engine->result_.prepare(engine.get(), &ScriptEngine::on_result, result));
  FFICHECK_CHECK(engine->request_.prepare(engine.get(), &ScriptEngine::on_request, request));
  FFICHECK_CHECK(engine->event_.prepare(engine.get(), &ScriptEngine::on_event, result));
  return engine;
}

void ScriptEngine::on_result(void* self, void** args) {
  static_cast<ScriptEngine*>(self)->deliver(*static_cast<int*>(args[0]),
                                            *static_cast<const char**>(args[1]), word_of(args[2]),
                                            number_of(args[3]));
}

void ScriptEngine::on_request(void* self, void** args) {
  auto* engine = static_cast<ScriptEngine*>(self);
  if (!engine->hosts_->request(word_of(args[0]), *static_cast<const char**>(args[1]),
                               word_of(args[2]), number_of(args[3])))
    engine->strays_.fetch_add(1);
}

void ScriptEngine::on_event(void* self, void** args) {
  auto* engine = static_cast<ScriptEngine*>(self);
  if (!engine->listeners_->event(*static_cast<int*>(args[0]), *static_cast<const char**>(args[1]),
                                 word_of(args[2]), number_of(args[3])))
    engine->strays_.fetch_add(1);
}

Call* ScriptEngine::find(std::uint64_t token) {
  const std::scoped_lock lock(mutex_);
  if (token < base_ || token - base_ >= calls_.size()) return nullptr;
  return &calls_[token - base_];
}

void ScriptEngine::deliver(int ret, const char* msg, std::size_t len,
                           std::uint64_t token) noexcept {
  Call* call = find(token);
  if (call == nullptr) {
    strays_.fetch_add(1);
    return;
  }
  if (ret == 3) return call->tally->add("progress");
  if (call->ends.fetch_add(1) != 0) return call->tally->add("again");
  Ending ending;
  try {
    Result<Ending> lifted = library_.lift_ending(call->function, ret, msg, len);
    if (lifted)
      ending = std::move(lifted).value();
    else
      ending = {true, lifted.error().text(), {}};
  } catch (const std::exception& e) {
    ending = {true, e.what(), {}};
  }
  const std::function<void(Ending)> ended = std::move(call->ended);
  ended(std::move(ending));
}

void ScriptEngine::start(void* context, std::uint32_t function, const std::vector<Value>& args,
                         StepTally& tally, std::function<void(Ending)> ended) {
  Call* call = nullptr;
  std::uint64_t token = 0;
  {
    const std::scoped_lock lock(mutex_);
    call = &calls_.emplace_back();
    token = base_ + calls_.size() - 1;
  }
  call->function = function;
  call->tally = &tally;
  call->ended = std::move(ended);
  // A token, never dereferenced. NOLINTNEXTLINE(performance-no-int-to-ptr)
  void* user = reinterpret_cast<void*>(token);
  const int ret = library_.call(context, function, args, result_.code(), user);
  if (ret == 0 || call->ends.fetch_add(1) != 0) return;
  // Refused, and no callback has told so.
  call->ended({true, "the library returned " + std::to_string(ret), {}});
}

void ScriptEngine::start_inner(void* context, std::uint64_t seed, std::uint64_t index,
                               StepTally& tally, std::function<void(bool right)> ended) {
  const auto function = inner_function(schema());
  if (!function) return ended(true);
  Step step;
  step.seed = seed;
  const Function& f = schema().functions()[*function];
  const std::vector<Value> args = start_args(schema(), f, step, index, library_.limits());
  inner_.fetch_add(1);
  start(context, *function, args, tally,
        [this, &f, args, &tally, ended = std::move(ended)](const Ending& ending) {
          const JudgedEnd judged = judge_ending(
              schema(), f, expected_ending(schema(), f, args, library_.limits()), ending);
          tally.end(judged);
          ended(judged.end == CallEnd::Right);
          inner_.fetch_sub(1);
        });
}

void ScriptEngine::later(std::chrono::microseconds delay, std::function<void()> action) {
  timers_.add(Clock::now() + delay, std::move(action));
}

// ---- Scripts ----

Patience ScriptEngine::begin_wait(std::chrono::milliseconds limit) const {
  return {limit, Clock::now(), processor_time(), forward_.load()};
}

ScriptEngine::Context& ScriptEngine::context(std::uint32_t number) {
  for (const auto& [name, index] : numbers_)
    if (name == number) return contexts_[index];
  return contexts_.front();  // never: steps are valid
}

Ending ScriptEngine::make(const Step& step, std::uint64_t i, void** handle, StepTally& tally) {
  Call* call = nullptr;
  std::uint64_t token = 0;
  {
    const std::scoped_lock lock(mutex_);
    call = &calls_.emplace_back();
    token = base_ + calls_.size() - 1;
  }
  std::vector<Value> args;
  call->function = library_.constructor();
  call->tally = &tally;
  if (call->function)
    args = start_args(schema(), schema().functions()[*call->function], step, i, library_.limits());
  Ending seen{true, "the constructor returned without its callback", {}};
  std::mutex mutex;
  call->ended = [&](Ending ending) {
    const std::scoped_lock lock(mutex);
    seen = std::move(ending);
  };
  // A token, never dereferenced. NOLINTNEXTLINE(performance-no-int-to-ptr)
  *handle = library_.create(args, result_.code(), reinterpret_cast<void*>(token));
  call->ends.fetch_add(1);  // whatever comes from now on comes again
  const std::scoped_lock lock(mutex);
  // Without a constructor of its own any library can be made.
  Ending expected;
  if (call->function)
    expected =
        expected_ending(schema(), schema().functions()[*call->function], args, library_.limits());
  Function plain;
  plain.name = "create";
  const Function& f = call->function ? schema().functions()[*call->function] : plain;
  const JudgedEnd judged = judge_ending(schema(), f, expected, seen);
  const bool handed = *handle != nullptr;
  if (judged.end != CallEnd::Right) {
    tally.end({CallEnd::Wrong, judged.detail.empty() ? "create: " + seen.text : judged.detail});
  } else if (seen.is_error == handed) {
    tally.end({CallEnd::Wrong,
               handed ? "create failed and gave a context" : "create succeeded and gave NULL"});
  } else {
    tally.add(handed ? "ok" : "failed");
  }
  return seen;
}

void ScriptEngine::create_context(const Step& step, StepTally& tally) {
  Context& context = contexts_.emplace_back();
  numbers_.emplace_back(step.action.number, static_cast<std::uint32_t>(contexts_.size() - 1));
  (void)make(step, 0, &context.handle, tally);
  context.made = context.handle != nullptr;
}

void ScriptEngine::churn(const Step& step, StepTally& tally) {
  std::atomic<std::uint64_t> next{0};
  const std::uint32_t callers = std::min(step.action.callers, kChurners);
  std::latch together(callers);
  const auto cycles = [&] {
    together.arrive_and_wait();
    for (std::uint64_t i = next++; i < step.count; i = next++) cycle(step, i, tally);
  };
  std::vector<std::jthread> threads;
  for (std::uint32_t caller = 1; caller < callers; ++caller) threads.emplace_back(cycles);
  cycles();
}

void ScriptEngine::cycle(const Step& step, std::uint64_t i, StepTally& tally) {
  void* handle = nullptr;
  (void)make(step, i, &handle, tally);
  if (handle != nullptr && library_.destroy(handle) != 0)
    tally.end({CallEnd::Wrong, "destroy was refused"});
  if (i % 64 == 63) (void)settle_(1000);  // so that it is no crowd
}

void ScriptEngine::step(const Step& step, StepTally& tally, std::chrono::milliseconds limit) {
  const Action& a = step.action;
  switch (a.act) {
    case Act::Create: return create_context(step, tally);
    case Act::Destroy: {
      Context& c = context(a.number);
      return tally.add("code", static_cast<std::uint64_t>(library_.destroy(c.handle)));
    }
    case Act::Start: {
      std::vector<void*> handles;
      for (std::uint32_t i = 0; i < a.contexts; ++i)
        handles.push_back(context(a.context + i).handle);
      const auto& functions = schema().functions();
      const auto found = std::find_if(functions.begin(), functions.end(),
                                      [&](const Function& f) { return f.name == step.function; });
      groups_.emplace_back(*this, step, static_cast<std::uint32_t>(found - functions.begin()),
                           std::move(handles), tally);
      return;
    }
    case Act::Await: {
      Patience patience = begin_wait(limit);
      for (Group& group : groups_)
        if (group.number() == a.number && !group.wait(patience)) {
          tally.add("stuck");
          stuck_ = true;
        }
      return;
    }
    case Act::Cancel: return;  // a caller of C has nothing to give up with
    case Act::Host: return hosts_->set(step, context(a.number), request_.code(), tally);
    case Act::Release: return hosts_->release(context(a.number), a.way == 1, tally);
    case Act::Listen: return listeners_->add(step, context(a.context), event_.code(), tally);
    case Act::Unlisten: return listeners_->remove(a.number, tally);
    case Act::Forge: return hosts_->forge(step, context(a.number), contexts_, tally);
    case Act::Churn: return churn(step, tally);
    case Act::Perturb: return perturb_.store(step.seed);
    case Act::Pause: std::this_thread::sleep_for(std::chrono::microseconds(a.us)); return;
  }
}

/// Everything that began ends, or counts as pending. False: something of it may still come, and
/// must not meet another script.
bool ScriptEngine::finish(std::chrono::milliseconds limit) {
  if (stuck_) limit = std::min(limit, kLeftover);
  StepTally ignored;
  for (Context& c : contexts_) hosts_->release(c, true, ignored);
  for (Context& c : contexts_)
    if (c.made) (void)library_.destroy(c.handle);
  timers_.stop();
  Patience patience = begin_wait(limit);
  for (Group& group : groups_) {
    stuck_ = !group.wait(patience) || stuck_;
    group.give_up();
  }
  bool settled = false;
  do {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(patience.due() - Clock::now());
    settled = settle_(std::max<std::int64_t>(1, left.count())) == 0;
  } while (!settled && patience.renew(Clock::now(), processor_time(), forward_.load()));
  timers_.stop();
  return settled || stuck_;  // a call that never ends is told as such
}

std::vector<StepSeen> ScriptEngine::run(const std::vector<Step>& steps,
                                        std::chrono::milliseconds limit) {
  perturb_.store(0);
  std::deque<StepTally> tallies(steps.size());
  stuck_ = false;
  for (std::size_t i = 0; i < steps.size() && !stuck_; ++i) step(steps[i], tallies[i], limit);
  if (!finish(limit)) {
    stuck_ = true;
    if (!tallies.empty()) tallies.back().add("stuck");
  }
  if (!tallies.empty()) tallies.back().add("pending", inner_.exchange(0));
  std::vector<StepSeen> out;
  out.reserve(steps.size());
  for (const StepTally& tally : tallies) out.push_back(tally.seen());
  // From here on, what the library still says is nobody's.
  hosts_->clear();
  listeners_->clear();
  {
    const std::scoped_lock lock(mutex_);
    base_ += calls_.size();
    calls_.clear();
  }
  groups_.clear();
  contexts_.clear();
  numbers_.clear();
  return out;
}

}  // namespace fficheck

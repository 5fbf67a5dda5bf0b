// The timer library by hand: what its generated C library (my_timer.c) calls on the context's own
// thread. No handler blocks; a delay is a timer of the runtime.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "my_timer_handlers.h"

namespace {

struct Timer {
  std::string name;
  std::int64_t echoes = 0;
};

Timer& timer_of(const FFICall* call) { return *static_cast<Timer*>(ffi_call_state(call)); }

void fail(FFICall* call, std::string_view text) { ffi_call_fail(call, text.data(), text.size()); }

/// The sum modulo 2^64: no time that a caller sends is undefined here.
std::int64_t add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// An echo that waits for its delay.
struct PendingEcho {
  FFICall* call;
  std::string message;
};

void finish_echo(void* arg, int cancelled) {
  const std::unique_ptr<PendingEcho> echo(static_cast<PendingEcho*>(arg));
  if (cancelled != 0) return fail(echo->call, "timer destroyed");
  Timer& timer = timer_of(echo->call);
  const EchoEvent event = {echo->message.c_str(), ++timer.echoes};
  my_timer_fire_on_echo_fired(ffi_call_context(echo->call), event);
  my_timer_reply_echo(echo->call, {echo->message.c_str(), timer.name.c_str()});
}

}  // namespace

void my_timer_on_create(FFICall* call, TimerConfig config) {
  ffi_call_set_state(call, std::make_unique<Timer>(config.name).release());
  my_timer_reply_create(call);
}

void my_timer_on_destroy(void* state) { delete static_cast<Timer*>(state); }

void my_timer_on_version(FFICall* call) { my_timer_reply_version(call, "nim-timer v0.1.0"); }

void my_timer_on_echo(FFICall* call, EchoRequest req) {
  auto echo = std::make_unique<PendingEcho>(call, req.message);
  const std::int64_t delay = std::max<std::int64_t>(req.delayMs, 0);
  if (ffi_timer_start(ffi_call_context(call), delay, finish_echo, echo.get()) != 0) {
    return fail(call, "timer destroyed");
  }
  echo.release();  // finish_echo runs exactly once and owns it
}

void my_timer_on_complex(FFICall* call, ComplexRequest req) {
  const std::string summary =
      "received " + std::to_string(req.messages_len) +
      " messages, note=" + (req.note_present != 0 ? req.note : "<none>") +
      ", retries=" + std::to_string(req.retries_present != 0 ? req.retries : 0);
  my_timer_reply_complex(
      call, {summary.c_str(), static_cast<std::int64_t>(req.messages_len), req.note_present});
}

void my_timer_on_schedule(FFICall* call, JobSpec job, RetryPolicy retry, ScheduleConfig schedule) {
  if (*job.name == '\0') return fail(call, "job name must not be empty");
  if (retry.maxAttempts <= 0) return fail(call, "retry.maxAttempts must be positive");
  constexpr std::int64_t kHorizonMs = 60000;
  const std::int64_t runs =
      schedule.intervalMs > 0 ? std::max<std::int64_t>(1, kHorizonMs / schedule.intervalMs) : 1;
  const std::int64_t jitter = schedule.jitter_present != 0 ? schedule.jitter : 0;
  const std::string id = timer_of(call).name + ":" + job.name;
  my_timer_reply_schedule(call,
                          {id.c_str(), runs, add(schedule.startAtMs, jitter), retry.backoffMs});
}

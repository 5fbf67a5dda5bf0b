#include "bench/blocks/processor.h"

#include <stop_token>

namespace fficheck {

OnProcessor::OnProcessor(std::uint64_t processor) {
  cpu_set_t one;
  CPU_ZERO(&one);
  if (processor >= CPU_SETSIZE || sched_getaffinity(0, sizeof before_, &before_) != 0) return;
  CPU_SET(processor, &one);
  kept_ = sched_setaffinity(0, sizeof one, &one) == 0;
}

OnProcessor::~OnProcessor() {
  if (kept_) sched_setaffinity(0, sizeof before_, &before_);
}

std::optional<std::uint64_t> kept_processor() {
  cpu_set_t mine;
  if (sched_getaffinity(0, sizeof mine, &mine) != 0 || CPU_COUNT(&mine) != 1) return std::nullopt;
  std::uint64_t processor = 0;
  while (!CPU_ISSET(processor, &mine)) ++processor;
  return processor;
}

Awake::Awake() {
  thread_ = std::jthread([](const std::stop_token& stop) {
    const sched_param none{};
    if (sched_setscheduler(0, SCHED_IDLE, &none) != 0) return;
    while (!stop.stop_requested()) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
    }
  });
}

}  // namespace fficheck

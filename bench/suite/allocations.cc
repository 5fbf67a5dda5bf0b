#include "bench/suite/allocations.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <utility>

// glibc's own allocator under its other names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void __libc_free(void* memory);
void* __libc_memalign(std::size_t align, std::size_t size);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

std::atomic<bool> counting{false};
std::atomic<std::uint64_t> allocs{0};
std::atomic<std::uint64_t> bytes{0};

void note(std::size_t size) {
  if (!counting.load(std::memory_order_relaxed)) return;
  allocs.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size, std::memory_order_relaxed);
}

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  note(size);
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  note(count * size);
  return __libc_calloc(count, size);
}
void* realloc(void* old, std::size_t size) {
  note(size);
  return __libc_realloc(old, size);
}
void free(void* memory) { __libc_free(memory); }
void* aligned_alloc(std::size_t align, std::size_t size) {
  note(size);
  return __libc_memalign(align, size);
}
void* memalign(std::size_t align, std::size_t size) {
  note(size);
  return __libc_memalign(align, size);
}
int posix_memalign(void** out, std::size_t align, std::size_t size) {
  note(size);
  *out = __libc_memalign(align, size);
  return *out == nullptr ? ENOMEM : 0;
}
}

namespace fficheck {
namespace {

struct Counted {
  double allocs = 0;
  double bytes = 0;
};

/// Of one iteration, after two that may be the first.
Result<Counted> count(const std::function<Result<Measured>(std::uint64_t)>& run) {
  FFICHECK_TRY(const Measured warm, run(2));
  // Fewer where one takes long.
  const auto n = static_cast<std::uint64_t>(std::clamp(4e6 / std::max(warm.ns, 1.0), 4.0, 256.0));
  allocs = 0;
  bytes = 0;
  counting = true;
  const Result<Measured> measured = run(n);
  counting = false;
  if (!measured.ok()) return measured.error();
  const double each = 1 / static_cast<double>(n);
  return Counted{static_cast<double>(allocs.load()) * each,
                 static_cast<double>(bytes.load()) * each};
}

}  // namespace

std::function<Result<Measured>(std::uint64_t)> counting_once(
    std::function<Result<Measured>(std::uint64_t)> run) {
  return [run = std::move(run),
          known = std::optional<Counted>()](std::uint64_t n) mutable -> Result<Measured> {
    if (!known) {
      FFICHECK_TRY(known, count(run));
    }
    FFICHECK_TRY(Measured measured, run(n));
    measured.allocs = known->allocs * static_cast<double>(n);
    measured.bytes = known->bytes * static_cast<double>(n);
    return measured;
  };
}

}  // namespace fficheck

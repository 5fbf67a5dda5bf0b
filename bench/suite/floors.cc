#include "bench/suite/floors.h"

#include <ffi.h>
#include <linux/futex.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstring>
#include <thread>

#include "bench/suite/shapes.h"
#include "harness/run/process.h"

namespace fficheck {
namespace {

/// Keeps the compiler from seeing through what is called or copied.
template <class T>
void opaque(T& value) {
  asm volatile("" : "+r"(value) : : "memory");
}

[[gnu::noinline]] std::uint64_t callee(std::uint64_t v) {
  opaque(v);
  return v;
}

Result<Measured> c_call(std::uint64_t n) {
  std::uint64_t (*function)(std::uint64_t) = callee;
  std::uint64_t v = 42;
  return timed(n, [&] {
    opaque(function);
    v = function(v);
  });
}

Result<Measured> ffi(std::uint64_t n) {
  ffi_cif cif;
  ffi_type* types[] = {&ffi_type_uint64};
  if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_uint64, types) != FFI_OK)
    return environment_error("libffi refuses a call of one number");
  std::uint64_t v = 42;
  void* values[] = {&v};
  return timed(n, [&] {
    std::uint64_t result = 0;
    ffi_call(&cif, reinterpret_cast<void (*)()>(callee), &result, values);
    opaque(result);
  });
}

/// Two threads, each asleep until the other has counted.
class PingPong {
 public:
  PingPong() : other_([this] { answer(); }) {}
  ~PingPong() {
    stop_ = true;
    say(turn_ + 1);
    other_.join();
  }
  void round() {
    const std::uint32_t mine = turn_;
    say(mine + 1);
    await(mine + 1);
  }

 private:
  void say(std::uint32_t turn) {
    turn_ = turn;
    syscall(SYS_futex, &turn_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  /// Until the turn is another.
  void await(std::uint32_t turn) {
    while (turn_ == turn) syscall(SYS_futex, &turn_, FUTEX_WAIT_PRIVATE, turn, nullptr, nullptr, 0);
  }
  void answer() {
    std::uint32_t seen = 0;
    while (true) {
      await(seen);
      if (stop_) return;
      seen = turn_ + 1;
      say(seen);
    }
  }

  std::atomic<std::uint32_t> turn_{0};
  std::atomic<bool> stop_{false};
  std::thread other_;
};

Result<Measured> hop(std::uint64_t n) {
  PingPong threads;
  threads.round();
  return timed(n, [&] { threads.round(); });
}

/// Eight bytes to another thread over a Unix socket, and back.
Result<Measured> socket_round_trip(std::uint64_t n) {
  FFICHECK_TRY(auto ends, socket_pair());
  std::thread other([&] {
    std::uint64_t word = 0;
    while (read(ends.second.get(), &word, sizeof word) == sizeof word &&
           write(ends.second.get(), &word, sizeof word) == sizeof word) {
    }
  });
  std::uint64_t word = 0;
  bool lost = false;
  Result<Measured> out = timed(n, [&] {
    lost = lost || write(ends.first.get(), &word, sizeof word) != sizeof word ||
           read(ends.first.get(), &word, sizeof word) != sizeof word;
  });
  shutdown(ends.first.get(), SHUT_RDWR);
  other.join();
  if (lost) return environment_error("a socket lost a message");
  return out;
}

/// Eight bytes written by one thread, until another has read them all, many at a time.
Result<Measured> socket_one_way(std::uint64_t n) {
  FFICHECK_TRY(auto ends, socket_pair());
  const std::uint64_t all = n * sizeof(std::uint64_t);
  const auto start = std::chrono::steady_clock::now();
  std::thread reader([&] {
    std::vector<char> buffer(65536);
    for (std::uint64_t got = 0; got < all;) {
      const ssize_t now = read(ends.second.get(), buffer.data(), buffer.size());
      if (now <= 0) return;
      got += static_cast<std::uint64_t>(now);
    }
  });
  const std::uint64_t word = 0;
  for (std::uint64_t i = 0; i < n; ++i)
    if (write(ends.first.get(), &word, sizeof word) != sizeof word) break;
  reader.join();
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return Measured{.ns = took.count()};
}

Result<Measured> copy(std::uint64_t bytes, std::uint64_t n) {
  std::vector<char> from(bytes, 'a');
  std::vector<char> to(bytes, 'b');
  return timed(n, [&] {
    char* source = from.data();
    char* target = to.data();
    opaque(source);
    opaque(target);
    std::memcpy(target, source, bytes);
    opaque(target);
  });
}

}  // namespace

void add_floor_benches(std::vector<Bench>& out) {
  out.push_back(
      {.name = "floor/c-call", .floor = "", .run = c_call, .counted = true, .one_processor = true});
  out.push_back({.name = "floor/ffi-call", .floor = "", .run = ffi, .one_processor = true});
  out.push_back({.name = "floor/hop", .floor = "", .run = hop, .one_processor = true});
  out.push_back({.name = "floor/socket", .floor = "", .run = socket_round_trip});
  out.push_back({.name = "floor/socket-one-way", .floor = "", .run = socket_one_way});
  for (const std::uint64_t bytes : memcpy_sizes())
    out.push_back({.name = memcpy_name(bytes),
                   .floor = "",
                   .run = [bytes](std::uint64_t n) { return copy(bytes, n); },
                   .one_processor = true});
}

}  // namespace fficheck

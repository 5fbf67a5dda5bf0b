// A bench program for tests: speaks block mode, and misbehaves as FFICHECK_FAKE says. Costs are
// invented, not measured: 100 ns for "fast", 1000 ns for "steady", times FFICHECK_FAKE_FACTOR.
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "bench/blocks/block_mode.h"

namespace {

std::string setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

fficheck::Bench fake(std::string name, double each) {
  auto run = [each](std::uint64_t n) -> fficheck::Result<fficheck::Measured> {
    const double count = static_cast<double>(n);
    return fficheck::Measured{.ns = each * count, .allocs = count, .bytes = 8 * count};
  };
  return {.name = std::move(name), .floor = "", .run = std::move(run), .counted = true};
}

/// Tells how many processors it may use as its allocations, and which it runs on as their bytes.
fficheck::Bench where() {
  auto run = [](std::uint64_t n) -> fficheck::Result<fficheck::Measured> {
    const double count = static_cast<double>(n);
    cpu_set_t mine;
    sched_getaffinity(0, sizeof mine, &mine);
    return fficheck::Measured{
        .ns = 1000 * count, .allocs = count * CPU_COUNT(&mine), .bytes = count * sched_getcpu()};
  };
  return {.name = "fake/where", .floor = "", .run = run, .one_processor = true};
}

/// Tells the number of the file that it runs from as allocations.
fficheck::Bench file() {
  auto run = [](std::uint64_t n) -> fficheck::Result<fficheck::Measured> {
    const double count = static_cast<double>(n);
    struct stat mine{};
    stat("/proc/self/exe", &mine);
    return fficheck::Measured{.ns = 1000 * count,
                              .allocs = count * static_cast<double>(mine.st_ino)};
  };
  return {.name = "fake/file", .floor = "", .run = run};
}

/// Makes a file in FFICHECK_FAKE_DIR where it is missing; tells as allocations whether it was.
fficheck::Bench made() {
  auto run = [](std::uint64_t n) -> fficheck::Result<fficheck::Measured> {
    static const bool missing = [] {
      const std::string path = setting("FFICHECK_FAKE_DIR") + "/made";
      const bool there = access(path.c_str(), F_OK) == 0;
      if (!there) std::ofstream(path) << "made\n";
      return !there;
    }();
    const double count = static_cast<double>(n);
    return fficheck::Measured{.ns = 1000 * count, .allocs = missing ? count : 0};
  };
  return {.name = "fake/made", .floor = "", .run = run};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string how = setting("FFICHECK_FAKE");
  if (how == "silent") pause();
  if (how == "old") {
    std::cerr << "unrecognized command-line flag\n";
    return 1;
  }
  if (how == "other") std::cout << "hello\n" << std::flush;
  if (how == "endless")
    while (std::cout << std::string(1 << 16, 'x') << std::flush) {
    }
  const std::string factor = setting("FFICHECK_FAKE_FACTOR");
  const double times = factor.empty() ? 1 : std::strtod(factor.c_str(), nullptr);
  std::vector<fficheck::Bench> benches{fake("fake/fast", 100), fake("fake/steady", 1000 * times)};
  benches.push_back({"fake/crash", "", [](std::uint64_t) -> fficheck::Result<fficheck::Measured> {
                       std::cerr << "about to end\n";
                       std::abort();
                     }});
  benches.push_back({"fake/hang", "", [](std::uint64_t) -> fficheck::Result<fficheck::Measured> {
                       pause();
                       return fficheck::Measured{};
                     }});
  benches.push_back({"fake/refused", "", [](std::uint64_t) {
                       return fficheck::Result<fficheck::Measured>(
                           fficheck::input_error("no fixture"));
                     }});
  for (const int turns : {1000, 1005}) {
    auto run = [turns](std::uint64_t n) {
      return fficheck::timed(n, [turns] {
        for (int i = 0; i < turns; ++i) asm volatile("" ::: "memory");
      });
    };
    benches.push_back({"fake/loop-" + std::to_string(turns), "", run, true});
  }
  benches.push_back(fake("fake/event/-", 500));  // a night's choice (kNightFilter)
  benches.push_back(where());
  benches.push_back(file());
  benches.push_back(made());
  return fficheck::bench_main(argc, argv, benches);
}

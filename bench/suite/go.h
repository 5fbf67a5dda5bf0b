// Benchmarks of the bindings in Go: loops of the programs go_loops and ipc_loops, which are started
// when the suite is made, to tell what they have.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

using Environment = std::vector<std::pair<std::string, std::string>>;

/// A binding in Go and the program that measures it.
struct GoBinding {
  std::string target;
  std::string program;
  /// For a process that is kept on one processor.
  Environment kept_environment;
  bool awake = false;  ///< keep the processor of single calls awake
};

/// Calls return from a thread of the library to a goroutine on another: with GOMAXPROCS=1 it waits
/// there until Go's monitor comes by, 50 us later.
inline const GoBinding kGoBinding{"go", "go_loops", {{"GOMAXPROCS", "2"}}, true};
/// The server is a process that the loops start.
inline const GoBinding kIpcBinding{"ipc", "ipc_loops", {}, false};

/// Where the program does not start, its benchmarks are one that says why.
void add_go_benches(const GoBinding& binding, std::vector<Bench>& out);

}  // namespace fficheck

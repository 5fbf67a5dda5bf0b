// The main function of bench programs: Google Benchmark's, and block mode. In block mode a program
// measures one block of one benchmark at a time, on request, so that another process can let two
// builds take turns (docs/tracking.md). A line on stdin is a request, a line on stdout its answer:
//
//   at start              {"fficheck_blocks":1}
//   list                  {"benchmarks":[{"name":"NAME","floor":"FLOOR","counted":true,
//                                         "one_processor":true},...]}
//   block MIN_NS NAME [P] {"iterations":N,"ns":T,"allocs":A,"bytes":B}
//   count N NAME          {"iterations":N}
//   anything else         {"error":"..."}
//
// T is the time of all N iterations together, at least MIN_NS; A and B are for one iteration. How
// many iterations that takes is found in the first block of a benchmark, which is measured again
// then, and kept. With P the block runs on processor P; only where `one_processor`. `count` runs
// exactly N iterations between two calls of fficheck_count_mark, for tools that count instructions.
// Between requests the program computes nothing. It ends with its stdin.
#pragma once

#include <iosfwd>
#include <vector>

#include "bench/blocks/bench.h"

namespace fficheck {

/// Runs benchmarks as the command line says: `--fficheck_blocks` for block mode, all else is Google
/// Benchmark's. Gives the exit status of the program.
int bench_main(int argc, char** argv, const std::vector<Bench>& benches);

/// Answers requests until `in` ends; see above.
void serve_blocks(const std::vector<Bench>& benches, std::istream& in, std::ostream& out);

/// Hands all to Google Benchmark: time as they measure it, label "floor=NAME", counters `allocs`
/// and `bytes` for one iteration, `floor_ns` and `ratio` (to the floor, measured just before).
/// `benches` must outlive the runs.
void register_benches(const std::vector<Bench>& benches);

}  // namespace fficheck

/// Does nothing: a place that callgrind can be told of.
extern "C" void fficheck_count_mark();

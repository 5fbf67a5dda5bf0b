// The main function of bench programs: Google Benchmark's, and block mode. In block mode a program
// measures one block of one benchmark at a time, on request, so that another process can let two
// builds take turns (docs/tracking.md). A line on stdin is a request, a line on stdout its answer:
//
//   at start              {"fficheck_blocks":1}
//   list                  {"benchmarks":["NAME",...]}
//   block MIN_NS NAME     {"iterations":N,"ns":T,"counters":{"NAME":VALUE,...}}
//   anything else         {"error":"..."}
//
// T is the measured time of all N iterations together, at least MIN_NS where the benchmark does not
// fix its own iterations: wall time, or the time that it set itself (UseManualTime). Between
// requests the program computes nothing. It ends with its stdin.
#pragma once

#include <iosfwd>

namespace fficheck {

/// Runs the registered benchmarks as the command line says: `--fficheck_blocks` for block mode, all
/// else is Google Benchmark's. Gives the exit status of the program.
int bench_main(int argc, char** argv);

/// Answers requests until `in` ends; see above. Benchmarks must be registered and
/// benchmark::Initialize called before.
void serve_blocks(std::istream& in, std::ostream& out);

}  // namespace fficheck

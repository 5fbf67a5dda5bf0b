// The subcommands of the program. Each returns the exit status (docs/command-line.md): 0 all held,
// 1 something did not, 2 usage or bad input, 3 the environment, 130 interrupted.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/lowering.h"
#include "harness/core/result.h"
#include "harness/run/fault.h"
#include "harness/run/property.h"
#include "harness/run/target.h"

namespace fficheck {

/// What the program is composed of; main.cc fills it in.
struct Program {
  std::vector<std::unique_ptr<Target>> targets;
  std::vector<std::unique_ptr<Property>> properties;
  std::vector<Fault> faults;
  /// The schema of a case seed in a profile; the profiles' names, the default one first.
  std::function<Schema(std::uint64_t seed, const std::string& profile)> generate;
  std::vector<std::string> profiles;
  /// A library and bindings as their author checks them in; `target` is one of product_targets.
  std::function<FileSet(const std::string& target, const Schema& schema, Abi abi)> product;
  std::vector<std::string> product_targets;
  /// Why such a product has not the function; absent where it has.
  std::function<std::optional<std::string>(const std::string& target, const Schema& schema,
                                           const Function& f, Abi abi)>
      unsupported_product;
  const std::atomic<bool>* stop = nullptr;  ///< set by SIGINT and SIGTERM
  std::string name = "fficheck";            ///< as it was called, for commands to repeat
};

struct FuzzOptions {
  std::vector<std::string> targets;  ///< empty: all
  std::vector<std::string> properties;
  std::vector<std::string> legs;  ///< empty: the plain build, and samples of the others
  std::optional<std::uint64_t> cases;
  std::optional<std::uint64_t> seconds;
  std::string seed;  ///< decimal or 0x...; empty: a new one
  std::string profile;
  std::string schema;  ///< WIT file or directory; empty: invented schemas
  std::string save;
  std::string json;
  std::optional<std::uint64_t> values;
  std::uint32_t batch = 100;
  unsigned jobs = 0;  ///< 0: one for each core
  bool resume = false;
  bool keep = false;
  std::string edit;  ///< command to run in the directory of generated files before each build
};

struct ReplayOptions {
  std::vector<std::string> paths;
  std::vector<std::string> targets;
  std::vector<std::string> properties;
};

struct GenOptions {
  std::string file;
  std::string target;
  std::string out;
  std::string abi = "native";
};

struct FaultOptions {
  std::vector<std::string> only;  ///< "L3" or "L3/go"; empty: all
  std::vector<std::string> targets;
  std::uint64_t cases = 100;
  std::string seed;
  std::string json;
  std::string markdown;
  std::string show;  ///< WIT file: print what the faults change in its bindings, and run nothing
  unsigned jobs = 0;
};

struct ExplainOptions {
  std::string file;
  std::string abi = "native";
  bool json = false;
};

/// Inputs and outputs are files; those that are empty are left out.
struct ReportOptions {
  std::vector<std::string> campaigns;  ///< also directories of --save
  std::string faults;
  std::string bench;
  std::string compare;
  std::string history;
  std::string points;
  std::string title;
  std::string html;
  std::string markdown;
  std::string junit;
  std::string json;
};

int fuzz(const Program& program, const FuzzOptions& options);
int replay(const Program& program, const ReplayOptions& options);
int gen(const Program& program, const GenOptions& options);
int explain(const ExplainOptions& options);
int faults(const Program& program, const FaultOptions& options);
/// 0 where all outputs were written; what they tell does not matter.
int report(const ReportOptions& options);

/// Prints an error to stderr and gives its exit status.
int report_error(const Error& error);

/// A seed of the command line, decimal or 0x...; a new one where the text is empty.
Result<std::uint64_t> choose_seed(const std::string& text);
/// Whether a file for --json or the like can be written.
Result<void> check_writable(const std::string& option, const std::string& file);

/// Those of the program with these names; empty: all. The Error lists the names that there are.
Result<std::vector<const Target*>> choose_targets(const Program& program,
                                                  const std::vector<std::string>& names);
Result<std::vector<const Property*>> choose_properties(const Program& program,
                                                       const std::vector<std::string>& names);

/// The schemas of a WIT file or directory. What cannot be supported (async functions, streams,
/// futures, ...) is told to stderr, with the reason and the line, and added to `left_out` where it
/// is no null pointer. An Error where nothing is left.
Result<std::vector<Schema>> read_schemas(const std::string& path,
                                         std::vector<ParsedWit::Skipped>* left_out = nullptr);

}  // namespace fficheck

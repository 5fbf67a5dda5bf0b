// Runs campaigns over targets with a fault in them, and tells whether and by what each was caught.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/case.h"
#include "harness/core/result.h"
#include "harness/run/fault.h"
#include "harness/run/property.h"

namespace fficheck {

struct FaultSettings {
  std::vector<const Property*> properties;
  /// The schema of a case seed in a profile. Called from several threads.
  std::function<Schema(std::uint64_t seed, const std::string& profile)> source;
  std::uint64_t cases = 100;  ///< schemas at most
  std::uint64_t seed = 0;
  std::uint64_t values = 200;      ///< for each function and law
  std::uint32_t batch = 20;        ///< schemas for each build
  std::chrono::seconds limit{60};  ///< for finding; no schema begins after it
  std::chrono::milliseconds call_limit{5000};
  std::chrono::milliseconds shrink_limit{90000};
  std::filesystem::path work;  ///< made, and removed at the end
  const std::atomic<bool>* stop = nullptr;
};

struct FaultOutcome {
  enum class End : std::uint8_t {
    Caught,       ///< by the law that must
    CaughtElse,   ///< by other laws only
    CrashAlone,   ///< by the law that must, but every failure was the loss of a worker, where the
                  ///< row says wrong value
    NotAlone,     ///< by the law that must and by others, where it must be alone
    Survived,     ///< by none
    NeverSeeded,  ///< the edit found nothing to change in any batch
    Interrupted,
    Error,  ///< of the environment: `note` is why
  };
  End end = End::Survived;
  /// Schemas in which a law failed. The law that must catch the fault is asked first, alone, up to
  /// the first schema in which it fails; the others are asked about that one, and about all where
  /// there is none. Where the fault's law must be alone, all are asked about all.
  std::map<std::string, std::uint64_t> failed_by;
  std::string property;       ///< of `found`; empty where none
  std::uint64_t schemas = 0;  ///< up to the one in which it was caught
  std::uint64_t values = 0;   ///< compared until then
  double seconds = 0;         ///< until then, builds included
  std::optional<Case> found;  ///< shrunk
  bool confirmed = false;     ///< failed again when replayed alone
  double shrink_s = 0;
  std::string note;  ///< why it was never seeded, what the error is, or what another law saw
};

/// Whether the outcome is what the fault's row promises.
[[nodiscard]] bool as_promised(FaultOutcome::End end);
[[nodiscard]] std::string_view end_text(FaultOutcome::End end);  ///< "caught", "SURVIVED"

/// Errors are of the environment: a tool missing, no disk.
[[nodiscard]] Result<FaultOutcome> run_fault(const Target& target, const Fault& fault,
                                             const FaultSettings& settings);

/// How large a found case is, as docs/faults.md promises it.
struct CaseSize {
  std::size_t types = 0;      ///< named or composite types of the schema
  std::size_t functions = 0;  ///< imports too
  std::size_t steps = 0;      ///< calls, counting repeated ones of a bulk run each
  std::size_t leaves = 0;     ///< scalars, strings and cases without payload, of all arguments
};
[[nodiscard]] CaseSize size_of(const Case& c);

}  // namespace fficheck

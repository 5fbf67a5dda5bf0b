// Faults: known defects, seeded on purpose, that must be caught. Read docs/faults.md first.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/run/target_decorator.h"

namespace fficheck {

/// Changes generated files as a generator with the defect would have made them. Pure. An Error
/// where it finds nothing to change: a fault that edits nothing is not a fault.
using Edit = std::function<Result<FileSet>(FileSet files)>;

/// One defect on one target. Plain data: no emitter, library or session knows of it.
struct Fault {
  /// What a user of the binding would see.
  enum class Shows : std::uint8_t {
    WrongValue,  ///< a crash alone would not prove that it was noticed
    Crash,       ///< over-read, use after free, trap
    Leak,        ///< counters that do not return
    NoBuild,     ///< generated code that does not compile, or is not as it should be
    NoAnswer,    ///< hang, or the wrong number of completions
  };
  std::string id;        ///< of the class of defects: "L3"
  std::string target;    ///< where this form of it is seeded
  std::string sentence;  ///< what it does
  std::string property;  ///< the law that must catch it
  Shows shows = Shows::WrongValue;
  Edit edit;  ///< of what the target emits; or:
  std::function<std::unique_ptr<Session>(std::unique_ptr<Session>)> wrap;  ///< of its sessions; or:
  std::string host;  ///< of the program that runs guests: fficheck-wasm-faulty takes its place
  std::string profile = "default";  ///< of the generators: what must occur for it to matter
  std::string leg = "plain";        ///< the way to build in which it shows
  bool alone = false;  ///< no other law may catch it: shows that its law is not vacuous

  /// "L3/go", what --only and the table call it.
  [[nodiscard]] std::string name() const { return id + "/" + target; }
};

/// A target with a fault in it. Where the edit finds nothing to change, as in a schema that was
/// shrunk too far, the batch is as it should be; times_seeded() tells whether it ever found
/// something.
class FaultyTarget final : public TargetDecorator {
 public:
  /// `fault` and `inner` outlive it.
  FaultyTarget(const Target& inner, const Fault& fault) : TargetDecorator(inner), fault_(fault) {}

  [[nodiscard]] ScriptSupport script_support(std::string_view /*leg*/) const override {
    return inner().script_support(fault_.leg);
  }
  [[nodiscard]] std::vector<std::string> legs() const override { return {}; }
  [[nodiscard]] std::vector<std::string> frequent_legs() const override { return {}; }
  [[nodiscard]] Result<void> check_tools() const override;
  [[nodiscard]] FileSet emit(std::span<const BatchEntry> batch) const override;
  [[nodiscard]] Result<std::optional<BuildFailure>> build(
      const BuildOptions& options) const override;
  /// Only for faults that a build must catch: an edit need not be formatted.
  [[nodiscard]] Result<std::optional<BuildFailure>> lint(
      const BuildOptions& options) const override;
  [[nodiscard]] Result<std::unique_ptr<Session>> open(
      const BuildOptions& options, std::span<const BatchEntry> batch,
      std::chrono::milliseconds call_limit) const override;

  [[nodiscard]] const Target& sound() const override { return inner().sound(); }

  [[nodiscard]] std::uint64_t times_seeded() const { return seeded_.load(); }
  /// Why the edit found nothing, the last time that it did.
  [[nodiscard]] std::string refusal() const;

 private:
  const Fault& fault_;
  mutable std::atomic<std::uint64_t> seeded_{0};
  mutable std::mutex mutex_;
  mutable std::string refusal_;  // guarded by mutex_
};

}  // namespace fficheck

#include "harness/run/fault.h"

#include <utility>

namespace fficheck {
namespace {

BuildOptions in_leg(BuildOptions options, const std::string& leg) {
  options.leg = leg;
  return options;
}

}  // namespace

FileSet FaultyTarget::emit(std::span<const BatchEntry> batch) const {
  FileSet files = inner().emit(batch);
  if (!fault_.edit) {
    ++seeded_;
    return files;
  }
  Result<FileSet> edited = fault_.edit(files);
  if (edited.ok()) {
    ++seeded_;
    return std::move(edited).value();
  }
  const std::scoped_lock lock(mutex_);
  refusal_ = edited.error().text();
  return files;
}

Result<std::optional<BuildFailure>> FaultyTarget::build(const BuildOptions& options) const {
  return inner().build(in_leg(options, fault_.leg));
}

Result<std::optional<BuildFailure>> FaultyTarget::lint(const BuildOptions& options) const {
  if (fault_.shows != Fault::Shows::NoBuild) return std::optional<BuildFailure>();
  return inner().lint(in_leg(options, fault_.leg));
}

Result<std::unique_ptr<Session>> FaultyTarget::open(const BuildOptions& options,
                                                    std::span<const BatchEntry> batch,
                                                    std::chrono::milliseconds call_limit) const {
  FFICHECK_TRY(std::unique_ptr<Session> session,
               inner().open(in_leg(options, fault_.leg), batch, call_limit));
  return fault_.wrap ? fault_.wrap(std::move(session)) : std::move(session);
}

std::string FaultyTarget::refusal() const {
  const std::scoped_lock lock(mutex_);
  return refusal_;
}

}  // namespace fficheck

#include "harness/run/fault.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "harness/run/worker_session.h"

namespace fficheck {
namespace {

BuildOptions in_leg(BuildOptions options, const std::string& leg) {
  options.leg = leg;
  return options;
}

/// Its sources are beside the wasm targets', targets/wasm/faulty_host.
std::filesystem::path faulty_worker() { return worker_program("fficheck-wasm-faulty"); }

}  // namespace

Result<void> FaultyTarget::check_tools() const {
  std::error_code error;
  if (!fault_.host.empty() && !std::filesystem::exists(faulty_worker(), error))
    return environment_error("the program " + faulty_worker().string() + " is missing",
                             "build the target fficheck-wasm-faulty");
  return inner().check_tools();
}

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
  BuildOptions own = in_leg(options, fault_.leg);
  if (!fault_.host.empty()) own.worker = {faulty_worker().string(), fault_.host};
  FFICHECK_TRY(std::unique_ptr<Session> session, inner().open(own, batch, call_limit));
  return fault_.wrap ? fault_.wrap(std::move(session)) : std::move(session);
}

std::string FaultyTarget::refusal() const {
  const std::scoped_lock lock(mutex_);
  return refusal_;
}

}  // namespace fficheck

#include "targets/native/control_target.h"

#include <system_error>
#include <utility>

#include "harness/core/names.h"
#include "harness/core/sanitized.h"
#include "harness/run/worker_session.h"
#include "targets/native/build.h"
#include "targets/native/control_worker.h"
#include "targets/native/emit.h"

namespace fficheck {

ControlTarget::ControlTarget(Abi abi, std::filesystem::path worker)
    : abi_(abi), worker_(worker.empty() ? worker_program("fficheck-control") : std::move(worker)) {}

std::string_view ControlTarget::name() const {
  return abi_ == Abi::Nim ? "control-nim" : "control";
}

std::optional<std::string> ControlTarget::unsupported(const Schema& schema,
                                                      const Function& f) const {
  return fficheck::unsupported(schema, f, abi_);
}

StreamLimits ControlTarget::stream_limits() const { return {.no_nul = abi_ == Abi::Nim}; }

ScriptSupport ControlTarget::script_support(std::string_view /*leg*/) const {
  ScriptSupport support;
  support.scripts = true;
  support.raw_answers = true;
  support.counts_progress = true;
  support.most_callers = 10'000;
  return support;
}

Result<void> ControlTarget::check_tools() const {
  std::error_code error;
  if (!std::filesystem::exists(worker_, error))
    return environment_error("the program " + worker_.string() + " is missing",
                             "build the target fficheck-control");
  return check_c_tools();
}

FileSet ControlTarget::emit(std::span<const BatchEntry> batch) const {
  FileSet files = emit_library(batch, abi_);
  ControlManifest manifest;
  manifest.abi = abi_;
  for (const BatchEntry& entry : batch) manifest.ids.push_back(entry.id);
  files[kControlManifest] = print_manifest(manifest);
  return files;
}

FileSet ControlTarget::emit_product(const Schema& schema) const {
  return fficheck::emit_product(schema, abi_, {snake_case(schema.interface()), ""});
}

Result<std::optional<BuildFailure>> ControlTarget::build(const BuildOptions& options) const {
  return build_batch_library(options, {.sanitizer = kThreadSanitizer ? "thread" : ""});
}

Result<std::optional<BuildFailure>> ControlTarget::lint(const BuildOptions& options) const {
  return lint_batch_library(options);
}

Result<std::unique_ptr<Session>> ControlTarget::open(const BuildOptions& options,
                                                     std::span<const BatchEntry> batch,
                                                     std::chrono::milliseconds call_limit) const {
  WorkerOptions worker;
  worker.command = {worker_.string(), options.dir.string(), batch_library(options.dir).string()};
  worker.call_limit = call_limit;
  return WorkerSession::start(std::move(worker), batch);
}

}  // namespace fficheck

#include "harness/run/edited_target.h"

#include "harness/run/process.h"

namespace fficheck {

Result<std::optional<BuildFailure>> EditedTarget::build(const BuildOptions& options) const {
  ProcessOptions process;
  process.command = {"/bin/sh", "-c", command_};
  process.dir = options.dir;
  process.environment = {{"FFICHECK_TARGET", std::string(name())}};
  FFICHECK_TRY(const ProcessEnd end, run_process(process, options.limit));
  if (!end.success())
    return input_error("the command of --edit-generated failed: " + end.how() + "\n" + end.err, {},
                       "it runs in the directory of the generated files of " + std::string(name()));
  return inner().build(options);
}

}  // namespace fficheck

// The worker of the leg `cpp`: generated clients in C++, driven by the harness's own values.
#pragma once

#include <string>
#include <vector>

namespace fficheck::ipc {

/// The whole worker: reads `batch` (ipc/batch.txt), loads the clients from `library`, starts
/// `server` (a program with its arguments) and serves the wire. The exit status.
[[nodiscard]] int cpp_worker_main(const std::string& batch, const std::string& library,
                                  std::vector<std::string> server);

}  // namespace fficheck::ipc

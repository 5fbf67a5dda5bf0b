// The faults, one file for each family. Read harness/run/fault.h first, then docs/faults.md.
#pragma once

#include <vector>

#include "harness/run/fault.h"

namespace fficheck {

[[nodiscard]] std::vector<Fault> layout_faults();
[[nodiscard]] std::vector<Fault> wasm_layout_faults();
[[nodiscard]] std::vector<Fault> string_faults();
[[nodiscard]] std::vector<Fault> ownership_faults();
[[nodiscard]] std::vector<Fault> gc_faults();
[[nodiscard]] std::vector<Fault> resource_faults();
[[nodiscard]] std::vector<Fault> host_faults();
[[nodiscard]] std::vector<Fault> completion_faults();
[[nodiscard]] std::vector<Fault> name_faults();
[[nodiscard]] std::vector<Fault> lone_faults();

/// All of them.
[[nodiscard]] std::vector<Fault> all_faults();

}  // namespace fficheck

// Hosts that forget a rule of the canonical ABI: HostAbi wrapped, one for each defect that a
// runtime has had. For `fficheck faults`; no part of the product.
#pragma once

#include <memory>
#include <string_view>

#include "targets/wasm/host_abi.h"

namespace fficheck {

/// The host with the defect of that id ("L9"); nullptr where there is none.
[[nodiscard]] std::unique_ptr<const HostAbi> faulty_host(std::string_view id);

}  // namespace fficheck

// The laws of docs/worker-protocol.md ("bulk"), as the control session checks them.
#pragma once

#include "harness/core/result.h"
#include "harness/run/target.h"
#include "targets/native/control_caller.h"

namespace fficheck {

/// Runs a law over `count` values, several calls in flight, and stops at the first that does not
/// hold. An Error where the request cannot be: the function has not the law's signature, or the
/// schema's context was never created.
[[nodiscard]] Result<BulkOutcome> run_bulk(ControlCaller& caller, CallSlots& slots,
                                           const BulkRequest& request);

}  // namespace fficheck

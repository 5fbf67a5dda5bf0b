// The last stage of a build: the worker that was built starts.
#pragma once

namespace fficheck {

/// BuildFailure::stage of a worker that ends or hangs before it says hello.
inline constexpr const char* kStartStage = "start";

}  // namespace fficheck

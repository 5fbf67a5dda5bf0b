// Coverage as JSON, for `fuzz --json` and the report.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "generators/coverage.h"

namespace fficheck {

/// {"schemas": n, "types": n, "functions": n, "kinds": {"list": n, ...}, "pairs": {"list":
/// {"u8": n, ...}, ...}, "params": {"0": n, ...}, "depths": {"1": n, ...}, "features":
/// {"empty record": n, ...}}. Every kind and every feature is there, met or not; of pairs, numbers
/// of parameters and depths only those met.
[[nodiscard]] nlohmann::json to_json(const Coverage& coverage);

}  // namespace fficheck

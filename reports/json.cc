#include <nlohmann/json.hpp>

#include "reports/summary.h"
#include "reports/write.h"

namespace fficheck::reports {

using nlohmann::json;

std::string json_report(const Report& report) {
  // What the page shows, without the history's rows: they are in the history's own file.
  json out = json::parse(page_data(report));
  if (out.contains("history")) out["history"] = {{"points", out["history"]["points"]}};
  out["version"] = 1;
  return out.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace fficheck::reports

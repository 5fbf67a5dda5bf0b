#include "generators/coverage_json.h"

#include <nlohmann/json.hpp>
#include <string>

namespace fficheck {
namespace {

using nlohmann::json;

json counts(const std::map<std::size_t, std::uint64_t>& by_number) {
  json out = json::object();
  for (const auto& [number, count] : by_number) out[std::to_string(number)] = count;
  return out;
}

}  // namespace

json to_json(const Coverage& coverage) {
  json kinds = json::object();
  json pairs = json::object();
  for (std::size_t outer = 0; outer < kAllKinds.size(); ++outer) {
    const std::string name(keyword(kAllKinds[outer]));
    kinds[name] = coverage.kinds[outer];
    for (std::size_t inner = 0; inner < kAllKinds.size(); ++inner) {
      const std::uint64_t met = coverage.pairs[outer][inner];
      if (met > 0) pairs[name][std::string(keyword(kAllKinds[inner]))] = met;
    }
  }
  json features = json::object();
  for (const std::string_view feature : feature_names()) {
    const auto met = coverage.features.find(feature);
    features[std::string(feature)] = met == coverage.features.end() ? 0 : met->second;
  }
  json edges = json::object();
  for (const std::string_view edge : edge_names()) {
    const auto met = coverage.edges.find(edge);
    edges[std::string(edge)] = met == coverage.edges.end() ? 0 : met->second;
  }
  return {{"flat_params", counts(coverage.flat_params)},
          {"flat_results", counts(coverage.flat_results)},
          {"edges", std::move(edges)},
          {"schemas", coverage.schemas},
          {"types", coverage.types},
          {"functions", coverage.functions},
          {"kinds", std::move(kinds)},
          {"pairs", std::move(pairs)},
          {"params", counts(coverage.params)},
          {"depths", counts(coverage.depths)},
          {"features", std::move(features)}};
}

}  // namespace fficheck

// What generated schemas contain, counted: plain data for tests and reports.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>

#include "harness/core/kind.h"
#include "harness/core/schema.h"

namespace fficheck {

/// Counts over schemas. `pairs[outer][inner]`: types of kind `outer` with a part of kind `inner`.
struct Coverage {
  using PerKind = std::array<std::uint64_t, kAllKinds.size()>;
  std::uint64_t schemas = 0;
  std::uint64_t types = 0;
  std::uint64_t functions = 0;
  PerKind kinds{};  ///< types by kind
  std::array<PerKind, kAllKinds.size()> pairs{};
  std::map<std::size_t, std::uint64_t> params;  ///< functions by number of parameters
  /// Functions by flat parameters and results of the canonical ABI, before more than 16 and 1 go
  /// through memory; kMostFlat stands for all above it.
  std::map<std::size_t, std::uint64_t> flat_params;
  std::map<std::size_t, std::uint64_t> flat_results;
  static constexpr std::size_t kMostFlat = 20;
  /// Leaves with each of edge_names() among the first kSampledValues values of each function's
  /// stream: a sample of what campaigns send.
  std::map<std::string_view, std::uint64_t> edges;
  static constexpr std::uint64_t kSampledValues = 4;
  std::map<std::size_t, std::uint64_t> depths;         ///< schemas by deepest nesting
  std::map<std::string_view, std::uint64_t> features;  ///< schemas with each of feature_names()

  void add(const Schema& schema);
  void add(const Coverage& other);
};

/// What generators promise to make now and then, for instance "list of lists", "257 cases or more".
[[nodiscard]] std::span<const std::string_view> feature_names();

/// Values at which conversions break, for instance "NUL in a string", "NaN".
[[nodiscard]] std::span<const std::string_view> edge_names();

}  // namespace fficheck

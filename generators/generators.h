// Invented schemas and scripts, from a seed. Start here; gen.h offers the same to RapidCheck.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "harness/core/case.h"
#include "harness/core/case_seed.h"
#include "harness/core/kind.h"
#include "harness/core/schema.h"

namespace fficheck {

/// What the schemas of a campaign look like. Percentages are chances for each schema, and ranges
/// are inclusive. Within a profile each schema draws its own: which kinds occur at all and how
/// often, how deep types nest, which names it has (swarm testing).
struct Profile {
  struct Range {
    std::uint32_t least = 0;
    std::uint32_t most = 0;
  };
  std::string_view name;
  std::string_view sentence;  ///< what it is for; shown by the command line
  Range named_types{1, 3};
  Range tested_types{1, 3};  ///< types with functions consume-N, produce-N, echo-N
  Range calls{1, 4};         ///< functions that take and give what they like
  Range parts{1, 6};         ///< fields, elements, cases, flags of ordinary types
  std::uint32_t max_depth = 4;
  std::uint32_t max_weight = 200;  ///< of one ordinary type, in nodes (type_weight)
  std::uint32_t large = 4;         ///< percent: hundreds of fields, cases, flags
  std::uint32_t hostile = 35;      ///< percent: names that hurt generated code
  std::uint32_t many_params = 40;  ///< percent: parameter lists that strain the calling convention
  std::uint32_t joined = 30;       ///< percent: payloads of several kinds in one variant or result
  std::uint32_t padded = 20;       ///< percent: narrow fields before wide ones and lists
  std::uint32_t create = 10;       ///< percent: a constructor with parameters
  std::uint32_t completion = 15;   ///< percent: tasks, host functions, events
  std::uint32_t drop_kind = 35;    ///< percent, for each kind: does not occur in this schema
  /// Kinds that may occur at all, indexed by Kind, and how often; 0 never.
  std::array<std::uint8_t, kAllKinds.size()> weights{};
  Range resources{0, 0};  ///< of the callee, with functions over them
  bool nim = false;       ///< only what the nim dialect carries
};

/// All profiles, `default` first.
[[nodiscard]] std::span<const Profile> profiles();
/// The profile of that name, or nullptr.
[[nodiscard]] const Profile* find_profile(std::string_view name);

/// A schema: some types, and functions over them. Deterministic in its arguments; always valid.
[[nodiscard]] Schema generate_schema(std::uint64_t case_seed, const Profile& profile);

/// Steps for a schema: calls with values of their own, repeats, bulk runs, cycles.
[[nodiscard]] std::vector<Step> generate_script(std::uint64_t case_seed, const Schema& schema);

/// A value that is all edges: extremes, NaN of any payload, -0.0, NUL, borders of encodings, empty
/// and absent. (Bulk runs take their values from the value stream instead.)
[[nodiscard]] Value generate_edge_value(std::uint64_t seed, const Schema& schema, TypeId type);

}  // namespace fficheck

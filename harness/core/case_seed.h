// Seeds of a campaign's cases.
#pragma once

#include <cstdint>

#include "harness/core/value_stream.h"

namespace fficheck {

/// The seed of case `index` of a campaign: the first word of a SplitMix stream
/// (docs/value-stream.md section 1) with state w + index * 0xD1B54A32D192ED03, where w is the first
/// word of a stream with state `campaign_seed`. It depends on nothing else, so cases may be dealt
/// to threads, batches and shards in any way.
[[nodiscard]] inline std::uint64_t case_seed(std::uint64_t campaign_seed, std::uint64_t index) {
  return value_seed(SplitMix(campaign_seed).next(), index);
}

}  // namespace fficheck

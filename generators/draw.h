// Choices drawn from a seed. RapidCheck's random source feeds it in tests (gen.cc), a case's seed
// in campaigns: the same words give the same schema in both, on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "harness/core/value_stream.h"

namespace fficheck {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : words_(seed) {}

  std::uint64_t word() { return words_.next(); }
  /// In [least, most].
  std::uint32_t range(std::uint32_t least, std::uint32_t most) {
    return least + words_.below(most - least + 1);
  }
  /// In [least, most], small ones far more often.
  std::uint32_t low_range(std::uint32_t least, std::uint32_t most) {
    return least + words_.below(words_.below(most - least + 1) + 1);
  }
  bool chance(std::uint32_t percent) { return words_.below(100) < percent; }

  template <class Container>
  const auto& pick(const Container& from) {
    return from[words_.below(static_cast<std::uint32_t>(std::size(from)))];
  }
  /// Index of a weight, as often as it weighs; precondition: the sum is not 0.
  template <class Weights>
  std::size_t weighted(const Weights& weights) {
    std::uint32_t sum = 0;
    for (const auto w : weights) sum += static_cast<std::uint32_t>(w);
    std::uint32_t at = words_.below(sum);
    std::size_t i = 0;
    for (; at >= static_cast<std::uint32_t>(weights[i]); ++i) {
      at -= static_cast<std::uint32_t>(weights[i]);
    }
    return i;
  }

 private:
  SplitMix words_;
};

}  // namespace fficheck

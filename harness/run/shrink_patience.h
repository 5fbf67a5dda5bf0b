// How long a replay may wait while a failure is shrunk.
#pragma once

#include <algorithm>
#include <chrono>

namespace fficheck {

/// The limit of the next replay, in milliseconds. At first the whole limit. Once a replay has
/// failed by waiting that long, each replay that still hangs would wait as long again: from then on
/// it is a few times what replays took that did not hang. Pure; no clock of its own.
class ShrinkPatience {
 public:
  using milliseconds = std::chrono::milliseconds;
  static constexpr milliseconds kLeast{500};
  static constexpr int kTimes = 4;  ///< what replays took that did not hang

  explicit ShrinkPatience(milliseconds whole) : whole_(whole) {}

  [[nodiscard]] milliseconds limit() const {
    return bounded_ ? std::clamp(quick_ * kTimes, std::min(kLeast, whole_), whole_) : whole_;
  }
  /// Whether limit() may be less than the whole: what fails may only have been slow.
  [[nodiscard]] bool bounded() const { return bounded_; }

  /// A replay under limit() took so long, and failed or not.
  void saw(milliseconds took, bool failed) {
    if (!failed || took < limit())
      quick_ = std::max(quick_, took);
    else if (!distrusted_)
      bounded_ = true;
  }
  /// What failed under limit() holds where it has more time: the whole limit from now on.
  void distrust() {
    bounded_ = false;
    distrusted_ = true;
  }

 private:
  milliseconds whole_;
  milliseconds quick_{0};
  bool bounded_ = false;
  bool distrusted_ = false;
};

}  // namespace fficheck

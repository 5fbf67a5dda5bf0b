#include "bench/stats/change_points.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "bench/stats/distributions.h"

namespace fficheck {
namespace {

/// Cuts are looked for more freely than they are kept: a window with two steps in it shows neither
/// of them clearly.
constexpr double kCandidateP = 0.01;

double count(std::size_t n) { return static_cast<double>(n); }

/// Sums of |x - x'| over the pairs of a part of n values and of a part of m, and over all pairs.
double divergence_of(double first, double second, double all, std::size_t n, std::size_t m) {
  const double within_first = n < 2 ? 0 : first / (count(n) * count(n - 1) / 2);
  const double within_second = m < 2 ? 0 : second / (count(m) * count(m - 1) / 2);
  const double across = (all - first - second) / (count(n) * count(m));
  return count(n) * count(m) / count(n + m) * (2 * across - within_first - within_second);
}

/// sums[c]: the sum of |x - x'| over the pairs of the first c values.
std::vector<double> pair_sums(std::span<const double> x) {
  std::vector<double> sums(x.size() + 1, 0.0);
  for (std::size_t c = 1; c <= x.size(); ++c) {
    sums[c] = sums[c - 1];
    for (std::size_t i = 0; i + 1 < c; ++i) sums[c] += std::abs(x[c - 1] - x[i]);
  }
  return sums;
}

/// The cut of the greatest divergence that leaves `least` values on each side; 0: there is none.
std::size_t best_cut(std::span<const double> x, std::size_t least) {
  if (x.size() < 2 * least) return 0;
  const std::vector<double> first = pair_sums(x);
  const std::vector<double> reversed(x.rbegin(), x.rend());
  const std::vector<double> second = pair_sums(reversed);
  std::size_t best = 0;
  double most = 0;
  for (std::size_t cut = least; cut + least <= x.size(); ++cut) {
    const std::size_t rest = x.size() - cut;
    const double q = divergence_of(first[cut], second[rest], first[x.size()], cut, rest);
    if (q > most) {
      most = q;
      best = cut;
    }
  }
  return best;
}

class Finder {
 public:
  Finder(std::span<const double> series, const ChangePointRule& rule)
      : series_(series), rule_(rule), least_(std::max<std::size_t>(rule.least_run, 1)) {}

  std::vector<ChangePoint> find() {
    const std::size_t window = std::max(rule_.window, 2 * least_);
    for (std::size_t start = 0;; start += window / 2) {
      const std::size_t end = std::min(start + window, series_.size());
      divide(start, end);
      if (end == series_.size()) break;
    }
    prune();
    relocate();
    prune();
    std::vector<ChangePoint> out;
    for (const std::size_t cut : cuts_) out.push_back(point(cut));
    return out;
  }

 private:
  void divide(std::size_t begin, std::size_t end) {
    const std::size_t cut = best_cut(series_.subspan(begin, end - begin), least_);
    if (cut == 0) return;
    const std::size_t at = begin + cut;
    if (t_test(series_.subspan(begin, cut), series_.subspan(at, end - at)) > kCandidateP) return;
    cuts_.insert(at);
    divide(begin, at);
    divide(at, end);
  }

  /// The runs beside a cut: to the next cuts, and no longer than the window.
  [[nodiscard]] std::size_t begin_of(std::size_t cut) const {
    const auto at = cuts_.lower_bound(cut);
    const std::size_t previous = at == cuts_.begin() ? 0 : *std::prev(at);
    return std::max(previous, cut - std::min(cut, rule_.window));
  }
  [[nodiscard]] std::size_t end_of(std::size_t cut) const {
    const auto next = cuts_.upper_bound(cut);
    return std::min(next == cuts_.end() ? series_.size() : *next, cut + rule_.window);
  }

  [[nodiscard]] ChangePoint point(std::size_t cut) const {
    const std::span<const double> x = series_.subspan(begin_of(cut), cut - begin_of(cut));
    const std::span<const double> y = series_.subspan(cut, end_of(cut) - cut);
    const auto mean = [](std::span<const double> v) {
      return std::accumulate(v.begin(), v.end(), 0.0) / count(v.size());
    };
    return {cut, mean(x), mean(y), x.size() + y.size() < 3 ? 1.0 : t_test(x, y)};
  }

  /// How little a cut is worth keeping: 0 where it passes everything.
  [[nodiscard]] double doubt(std::size_t cut) const {
    const ChangePoint p = point(cut);
    // Both runs too short: from two windows that saw the same step a night apart.
    if (cut - begin_of(cut) < least_ || end_of(cut) - cut < least_) return 3 + p.p;
    if (p.p >= rule_.max_p) return 1 + p.p;
    const double step = std::abs(p.after - p.before);
    const double least = std::log1p(rule_.least_change);
    return step < least ? 1 - step / least : 0;
  }

  /// Takes out the most doubtful cut until all pass: its neighbours are then seen more clearly.
  void prune() {
    while (!cuts_.empty()) {
      std::size_t worst = 0;
      double most = 0;
      for (const std::size_t cut : cuts_) {
        const double d = doubt(cut);
        if (d > most) {
          most = d;
          worst = cut;
        }
      }
      if (most == 0) return;
      cuts_.erase(worst);
    }
  }

  /// Each cut to the best place between its neighbours, now that only real ones are left.
  void relocate() {
    for (const std::size_t cut : std::vector<std::size_t>(cuts_.begin(), cuts_.end())) {
      const std::size_t begin = begin_of(cut);
      const std::size_t end = end_of(cut);
      const std::size_t better = best_cut(series_.subspan(begin, end - begin), least_);
      if (better == 0) continue;
      cuts_.erase(cut);
      cuts_.insert(begin + better);
    }
  }

  std::span<const double> series_;
  const ChangePointRule& rule_;
  std::size_t least_;
  std::set<std::size_t> cuts_;
};

}  // namespace

double divergence(std::span<const double> series, std::size_t cut) {
  const std::vector<double> reversed(series.rbegin(), series.rend());
  return divergence_of(pair_sums(series)[cut], pair_sums(reversed)[series.size() - cut],
                       pair_sums(series)[series.size()], cut, series.size() - cut);
}

std::vector<ChangePoint> change_points(std::span<const double> series,
                                       const ChangePointRule& rule) {
  if (series.empty()) return {};
  return Finder(series, rule).find();
}

}  // namespace fficheck

// A contest without processes: costs are what a function says.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/stats/distributions.h"
#include "bench/stats/random.h"
#include "bench/track/compare.h"
#include "bench/track/contest.h"

namespace fficheck {

/// Normal noise.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : random_(seed) {}
  double draw(double deviation) { return deviation * normal_quantile(random_.uniform() + 0x1p-54); }

 private:
  StatRandom random_;
};

class FakeContest : public Contest {
 public:
  /// ns of the next block, or why there is none.
  using Cost = std::function<Result<double>(Side, const std::string& benchmark)>;
  explicit FakeContest(Cost cost) : cost_(std::move(cost)) {}

  Result<std::unique_ptr<Contestant>> start(Side side) override {
    ++starts[side];
    if (fail_start) return environment_error("no such program");
    return std::unique_ptr<Contestant>(std::make_unique<Fake>(*this, side));
  }

  std::map<Side, int> starts;
  std::vector<std::pair<Side, std::string>> blocks;  ///< all, in order
  double took = 16e6;                                ///< ns, a turn: as long as a block
  bool fail_start = false;

 private:
  class Fake : public Contestant {
   public:
    Fake(FakeContest& contest, Side side) : contest_(contest), side_(side) {}
    Result<BlockCost> block(const std::string& benchmark, std::uint64_t) override {
      contest_.blocks.emplace_back(side_, benchmark);
      FFICHECK_TRY(const double ns, contest_.cost_(side_, benchmark));
      return BlockCost{.ns = ns, .allocs = ns / 500, .bytes = 16, .took = contest_.took};
    }

   private:
    FakeContest& contest_;
    Side side_;
  };
  Cost cost_;
};

/// Remembers what it is told.
class Watcher : public CompareObserver {
 public:
  void on_round(std::size_t done, std::size_t, std::size_t, bool rerun) override {
    (rerun ? rerun_rounds : rounds) = done;
  }
  void on_decided(const Compared& c) override { decided.push_back(c.name); }
  std::size_t rounds = 0;
  std::size_t rerun_rounds = 0;
  std::vector<std::string> decided;
};

}  // namespace fficheck

// The rule of comparisons on invented noise, many times: how often the same build raises an alarm,
// and how often a slower one is found. Runs the code of `fficheck bench --against` itself on blocks
// that no process measured. Same arguments, same table.
//
// simulate [COMPARISONS [POWER]]: comparisons of the same build for each kind of noise, 1000 unless
// given, and of slower builds for each size, 300 unless given.
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/stats/distributions.h"
#include "bench/stats/random.h"
#include "bench/track/compare.h"

namespace fficheck {
namespace {

/// What makes a block's time differ from the next one's.
struct Noise {
  const char* name;
  double process;    ///< standard deviation of a process's own speed: its addresses
  double block;      ///< standard deviation of a block
  double hit;        ///< share of blocks that a neighbour takes the processor from
  double hit_costs;  ///< mean of what that adds, exponential, as a share of the block
};
constexpr std::array kNoises{
    Noise{"quiet", 0.003, 0.004, 0.02, 0.3},
    Noise{"noisy neighbour", 0.006, 0.02, 0.25, 0.5},
    Noise{"overloaded", 0.01, 0.04, 0.6, 2},
};

class NoisyContest : public Contest {
 public:
  NoisyContest(const Noise& noise, double slower, std::uint64_t seed)
      : noise_(noise), slower_(slower), random_(seed) {}

  Result<std::unique_ptr<Contestant>> start(Side side) override {
    const double speed = std::exp(normal(noise_.process)) * (side == Side::Candidate ? slower_ : 1);
    return std::unique_ptr<Contestant>(std::make_unique<Fake>(*this, speed));
  }

 private:
  class Fake : public Contestant {
   public:
    Fake(NoisyContest& contest, double speed) : contest_(contest), speed_(speed) {}
    Result<BlockCost> block(const std::string&, std::uint64_t) override {
      const double ns = contest_.block_ns(speed_);
      return BlockCost{.ns = ns, .took = static_cast<double>(CompareOptions().block_ns)};
    }

   private:
    NoisyContest& contest_;
    double speed_;
  };

  double normal(double deviation) {
    return deviation * normal_quantile(random_.uniform() + 0x1p-54);
  }
  double block_ns(double speed) {
    // The machine's own speed wanders by a third and back every few hundred blocks.
    const double drift = 1 + 0.3 * std::sin(++blocks_ / 150.0);
    double ns = 1000 * drift * speed * std::exp(normal(noise_.block));
    if (random_.uniform() < noise_.hit)
      ns *= 1 - noise_.hit_costs * std::log(1 - random_.uniform());
    return ns;
  }

  const Noise& noise_;
  double slower_;
  StatRandom random_;
  int blocks_ = 0;
};

class Silent : public CompareObserver {
 public:
  void on_round(std::size_t, std::size_t, std::size_t, bool) override {}
  void on_decided(const Compared&) override {}
};

std::string share(std::uint64_t part, std::uint64_t whole) {
  const Interval i = wilson(part, whole, 0.95);
  char text[80];
  std::snprintf(text, sizeof text, "%llu (%.2f %% to %.2f %%)",
                static_cast<unsigned long long>(part), 100 * i.low, 100 * i.high);
  return text;
}

void row(const Noise& noise, double slower, std::uint64_t comparisons) {
  std::uint64_t first = 0;
  std::uint64_t confirmed = 0;
  std::uint64_t inconclusive = 0;
  std::uint64_t rounds = 0;
  Silent observer;
  for (std::uint64_t i = 0; i < comparisons; ++i) {
    CompareOptions options;
    options.seed = i + 1;
    NoisyContest contest(noise, slower, 7919 * i + 13);
    const Result<Comparison> done = compare(contest, {"x"}, options, observer);
    if (!done.ok()) std::abort();
    const Compared& c = done.value().benchmarks.at(0);
    confirmed += c.finding == Finding::Regression || c.finding == Finding::Improvement ? 1 : 0;
    first += c.rerun ? 1 : 0;
    inconclusive += c.finding == Finding::Inconclusive ? 1 : 0;
    rounds += c.estimate.rounds;
  }
  std::printf("| %s | %.0f %% | %llu | %s | %s | %s | %.0f |\n", noise.name, 100 * (slower - 1),
              static_cast<unsigned long long>(comparisons), share(first, comparisons).c_str(),
              share(confirmed, comparisons).c_str(), share(inconclusive, comparisons).c_str(),
              static_cast<double>(rounds) / static_cast<double>(comparisons));
  std::fflush(stdout);
}

}  // namespace
}  // namespace fficheck

int main(int argc, char** argv) {
  const auto number = [&](int i, std::uint64_t fallback) {
    return argc > i ? std::strtoull(argv[i], nullptr, 10) : fallback;
  };
  const std::uint64_t same = number(1, 1000);
  const std::uint64_t power = number(2, 300);
  std::printf(
      "| noise | slower by | comparisons | first stage | confirmed | inconclusive | rounds |\n");
  std::printf("|---|---|---|---|---|---|---|\n");
  for (const fficheck::Noise& noise : fficheck::kNoises) {
    if (same > 0) fficheck::row(noise, 1, same);
    for (const double slower : {1.02, 1.03, 1.05, 1.10})
      if (power > 0) fficheck::row(noise, slower, power);
  }
  return 0;
}

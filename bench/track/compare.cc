#include "bench/track/compare.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <utility>

#include "bench/stats/random.h"

namespace fficheck {
namespace {

constexpr std::array kSides{Side::Baseline, Side::Candidate};

std::size_t place(Side side) { return side == Side::Baseline ? 0 : 1; }
const char* side_name(Side side) { return side == Side::Baseline ? "baseline" : "candidate"; }

/// The two sides, the first to come drawn at random.
std::array<Side, 2> drawn_order(StatRandom& random) {
  const bool swapped = random.below(2) == 1;
  return {kSides[swapped ? 1 : 0], kSides[swapped ? 0 : 1]};
}

/// What a series of rounds knows of one benchmark.
struct Entry {
  std::string name;
  std::vector<double> rho;
  std::array<std::vector<double>, 2> ns;  ///< of every block, by side
  std::array<BlockCost, 2> last;          ///< block, by side
  std::string error;
  bool slow = false;
  std::optional<Estimate> estimate;  ///< once it wants no more rounds

  [[nodiscard]] bool measurable() const { return error.empty() && !slow; }
};

/// Rounds over a set of benchmarks, until each has enough.
class Series {
 public:
  Series(Contest& contest, const CompareOptions& options, CompareObserver& observer, bool rerun)
      : contest_(contest),
        options_(options),
        observer_(observer),
        rerun_(rerun),
        // Streams of a seed that have nothing in common.
        random_(StatRandom(options.seed + (rerun ? 0x517cc1b727220a95u : 0u)).next()) {}

  Result<std::vector<Entry>> run(const std::vector<std::string>& names) {
    for (const std::string& name : names) entries_.emplace_back().name = name;
    std::size_t rounds = 0;
    for (std::size_t wanted = options_.rule.rounds; !options_.stopped();
         wanted = rounds + options_.rule.rounds) {
      wanted = std::min(wanted, options_.rule.max_rounds);
      for (; rounds < wanted && !options_.stopped(); ++rounds) {
        FFICHECK_CHECK(round());
        observer_.on_round(rounds + 1, wanted, open().size(), rerun_);
      }
      if (rounds < wanted) break;
      for (Entry* entry : open()) {
        const Estimate e = estimate(entry->rho, options_.rule, options_.seed);
        if (!wants_more(e, options_.rule)) entry->estimate = e;
      }
      if (open().empty()) break;
    }
    return std::move(entries_);
  }

 private:
  /// Benchmarks that want more rounds.
  std::vector<Entry*> open() {
    std::vector<Entry*> out;
    for (Entry& e : entries_)
      if (e.measurable() && !e.estimate) out.push_back(&e);
    return out;
  }

  Result<void> start() {
    contestants_ = {};
    for (const Side side : drawn_order(random_)) {
      Result<std::unique_ptr<Contestant>> started = contest_.start(side);
      if (!started.ok()) {
        Error error = std::move(started).error();
        error.message = std::string(side_name(side)) + ": " + error.message;
        return error;
      }
      contestants_[place(side)] = std::move(started).value();
    }
    return {};
  }

  Result<void> round() {
    std::vector<Entry*> entries = open();
    for (std::size_t i = entries.size(); i > 1; --i)
      std::swap(entries[i - 1], entries[random_.below(i)]);
    contestants_ = {};
    for (Entry* entry : entries) {
      if (options_.stopped()) break;
      // At first, and where the benchmark before took a contestant with it.
      if (!contestants_[0] || !contestants_[1]) FFICHECK_CHECK(start());
      measure(*entry);
    }
    contestants_ = {};
    return {};
  }

  /// One turn of a side; nothing where there is none, and the entry says why.
  std::optional<BlockCost> turn(Entry& entry, Side side) {
    const Result<BlockCost> measured =
        contestants_[place(side)]->block(entry.name, options_.turn_ns);
    if (measured.ok()) return measured.value();
    entry.error = std::string(side_name(side)) + ": " + measured.error().text();
    if (measured.error().blame != Blame::Input) contestants_ = {};
    return std::nullopt;
  }

  /// A block of both sides, whose turns alternate: the means of its turns are the entry's last.
  /// What comes and goes within a block's length on the machine then meets both. False where there
  /// is none, and the entry says why.
  bool block(Entry& entry, std::size_t turns) {
    std::array<BlockCost, 2> mean;
    for (std::size_t i = 0; i < turns; ++i) {
      for (const Side side : drawn_order(random_)) {
        const auto cost = turn(entry, side);
        if (!cost) return false;
        BlockCost& block = mean[place(side)];
        block.ns += cost->ns;
        block.allocs += cost->allocs;
        block.bytes += cost->bytes;
        block.took += cost->took;
      }
    }
    const auto n = static_cast<double>(turns);
    for (BlockCost& block : mean) {
      block.ns /= n;
      block.allocs /= n;
      block.bytes /= n;
    }
    entry.last = mean;
    return true;
  }

  void measure(Entry& entry) {
    // The first turn of a process finds its number of iterations and warms up: it does not count.
    auto longest = static_cast<double>(options_.turn_ns);
    for (const Side side : drawn_order(random_)) {
      const auto first = turn(entry, side);
      if (!first) return;
      if (first->ns > static_cast<double>(options_.longest_block_ns)) {
        entry.slow = true;
        return;
      }
      longest = std::max(longest, first->took);
    }
    const auto wanted = static_cast<double>(rerun_ ? options_.rerun_block_ns : options_.block_ns);
    const auto turns = static_cast<std::size_t>(std::max(1.0, std::ceil(wanted / longest)));
    std::vector<double> ratios;
    for (std::size_t j = 0; j < options_.rule.blocks; ++j) {
      if (!block(entry, turns)) return;
      for (const Side side : kSides) entry.ns[place(side)].push_back(entry.last[place(side)].ns);
      ratios.push_back(std::log(entry.last[1].ns / entry.last[0].ns));
    }
    entry.rho.push_back(round_ratio(ratios));
  }

  Contest& contest_;
  const CompareOptions& options_;
  CompareObserver& observer_;
  bool rerun_;
  StatRandom random_;
  std::vector<Entry> entries_;
  std::array<std::unique_ptr<Contestant>, 2> contestants_;
};

Compared first_result(Entry entry, const CompareRule& rule) {
  Compared out;
  out.name = std::move(entry.name);
  for (const Side side : kSides) {
    BlockCost& block = side == Side::Baseline ? out.baseline : out.candidate;
    block = entry.last[place(side)];
    if (!entry.ns[place(side)].empty()) block.ns = median(std::move(entry.ns[place(side)]));
  }
  out.rho = std::move(entry.rho);
  out.error = std::move(entry.error);
  if (entry.estimate && out.error.empty()) {
    out.estimate = *entry.estimate;
    out.finding = judge(out.estimate, rule);
  }
  return out;
}

bool is_change(const Compared& c) {
  return c.finding == Finding::Regression || c.finding == Finding::Improvement;
}

}  // namespace

Result<Comparison> compare(Contest& contest, const std::vector<std::string>& names,
                           const CompareOptions& options, CompareObserver& observer) {
  Comparison out;
  FFICHECK_TRY(std::vector<Entry> entries, Series(contest, options, observer, false).run(names));
  std::vector<std::string> changed;
  for (Entry& entry : entries) {
    if (entry.slow) {
      out.left_out.push_back(entry.name);
      continue;
    }
    // Without an estimate and without an error it was interrupted.
    if (!entry.estimate && entry.error.empty()) continue;
    out.benchmarks.push_back(first_result(std::move(entry), options.rule));
    if (is_change(out.benchmarks.back()))
      changed.push_back(out.benchmarks.back().name);
    else
      observer.on_decided(out.benchmarks.back());
  }
  if (!changed.empty() && !options.stopped()) {
    FFICHECK_TRY(std::vector<Entry> again, Series(contest, options, observer, true).run(changed));
    auto entry = again.begin();
    for (Compared& c : out.benchmarks) {
      if (!is_change(c)) continue;
      Entry& e = *entry++;
      c.rerun_rho = std::move(e.rho);
      if (!e.error.empty()) {
        c.finding = Finding::Error;
        c.error = "in the rerun: " + e.error;
      } else if (e.estimate) {
        c.rerun = e.estimate;
        c.finding = confirm(c.finding, *e.estimate, options.rule);
      } else {
        c.finding = Finding::Unconfirmed;  // interrupted, or too slow all at once
      }
      observer.on_decided(c);
    }
  } else {
    // No rerun, no confirmation.
    for (Compared& c : out.benchmarks)
      if (is_change(c)) c.finding = Finding::Unconfirmed;
  }
  out.interrupted = options.stopped();
  return out;
}

}  // namespace fficheck

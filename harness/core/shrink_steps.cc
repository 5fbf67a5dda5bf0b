#include <algorithm>
#include <utility>

#include "harness/core/action_shrink.h"
#include "harness/core/shrink.h"
#include "harness/core/shrink_cost.h"
#include "harness/core/value_stream.h"
#include "harness/core/witness.h"

namespace fficheck {
namespace {

constexpr std::size_t kMostForPairs = 16;  // steps of a script that is tried without each two
constexpr std::uint64_t kSmallSeeds = 64;  // tried for a function that makes a value from a seed

class Scripts {
 public:
  Scripts(const Case& c, std::size_t limit)
      : case_(c), limit_(affordable(limit, c)), weight_(case_weight(c)) {}

  std::vector<Case> run() && {
    fewer_steps();
    for (std::vector<Step>& fewer : fewer_actions(case_.steps)) with_steps(std::move(fewer));
    for (std::size_t i = 0; i < case_.steps.size(); ++i) simpler_step(i);
    // The arguments of all steps take turns, so that one large value does not hide the others.
    std::vector<std::vector<Step>> queues;
    for (const Step& step : case_.steps) queues.push_back(smaller_args(step));
    for (std::size_t turn = 0;; ++turn) {
      bool any = false;
      for (std::size_t i = 0; i < queues.size(); ++i) {
        if (turn >= queues[i].size()) continue;
        any = true;
        with_step(i, std::move(queues[i][turn]));
      }
      if (!any || out_.size() >= limit_) break;
    }
    without_pairs();
    return std::move(out_);
  }

 private:
  void offer(Case c) {
    if (out_.size() < limit_ && case_weight(c) < weight_) out_.push_back(std::move(c));
  }

  void with_steps(std::vector<Step> steps) {
    Case c = case_;
    c.steps = std::move(steps);
    offer(std::move(c));
  }

  void with_step(std::size_t index, Step step) {
    std::vector<Step> steps = case_.steps;
    steps[index] = std::move(step);
    with_steps(std::move(steps));
  }

  void fewer_steps() {
    const std::vector<Step>& steps = case_.steps;
    if (steps.size() < 2) return;
    // The step that failed is most often the last.
    for (std::size_t i = steps.size(); i-- > 0;) with_steps({steps[i]});
    for (std::size_t size = steps.size() / 2; size > 0; size /= 2) {
      for (std::size_t begin = 0; begin < steps.size(); begin += size) {
        std::vector<Step> rest(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(begin));
        const std::size_t end = std::min(begin + size, steps.size());
        rest.insert(rest.end(), steps.begin() + static_cast<std::ptrdiff_t>(end), steps.end());
        with_steps(std::move(rest));
      }
    }
  }

  /// Two steps that only make sense together; tried when nothing else is left.
  void without_pairs() {
    const std::vector<Step>& steps = case_.steps;
    if (steps.size() < 3 || steps.size() > kMostForPairs) return;
    for (std::size_t first = 0; first < steps.size(); ++first) {
      for (std::size_t second = first + 2; second < steps.size(); ++second) {
        std::vector<Step> rest = steps;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(second));
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(first));
        with_steps(std::move(rest));
      }
    }
  }

  void simpler_step(std::size_t index) {
    const Step& step = case_.steps[index];
    switch (step.kind) {
      case Step::Kind::Call: return;
      case Step::Kind::Repeat: {
        Step once = step;
        once.kind = Step::Kind::Call;
        return with_step(index, std::move(once));
      }
      case Step::Kind::Bulk: {
        const Function* f = case_.schema.find(step.function);
        if (f == nullptr) return;
        for (std::uint64_t i = 0; i < std::min<std::uint64_t>(step.count, 16); ++i) {
          const std::uint64_t seed = value_seed(step.seed, i);
          Step call{.kind = Step::Kind::Call, .function = step.function, .args = {}};
          call.args = case_.schema.role(*f) == Role::Produce
                          ? std::vector<Value>{Value::natural(seed)}
                          : stream_args(case_.schema, *f, seed);
          with_step(index, std::move(call));
        }
        return fewer_times(index);
      }
      case Step::Kind::Cycle: return fewer_times(index);
      case Step::Kind::Act:
        for (Step& simpler : simpler_actions(step)) with_step(index, std::move(simpler));
        return;
    }
  }

  void fewer_times(std::size_t index) {
    const Step& step = case_.steps[index];
    for (const std::uint64_t count : {std::uint64_t{1}, step.count / 10, step.count / 2}) {
      if (count == 0 || count >= step.count) continue;
      Step fewer = step;
      fewer.count = count;
      with_step(index, std::move(fewer));
    }
  }

  std::vector<Step> smaller_args(const Step& step) const {
    std::vector<Step> out;
    const Function* f = case_.schema.find(step.function);
    if (f == nullptr || step.args.size() != f->params.size()) return out;
    const auto with_args = [&](std::vector<Value> args) {
      Step smaller = step;
      smaller.args = std::move(args);
      out.push_back(std::move(smaller));
    };
    if (case_.schema.role(*f) == Role::Produce) {
      for (Value& seed : smaller_seeds(*f, step.args[0])) with_args({std::move(seed)});
      return out;
    }
    std::vector<Value> smallest;
    for (const Param& param : f->params) {
      smallest.push_back(smallest_value(case_.schema, param.type));
    }
    with_args(smallest);
    for (std::size_t i = 0; i < step.args.size() && step.args.size() > 1; ++i) {
      std::vector<Value> alone = smallest;
      alone[i] = step.args[i];
      with_args(std::move(alone));
      std::vector<Value> cleared = step.args;
      cleared[i] = smallest[i];
      with_args(std::move(cleared));
    }
    const std::size_t each = std::max<std::size_t>(limit_ / (step.args.size() + 1), 16);
    std::vector<std::vector<Value>> queues;
    for (std::size_t i = 0; i < step.args.size(); ++i) {
      queues.push_back(shrink_value(case_.schema, f->params[i].type, step.args[i], each));
      if (out.size() >= limit_) return out;
    }
    for (std::size_t turn = 0;; ++turn) {
      bool any = false;
      for (std::size_t i = 0; i < queues.size(); ++i) {
        if (turn >= queues[i].size()) continue;
        any = true;
        std::vector<Value> args = step.args;
        args[i] = queues[i][turn];
        with_args(std::move(args));
      }
      if (!any || out.size() >= limit_) return out;
    }
  }

  /// A produced value cannot be shrunk, only made from another seed: small seeds, those first that
  /// make the smallest values.
  [[nodiscard]] std::vector<Value> smaller_seeds(const Function& f, const Value& seed) const {
    const auto weight = [&](std::uint64_t s) {
      return value_weight(stream_value(case_.schema, *f.result, s));
    };
    const auto now = seed.as<std::uint64_t>();
    const std::uint64_t now_weight = weight(now);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> seeds;
    for (std::uint64_t s = 0; s < std::min(kSmallSeeds, now); ++s) {
      const std::uint64_t w = weight(s);
      if (w <= now_weight || now >= kSmallSeeds) seeds.emplace_back(w, s);
    }
    std::ranges::sort(seeds);
    std::vector<Value> out;
    for (const auto& [w, s] : seeds) out.push_back(Value::natural(s));
    return out;
  }

  const Case& case_;
  std::size_t limit_;
  std::uint64_t weight_;
  std::vector<Case> out_;
};

}  // namespace

std::vector<Case> shrink_steps(const Case& c, std::size_t limit) { return Scripts(c, limit).run(); }

std::vector<Case> shrink_case(const Case& c, std::size_t limit) {
  std::vector<Case> out = shrink_steps(c, limit);
  for (Case& smaller : shrink_schema(c, limit)) {
    if (out.size() >= 2 * limit) break;
    out.push_back(std::move(smaller));
  }
  return out;
}

}  // namespace fficheck

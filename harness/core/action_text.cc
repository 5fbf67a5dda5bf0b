#include "harness/core/action_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "harness/core/completion.h"

namespace fficheck {
namespace {

constexpr std::array<std::string_view, kActs> kNames = {
    "create", "destroy",  "start", "await", "cancel",  "host", "release",
    "listen", "unlisten", "forge", "churn", "perturb", "pause"};
constexpr std::array<std::string_view, 10> kHostWays = {
    "none", "answer", "later", "error", "hold", "call", "panic", "twice", "stranger", "null"};
constexpr std::array<std::string_view, 4> kListenWays = {"stay", "once", "grow", "call"};
constexpr std::array<std::string_view, 4> kForgeWays = {"unknown", "foreign", "null", "again"};

constexpr std::uint32_t kMostCallers = 100'000;
constexpr std::uint32_t kMostCalls = 1'000'000;
constexpr std::uint32_t kMostContexts = 10'000;
constexpr std::uint32_t kMostMicroseconds = 10'000'000;

std::string hex(std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return "0x" + std::string(digits.data(), end.ptr);
}

template <std::size_t n>
std::string_view way_name(const std::array<std::string_view, n>& names, std::uint32_t way) {
  return way < n ? names[way] : names[0];
}

std::string plan_words(std::uint64_t number) {
  if (number == 0) return {};
  const auto plan = unpack_plan(number);
  if (!plan) return " plan=" + hex(number);
  std::string out;
  const auto count = [&out](const char* key, std::uint32_t value, const char* unit = "") {
    if (value != 0) out.append(" ").append(key).append("=").append(std::to_string(value) + unit);
  };
  const auto flag = [&out](const char* key, bool set) {
    if (set) out.append(" ").append(key);
  };
  count("delay", plan->delay_us, "us");
  count("progress", plan->progress);
  count("asks", plan->asks);
  count("first", plan->first);
  count("events", plan->events);
  count("event", plan->event);
  flag("thread", plan->thread);
  flag("fail", plan->fail);
  flag("hold", plan->hold);
  flag("together", plan->together);
  return out;
}

std::string seed_word(std::uint64_t seed) { return seed == 0 ? "" : " seed=" + hex(seed); }

std::string import_word(const std::string& name) { return " " + (name.empty() ? "*" : name); }

/// What comes after the first word: words, then `key=value` and flags in any order.
class WordReader {
 public:
  WordReader(const Schema& schema, std::string_view text) : schema_(schema) {
    while (!text.empty()) {
      const std::size_t begin = text.find_first_not_of(" \t");
      if (begin == std::string_view::npos) break;
      text.remove_prefix(begin);
      const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
      words_.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
  }

  Result<Step> read(Act act) {
    Step step;
    step.kind = Step::Kind::Act;
    step.action.act = act;
    FFICHECK_CHECK(positional(step));
    while (at_ < words_.size()) FFICHECK_CHECK(option(step, words_[at_++]));
    if (plan_words_) step.action.plan = pack_plan(plan_);
    FFICHECK_CHECK(check_action(step));
    return step;
  }

 private:
  static Error error(const std::string& message) {
    return input_error(message, {}, "see docs/completion.md, section 2");
  }

  Result<void> positional(Step& step) {
    Action& a = step.action;
    if (a.act == Act::Churn || a.act == Act::Perturb || a.act == Act::Pause) return {};
    FFICHECK_TRY(a.number, small(word()));
    switch (a.act) {
      case Act::Start:
        FFICHECK_CHECK(on(a, true));
        step.function = word();
        if (schema_.find(step.function) == nullptr)
          return error("the interface has no function `" + step.function + "`");
        return {};
      case Act::Host: FFICHECK_CHECK(import(step, false)); return way(a, kHostWays);
      case Act::Listen:
        FFICHECK_CHECK(on(a, false));
        FFICHECK_CHECK(import(step, true));
        return at_ < words_.size() ? way(a, kListenWays) : Result<void>();
      case Act::Forge: return way(a, kForgeWays);
      case Act::Release:
        if (at_ < words_.size() && words_[at_] == "backwards") {
          a.way = 1;
          ++at_;
        }
        return {};
      case Act::Create:
      case Act::Destroy:
      case Act::Await:
      case Act::Cancel:
      case Act::Unlisten:
      case Act::Churn:
      case Act::Perturb:
      case Act::Pause: break;
    }
    return {};
  }

  std::string word() { return at_ < words_.size() ? std::string(words_[at_++]) : std::string(); }

  /// "on 3" or "on 0..3".
  Result<void> on(Action& a, bool several) {
    if (word() != "on") return error("`on` and a context are missing");
    const std::string text = word();
    const std::size_t dots = text.find("..");
    FFICHECK_TRY(a.context, small(text.substr(0, dots)));
    if (dots == std::string::npos) return {};
    FFICHECK_TRY(const std::uint32_t last, small(text.substr(dots + 2)));
    if (!several || last < a.context) return error("`" + text + "` is no range of contexts");
    a.contexts = last - a.context + 1;
    return {};
  }

  Result<void> import(Step& step, bool any) {
    step.function = word();
    if (any && step.function == "*") return {};
    const auto& imports = schema_.imports();
    const bool there = std::any_of(imports.begin(), imports.end(), [&](const Function& f) {
      return f.name == step.function && is_event(schema_, f) == any;
    });
    if (there) return {};
    return error(std::string(any ? "the host hears no event `" : "the host has no function `") +
                 step.function + "`");
  }

  template <std::size_t n>
  Result<void> way(Action& a, const std::array<std::string_view, n>& names) {
    const std::string text = word();
    const auto found = std::find(names.begin(), names.end(), text);
    if (found == names.end()) return error("`" + text + "` is no way to behave here");
    a.way = static_cast<std::uint32_t>(found - names.begin());
    return {};
  }

  Result<void> option(Step& step, std::string_view word) {
    Action& a = step.action;
    const bool plans = a.act == Act::Create || a.act == Act::Start || a.act == Act::Churn;
    const std::size_t equals = word.find('=');
    const std::string_view key = word.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
    const auto is = [&](std::string_view name, bool allowed) { return allowed && key == name; };
    if (equals == std::string_view::npos) {
      if (is("late", a.act == Act::Start)) return set(a.late);
      if (is("thread", plans)) return planned(plan_.thread);
      if (is("fail", plans)) return planned(plan_.fail);
      if (is("hold", plans)) return planned(plan_.hold);
      if (is("together", plans)) return planned(plan_.together);
      return error("unexpected `" + std::string(word) + "`");
    }
    if (is("seed", plans || a.act == Act::Perturb)) return big(step.seed, value);
    if (is("plan", plans)) return big(a.plan, value);
    if (is("times", a.act == Act::Churn)) return big(step.count, value);
    if (is("callers", a.act == Act::Start || a.act == Act::Churn))
      return number(a.callers, value, kMostCallers);
    if (is("calls", a.act == Act::Start)) return number(a.calls, value, kMostCalls);
    if (is("us", a.act == Act::Host || a.act == Act::Pause))
      return number(a.us, value, kMostMicroseconds);
    if (is("delay", plans) && value.ends_with("us"))
      return planned(plan_.delay_us, value.substr(0, value.size() - 2), 0xFFFF);
    if (is("progress", plans)) return planned(plan_.progress, value, 3);
    if (is("asks", plans)) return planned(plan_.asks, value, 3);
    if (is("first", plans)) return planned(plan_.first, value, 7);
    if (is("events", plans)) return planned(plan_.events, value, 3);
    if (is("event", plans)) return planned(plan_.event, value, 7);
    return error("unexpected `" + std::string(word) + "`");
  }

  static Result<void> set(bool& flag) {
    flag = true;
    return {};
  }
  Result<void> planned(bool& flag) {
    plan_words_ = true;
    return set(flag);
  }
  Result<void> planned(std::uint32_t& field, std::string_view value, std::uint32_t most) {
    plan_words_ = true;
    return number(field, value, most);
  }
  static Result<void> big(std::uint64_t& out, std::string_view digits) {
    const bool is_hex = digits.starts_with("0x");
    const std::string whole(digits);
    if (is_hex) digits.remove_prefix(2);
    const char* const last = digits.data() + digits.size();
    const auto [end, failure] = std::from_chars(digits.data(), last, out, is_hex ? 16 : 10);
    if (digits.empty() || failure != std::errc() || end != last)
      return error("`" + whole + "` is no number of 64 bits");
    return {};
  }
  static Result<void> number(std::uint32_t& out, std::string_view digits, std::uint32_t most) {
    std::uint64_t value = 0;
    FFICHECK_CHECK(big(value, digits));
    if (value > most)
      return error(std::to_string(value) + " is too large: at most " + std::to_string(most));
    out = static_cast<std::uint32_t>(value);
    return {};
  }
  static Result<std::uint32_t> small(const std::string& digits) {
    std::uint32_t out = 0;
    FFICHECK_CHECK(number(out, digits, 1'000'000'000));
    return out;
  }

  const Schema& schema_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  TaskPlan plan_;
  bool plan_words_ = false;
};

}  // namespace

std::string_view act_name(Act act) { return kNames[static_cast<std::size_t>(act)]; }

std::optional<Act> find_act(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Act>(found - kNames.begin());
}

Result<void> check_action(const Step& step) {
  const Action& a = step.action;
  const bool host = a.act == Act::Host;
  const bool listens = a.act == Act::Listen;
  const std::size_t ways = host                    ? kHostWays.size()
                           : listens               ? kListenWays.size()
                           : a.act == Act::Forge   ? kForgeWays.size()
                           : a.act == Act::Release ? 2
                                                   : UINT32_MAX;
  if (a.way >= ways) return input_error("a way to behave that does not exist");
  if (a.contexts == 0 || a.contexts > kMostContexts || a.callers == 0 || a.callers > kMostCallers ||
      a.calls == 0 || a.calls > kMostCalls || a.us > kMostMicroseconds ||
      step.count > kMaxStepCount || std::uint64_t{a.callers} * a.calls > kMostCalls)
    return input_error("a count is 0 or too large");
  return {};
}

std::string print_action(const Step& step) {
  const Action& a = step.action;
  std::string out(act_name(a.act));
  const auto number = [](std::uint32_t n) { return " " + std::to_string(n); };
  switch (a.act) {
    case Act::Create: return out + number(a.number) + seed_word(step.seed) + plan_words(a.plan);
    case Act::Destroy:
    case Act::Await:
    case Act::Cancel:
    case Act::Unlisten: return out + number(a.number);
    case Act::Start:
      out += number(a.number) + " on" + number(a.context);
      if (a.contexts > 1) out += ".." + std::to_string(a.context + a.contexts - 1);
      out += " " + step.function + seed_word(step.seed);
      if (a.callers != 1) out += " callers=" + std::to_string(a.callers);
      if (a.calls != 1) out += " calls=" + std::to_string(a.calls);
      if (a.late) out += " late";
      return out + plan_words(a.plan);
    case Act::Host:
      out += number(a.number) + import_word(step.function) + " ";
      out += way_name(kHostWays, a.way);
      return a.us == 0 ? out : out + " us=" + std::to_string(a.us);
    case Act::Release: return out + number(a.number) + (a.way == 1 ? " backwards" : "");
    case Act::Listen:
      out += number(a.number) + " on" + number(a.context) + import_word(step.function);
      return a.way == 0 ? out : out + " " + std::string(way_name(kListenWays, a.way));
    case Act::Forge: return out + number(a.number) + " " + std::string(way_name(kForgeWays, a.way));
    case Act::Churn:
      out += " times=" + std::to_string(step.count) + seed_word(step.seed);
      if (a.callers != 1) out += " callers=" + std::to_string(a.callers);
      return out + plan_words(a.plan);
    case Act::Perturb: return out + " seed=" + hex(step.seed);
    case Act::Pause: return out + " us=" + std::to_string(a.us);
  }
  return out;
}

Result<Step> parse_action(const Schema& schema, Act act, std::string_view rest) {
  return WordReader(schema, rest).read(act);
}

}  // namespace fficheck

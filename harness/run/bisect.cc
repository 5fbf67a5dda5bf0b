#include "harness/run/bisect.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>
#include <string>
#include <utility>

namespace fficheck {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

void collect_ids(std::string_view text, std::set<std::uint32_t>& found) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != 'c' && text[i] != 'C') continue;
    if (i > 0 && is_alnum(text[i - 1])) continue;
    std::size_t end = i + 1;
    std::uint64_t number = 0;
    while (end < text.size() && is_digit(text[end]) && end - i <= 9)
      number = number * 10 + static_cast<std::uint64_t>(text[end++] - '0');
    if (end - i >= 4) found.insert(static_cast<std::uint32_t>(number));
  }
}

bool is_error_line(std::string_view line) {
  return line.find("error:") != std::string_view::npos ||
         line.find("undefined reference") != std::string_view::npos ||
         (line.find(".go:") != std::string_view::npos);
}

EntrySet intersection(const std::set<std::uint32_t>& found, const EntrySet& among) {
  EntrySet out;
  std::copy_if(among.begin(), among.end(), std::back_inserter(out),
               [&](std::uint32_t e) { return found.contains(e); });
  return out;
}

EntrySet without(const EntrySet& entries, const EntrySet& removed) {
  EntrySet out;
  std::set_difference(entries.begin(), entries.end(), removed.begin(), removed.end(),
                      std::back_inserter(out));
  return out;
}

class Bisector {
 public:
  Bisector(const BuildSubset& build, unsigned max_builds)
      : build_(build), max_builds_(max_builds) {}

  /// Precondition: a build of `entries` gave `failure`.
  Result<void> split(const EntrySet& entries, const BuildFailure& failure) {
    if (entries.size() == 1) {
      found_.culprits.push_back({entries[0], failure});
      return {};
    }
    if (found_.builds >= max_builds_) {
      found_.unresolved.push_back({entries, failure});
      return {};
    }
    EntrySet first = blamed_entries(failure.log, entries);
    if (first.empty() || first.size() == entries.size())
      first.assign(entries.begin(),
                   entries.begin() + static_cast<std::ptrdiff_t>((entries.size() + 1) / 2));
    const EntrySet second = without(entries, first);
    const std::size_t before = count();
    FFICHECK_CHECK(look(first));
    FFICHECK_CHECK(look(second));
    if (count() == before) found_.clashes.push_back({entries, failure});
    return {};
  }

  Bisection take() && {
    std::sort(found_.culprits.begin(), found_.culprits.end(),
              [](const Culprit& a, const Culprit& b) { return a.entry < b.entry; });
    return std::move(found_);
  }

 private:
  [[nodiscard]] std::size_t count() const {
    return found_.culprits.size() + found_.clashes.size() + found_.unresolved.size();
  }

  Result<void> look(const EntrySet& entries) {
    if (entries.empty()) return {};
    ++found_.builds;
    FFICHECK_TRY(const std::optional<BuildFailure> failure, build_(entries));
    if (!failure) return {};
    return split(entries, *failure);
  }

  const BuildSubset& build_;
  unsigned max_builds_;
  Bisection found_;
};

}  // namespace

std::string entry_id(std::uint32_t index) {
  char text[16];
  std::snprintf(text, sizeof text, "c%03u", index);
  return text;
}

EntrySet blamed_entries(std::string_view log, const EntrySet& among) {
  std::set<std::uint32_t> in_errors;
  std::set<std::uint32_t> anywhere;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    const std::string_view line = log.substr(at, end - at);
    collect_ids(line, anywhere);
    if (is_error_line(line)) collect_ids(line, in_errors);
    at = end + 1;
  }
  EntrySet blamed = intersection(in_errors, among);
  return blamed.empty() ? intersection(anywhere, among) : blamed;
}

Result<Bisection> bisect(const EntrySet& entries, const BuildFailure& failure,
                         const BuildSubset& build, unsigned max_builds) {
  Bisector bisector(build, max_builds);
  FFICHECK_CHECK(bisector.split(entries, failure));
  return std::move(bisector).take();
}

}  // namespace fficheck

#include "harness/core/names.h"

#include <algorithm>
#include <array>

#include "harness/core/text.h"

namespace fficheck {
namespace {

// The locale has no say in what WIT's grammar calls a letter.
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// Source: the Component Model's design/mvp/WIT.md, "Keywords", and the types' keywords.
constexpr auto kKeywords = std::to_array<std::string_view>({
    "as",       "async",     "bool",  "borrow", "char",   "constructor", "enum",    "error-context",
    "export",   "f32",       "f64",   "flags",  "from",   "func",        "future",  "import",
    "include",  "interface", "list",  "map",    "option", "own",         "package", "record",
    "resource", "result",    "s16",   "s32",    "s64",    "s8",          "static",  "stream",
    "string",   "tuple",     "type",  "u16",    "u32",    "u64",         "u8",      "use",
    "variant",  "with",      "world",
});

std::string joined(std::string_view name, char separator, char (*each)(char)) {
  std::string out;
  out.reserve(name.size());
  for (char c : name) out += c == '-' ? separator : each(c);
  return out;
}

}  // namespace

bool is_wit_label(std::string_view name) {
  if (name.empty() || name.size() > kMaxNameLength || is_digit(name.front())) return false;
  bool lower = false;
  bool upper = false;
  bool empty = true;
  for (char c : name) {
    if (c == '-') {
      if (empty) return false;
      lower = upper = false;
      empty = true;
      continue;
    }
    if (!is_lower(c) && !is_upper(c) && !is_digit(c)) return false;
    lower = lower || is_lower(c);
    upper = upper || is_upper(c);
    if (lower && upper) return false;
    empty = false;
  }
  return !empty;
}

bool is_wit_keyword(std::string_view name) {
  return std::find(kKeywords.begin(), kKeywords.end(), name) != kKeywords.end();
}

std::string shown(std::string_view text) {
  std::string out = "`";
  for (char c : text.substr(0, 64)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7f ? '?' : c;
  }
  return out + (text.size() > 64 ? "...`" : "`");
}

std::vector<std::string> words(std::string_view name) {
  std::vector<std::string> out(1);
  for (char c : name) {
    if (c == '-') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

std::string snake_case(std::string_view name) { return joined(name, '_', to_lower); }
std::string upper_snake_case(std::string_view name) { return joined(name, '_', to_upper); }

std::string pascal_case(std::string_view name) {
  std::string out;
  bool start = true;
  for (char c : name) {
    if (c == '-') {
      start = true;
      continue;
    }
    out += start ? to_upper(c) : to_lower(c);
    start = false;
  }
  return out;
}

std::string camel_case(std::string_view name) {
  std::string out = pascal_case(name);
  const std::size_t first = std::min(name.find('-'), out.size());
  std::transform(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(first), out.begin(),
                 to_lower);
  return out;
}

NameScope::NameScope(std::span<const std::string_view> reserved)
    : taken_(reserved.begin(), reserved.end()) {}

std::string NameScope::claim(std::string wanted) {
  if (taken_.insert(wanted).second) return wanted;
  std::string name = wanted + "_";
  for (unsigned n = 2; !taken_.insert(name).second; ++n) name = wanted + "_" + std::to_string(n);
  return name;
}

void NameScope::reserve(std::string name) { taken_.insert(std::move(name)); }

}  // namespace fficheck

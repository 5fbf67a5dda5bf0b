// first_difference: where two values of a type part.
#include <algorithm>

#include "harness/core/text.h"
#include "harness/core/value.h"

namespace fficheck {
namespace {

// The common start of two texts, in bytes.
std::size_t common(std::string_view a, std::string_view b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

// At most about 160 bytes around `at`, cut between characters.
std::string around(const std::string& text, std::size_t at) {
  constexpr std::size_t kMost = 160;
  if (text.size() <= kMost) return text;
  const auto boundary = [&](std::size_t i) {
    while (i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0) == 0x80) ++i;
    return std::min(i, text.size());
  };
  const std::size_t begin = boundary(at < kMost / 2 ? 0 : at - kMost / 2);
  const std::size_t end = boundary(begin + kMost);
  return (begin > 0 ? "..." : "") + text.substr(begin, end - begin) +
         (end < text.size() ? "..." : "") + " (" + std::to_string(text.size()) + " bytes)";
}

class Comparer {
 public:
  explicit Comparer(const Schema& schema) : schema_(schema) {}

  // Precondition: the values are not equal.
  Difference differ(TypeId id, const Value& expected, const Value& seen, std::string path) const {
    const Type& type = schema_.type(id);
    if (expected.is<Sequence>() && seen.is<Sequence>()) {
      const auto& left = expected.as<Sequence>();
      const auto& right = seen.as<Sequence>();
      for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
        if (equal(left[i], right[i])) continue;
        const Part& part = type.parts[type.kind == Kind::List ? 0 : i];
        const std::string number = std::to_string(i);
        path += type.kind == Kind::List ? "[" + number + "]"
                                        : "." + (part.name.empty() ? number : part.name);
        return differ(*part.type, left[i], right[i], std::move(path));
      }
    }
    if (expected.is<Choice>() && seen.is<Choice>()) {
      const auto& left = expected.as<Choice>();
      const auto& right = seen.as<Choice>();
      if (left.index == right.index && left.payload && right.payload) {
        const bool option = type.kind == Kind::Option;
        const Part& part = type.parts[option ? 0 : left.index];
        path += "." + (option                      ? std::string("some")
                       : type.kind == Kind::Result ? std::string(left.index == 0 ? "ok" : "err")
                                                   : part.name);
        return differ(*part.type, *left.payload, *right.payload, std::move(path));
      }
    }
    const std::string left = print_wave(schema_, id, expected);
    const std::string right = print_wave(schema_, id, seen);
    const std::size_t at = common(left, right);
    return {std::move(path), around(left, at), around(right, at)};
  }

 private:
  const Schema& schema_;
};

}  // namespace

std::optional<Difference> first_difference(const Schema& schema, TypeId type, const Value& expected,
                                           const Value& seen) {
  if (equal(expected, seen)) return std::nullopt;
  return Comparer(schema).differ(type, expected, seen, "");
}

}  // namespace fficheck

// The text of a case: docs/case-file.md.
#include "harness/core/case.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "harness/core/action_text.h"
#include "harness/core/names.h"
#include "harness/core/utf8.h"

namespace fficheck {
namespace {

constexpr std::string_view kFirstLine = "fficheck-case: 1";
constexpr std::string_view kSchemaLine = "--- schema ---";
constexpr std::string_view kScriptLine = "--- script ---";
constexpr std::string_view kEndLine = "--- end ---";

std::string hex(std::uint64_t value) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return {digits.data(), end.ptr};
}

// A header's value on one line: what is no printable text is escaped.
std::string header_value(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    char32_t c = 0;
    const std::size_t length = utf8_sequence(text.substr(i), &c);
    const bool edge_blank = text[i] == ' ' && (i == 0 || i + 1 == text.size());
    if (length == 0) {
      out += "\\x{" + hex(static_cast<unsigned char>(text[i])) + "}";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (edge_blank || c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029) {
      out += "\\u{" + hex(c) + "}";
    } else {
      out += text.substr(i, length);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::optional<std::string> unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == '\\' || text[i] == 'n') {
      out += text[i] == 'n' ? '\n' : '\\';
      continue;
    }
    const char kind = text[i];
    const std::size_t close = text.find('}', i);
    if ((kind != 'u' && kind != 'x') || close == std::string_view::npos || text[i + 1] != '{') {
      return std::nullopt;
    }
    std::uint32_t code = 0;
    const char* const last = text.data() + close;
    const auto [end, failure] = std::from_chars(text.data() + i + 2, last, code, 16);
    if (failure != std::errc() || end != last) return std::nullopt;
    if (kind == 'x' ? code > 0xFF : !is_scalar_value(code)) return std::nullopt;
    if (kind == 'x') {
      out += static_cast<char>(static_cast<unsigned char>(code));
    } else {
      append_utf8(out, code);
    }
    i = close;
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : rest_(text), file_(file) {}

  Result<Case> read() {
    FFICHECK_CHECK(expect_first_line());
    Case c;
    FFICHECK_CHECK(headers(c));
    FFICHECK_TRY(const std::string_view wit, schema_text());
    // Empty lines in front keep the line numbers of wit-parser's messages those of the file.
    FFICHECK_TRY(c.schema, parse_schema(std::string(schema_line_ - 1, '\n').append(wit), file_));
    FFICHECK_CHECK(script(c));
    while (next_line()) {
      if (!trimmed(line_).empty()) return error("text after `--- end ---`");
    }
    return c;
  }

 private:
  Error error(const std::string& message, std::string remedy = {}) const {
    return input_error(message, file_ + ":" + std::to_string(std::max<std::size_t>(number_, 1)),
                       std::move(remedy));
  }

  bool next_line() {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line_ = rest_.substr(0, end);
    line_start_ = line_.data();
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++number_;
    return true;
  }

  Error ended(std::string_view line) const {
    return error("the file ends before the line `" + std::string(line) + "`",
                 "it was cut off, or is no case file: see docs/case-file.md");
  }

  // The next line that is neither empty nor a comment.
  bool next_content() {
    while (next_line()) {
      line_ = trimmed(line_);
      if (!line_.empty() && line_.front() != '#') return true;
    }
    return false;
  }

  Result<void> expect_first_line() {
    if (rest_.size() > kMaxTextBytes) {
      return error("the file has more than " + std::to_string(kMaxTextBytes) + " bytes");
    }
    if (!next_content() || !line_.starts_with("fficheck-case:")) {
      return error("this is no case file", "its first line is `" + std::string(kFirstLine) + "`");
    }
    if (trimmed(line_.substr(line_.find(':') + 1)) != "1") {
      return error("unknown version of the case file", "this fficheck reads version 1");
    }
    return {};
  }

  Result<void> headers(Case& c) {
    std::vector<std::string_view> seen;
    while (next_content()) {
      if (line_ == kSchemaLine) return {};
      const std::size_t colon = line_.find(':');
      const std::string_view key = line_.substr(0, colon);
      std::string* const place = key == "target"     ? &c.target
                                 : key == "property" ? &c.property
                                 : key == "message"  ? &c.message
                                 : key == "origin"   ? &c.origin
                                                     : nullptr;
      if (colon == std::string_view::npos || place == nullptr) {
        return error("unknown header " + shown(line_),
                     "the headers are target, property, message and origin; the schema follows "
                     "the line `--- schema ---`");
      }
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
        return error("header " + shown(key) + " stands twice");
      }
      seen.push_back(key);
      auto value = unescaped(trimmed(line_.substr(colon + 1)));
      if (!value) {
        return error("bad escape in header " + shown(key),
                     "write \\\\, \\n, \\u{code} or \\x{byte}");
      }
      *place = std::move(*value);
    }
    return ended(kSchemaLine);
  }

  Result<std::string_view> schema_text() {
    schema_line_ = number_ + 1;
    const char* const begin = rest_.data();
    while (next_line()) {
      if (trimmed(line_) == kScriptLine) {
        return std::string_view(begin, static_cast<std::size_t>(line_.data() - begin));
      }
    }
    return ended(kScriptLine);
  }

  Result<void> script(Case& c) {
    while (next_content()) {
      if (line_ == kEndLine) return {};
      FFICHECK_TRY(Step step, this->step(c.schema));
      c.steps.push_back(std::move(step));
    }
    return ended(kEndLine);
  }

  Result<Step> step(const Schema& schema) {
    const std::size_t blank = std::min(line_.find(' '), line_.size());
    const std::string_view verb = line_.substr(0, blank);
    const std::string_view rest = trimmed(line_.substr(blank));
    Step step;
    if (verb == "call" || verb == "repeat") {
      step.kind = verb == "call" ? Step::Kind::Call : Step::Kind::Repeat;
      FFICHECK_TRY(ParsedCall call,
                   parse_call(schema, rest, file_ + ":" + std::to_string(number_),
                              static_cast<std::size_t>(rest.data() - line_start_) + 1));
      step.function = qualified_name(schema, *call.function);
      step.args = std::move(call.args);
      return step;
    }
    if (verb == "bulk") {
      step.kind = Step::Kind::Bulk;
      FFICHECK_CHECK(bulk(schema, rest, step));
      return step;
    }
    if (verb == "cycle") {
      step.kind = Step::Kind::Cycle;
      FFICHECK_TRY(step.count, count(rest));
      return step;
    }
    if (const std::optional<Act> act = find_act(verb)) {
      Result<Step> read = parse_action(schema, *act, rest);
      if (!read.ok()) return error(read.error().message, read.error().remedy);
      return read;
    }
    return error("unknown step " + shown(verb),
                 "a step is call, repeat, bulk, cycle, or one of docs/completion.md");
  }

  Result<void> bulk(const Schema& schema, std::string_view rest, Step& step) {
    const std::size_t blank = std::min(rest.find(' '), rest.size());
    const std::string_view name = rest.substr(0, blank);
    if (schema.find(name) == nullptr) {
      return error("the interface has no function " + shown(name));
    }
    step.function = name;
    bool seed = false;
    bool counted = false;
    std::string_view words = trimmed(rest.substr(blank));
    while (!words.empty()) {
      const std::size_t end = std::min(words.find(' '), words.size());
      const std::string_view word = words.substr(0, end);
      words = trimmed(words.substr(end));
      if (word.starts_with("seed=") && !seed) {
        FFICHECK_TRY(step.seed, number(word.substr(5)));
        seed = true;
      } else if (word.starts_with("count=") && !counted) {
        FFICHECK_TRY(step.count, count(word.substr(6)));
        counted = true;
      } else {
        return error("unexpected " + shown(word), "write `bulk FUNCTION seed=0x1 count=1000`");
      }
    }
    if (!seed || !counted) {
      return error(std::string(seed ? "count" : "seed") + " is missing",
                   "write `bulk FUNCTION seed=0x1 count=1000`");
    }
    return {};
  }

  Result<std::uint64_t> number(std::string_view digits) const {
    const std::string_view whole = digits;
    const bool is_hex = digits.starts_with("0x");
    if (is_hex) digits.remove_prefix(2);
    std::uint64_t value = 0;
    const char* const last = digits.data() + digits.size();
    const auto [end, failure] = std::from_chars(digits.data(), last, value, is_hex ? 16 : 10);
    if (failure == std::errc::result_out_of_range) {
      return error(shown(whole) + " does not fit 64 bits");
    }
    if (failure != std::errc() || end != last) {
      return error(shown(whole) + " is no number", "write digits, or 0x and hexadecimal digits");
    }
    return value;
  }

  Result<std::uint64_t> count(std::string_view digits) const {
    FFICHECK_TRY(const std::uint64_t value, number(digits));
    if (value > kMaxStepCount) {
      return error("a count of " + std::to_string(value) + " is too large",
                   "at most " + std::to_string(kMaxStepCount));
    }
    return value;
  }

  std::string_view rest_;
  const std::string& file_;
  std::string_view line_;
  const char* line_start_ = nullptr;
  std::size_t number_ = 0;       ///< of line_, from 1
  std::size_t schema_line_ = 1;  ///< where the WIT starts
};

}  // namespace

std::string print_step(const Schema& schema, const Step& step) {
  const auto call = [&] {
    const Function* const function = schema.find(step.function);
    return function == nullptr ? step.function + "()" : print_call(schema, *function, step.args);
  };
  switch (step.kind) {
    case Step::Kind::Call: return "call " + call();
    case Step::Kind::Repeat: return "repeat " + call();
    case Step::Kind::Bulk:
      return "bulk " + step.function + " seed=0x" + hex(step.seed) +
             " count=" + std::to_string(step.count);
    case Step::Kind::Cycle: return "cycle " + std::to_string(step.count);
    case Step::Kind::Act: return print_action(step);
  }
  return {};
}

std::string print_case(const Case& c) {
  std::string out(kFirstLine);
  out += '\n';
  const auto header = [&](std::string_view key, const std::string& value) {
    if (!value.empty()) out.append(key).append(": ").append(header_value(value)).append("\n");
  };
  header("target", c.target);
  header("property", c.property);
  header("message", c.message);
  header("origin", c.origin);
  out.append(kSchemaLine).append("\n").append(print_wit(c.schema)).append(kScriptLine).append("\n");
  for (const Step& step : c.steps) out += print_step(c.schema, step) + '\n';
  return out.append(kEndLine).append("\n");
}

Result<Case> parse_case(std::string_view text, const std::string& file) {
  return Reader(text, file).read();
}

}  // namespace fficheck

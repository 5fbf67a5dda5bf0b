#include "harness/core/bridge.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "harness/bridge/bridge.h"
#include "harness/core/text.h"

namespace fficheck::bridge {
namespace {

class Answer {
 public:
  explicit Answer(FficheckAnswer answer) : answer_(answer) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  ~Answer() { fficheck_bridge_free(answer_); }

  [[nodiscard]] bool ok() const { return answer_.ok != 0; }
  /// The answer's JSON; null where it is none, which only a defect of the bridge can bring about.
  [[nodiscard]] nlohmann::json json() const {
    auto parsed = nlohmann::json::parse(answer_.data, answer_.data + answer_.size, nullptr, false);
    return parsed.is_discarded() ? nlohmann::json() : parsed;
  }
  [[nodiscard]] std::string_view bytes() const { return {answer_.data, answer_.size}; }

 private:
  FficheckAnswer answer_;
};

FficheckLimits limits(std::size_t bytes) {
  return {bytes, kMaxNesting, kMaxNameLength, kMaxDefinitions};
}

// Messages quote what they refuse, which may be long or hold anything.
std::string one_line(std::string text) {
  constexpr std::size_t kMost = 300;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  if (text.size() <= kMost) return text;
  std::size_t end = kMost;  // not within a character
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

std::string member(const nlohmann::json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<nlohmann::json> wit_answer(const Answer& answer) {
  nlohmann::json json = answer.json();
  if (answer.ok()) return json;
  std::string message = one_line(member(json, "message"));
  const bool missing =
      message.starts_with("package '") && message.find("not found") != message.npos;
  return input_error(
      std::move(message), member(json, "where"),
      missing ? "put the package under deps/ of the WIT directory and name that" : "");
}

std::optional<WaveFailure> wave_answer(const Answer& answer, nlohmann::json& out) {
  nlohmann::json json = answer.json();
  if (answer.ok()) {
    out = std::move(json);
    return std::nullopt;
  }
  WaveFailure failure{one_line(member(json, "message")), 0};
  if (json.is_object() && json.contains("at") && json["at"].is_number_unsigned()) {
    failure.at = json["at"].get<std::size_t>();
  }
  return failure;
}

}  // namespace

Result<nlohmann::json> parse_wit(std::string_view text, std::string_view file) {
  return wit_answer(Answer(fficheck_bridge_parse_wit(text.data(), text.size(), file.data(),
                                                     file.size(), limits(kMaxWitBytes))));
}

Result<nlohmann::json> parse_wit_path(std::string_view path) {
  return wit_answer(
      Answer(fficheck_bridge_parse_wit_path(path.data(), path.size(), limits(kMaxWitBytes))));
}

std::optional<WaveFailure> parse_wave(std::string_view text, nlohmann::json& out) {
  return wave_answer(
      Answer(fficheck_bridge_parse_wave(text.data(), text.size(), limits(kMaxTextBytes))), out);
}

std::optional<WaveFailure> parse_wave_call(std::string_view text, nlohmann::json& out) {
  return wave_answer(
      Answer(fficheck_bridge_parse_wave_call(text.data(), text.size(), limits(kMaxTextBytes))),
      out);
}

Result<std::vector<std::uint8_t>> componentize(std::span<const std::uint8_t> module,
                                               std::string_view wit, std::string_view world,
                                               int string_encoding) {
  const Answer answer(fficheck_bridge_componentize(module.data(), module.size(), wit.data(),
                                                   wit.size(), world.data(), world.size(),
                                                   string_encoding));
  if (!answer.ok()) return input_error("component: " + one_line(member(answer.json(), "message")));
  const std::string_view bytes = answer.bytes();
  return std::vector<std::uint8_t>(bytes.begin(), bytes.end());
}

}  // namespace fficheck::bridge

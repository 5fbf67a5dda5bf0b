#include "reports/json_reading.h"

#include <nlohmann/json.hpp>

#include "harness/run/files.h"

namespace fficheck::reports {

using nlohmann::json;

Result<json> read_object(const std::filesystem::path& file) {
  FFICHECK_TRY(const std::string text, read_file(file, 1U << 30));
  json object = json::parse(text, nullptr, false);
  if (object.is_discarded()) return input_error("not JSON", file.string());
  if (!object.is_object()) return input_error("not a JSON object", file.string());
  return object;
}

Facts facts_of(const json& object) {
  Facts out;
  if (!object.is_object()) return out;
  for (const auto& [key, value] : object.items()) {
    if (value.is_string())
      out[key] = value.get<std::string>();
    else if (value.is_number() || value.is_boolean())
      out[key] = value.dump();
  }
  return out;
}

Facts environment_of(const json& object) {
  for (const char* key : {"environment", "context"})
    if (const auto found = object.find(key); found != object.end()) return facts_of(*found);
  return {};
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? std::string() : found->get<std::string>();
}

std::optional<double> number_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return found->get<double>();
}

std::vector<std::string> texts_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  return found->get<std::vector<std::string>>();
}

}  // namespace fficheck::reports

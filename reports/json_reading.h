// What the readers share: JSON whose text others wrote, read with errors as values.
#pragma once

#include <exception>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/result.h"
#include "reports/model.h"

namespace fficheck::reports {

/// The object in a file of at most 1 GiB.
[[nodiscard]] Result<nlohmann::json> read_object(const std::filesystem::path& file);

/// Runs `read`, which may throw what nlohmann throws; that becomes an input error about the file.
template <class Read>
auto reading(const std::filesystem::path& file, const std::string& what, Read&& read)
    -> Result<decltype(read())> {
  try {
    return std::forward<Read>(read)();
  } catch (const std::exception& e) {
    return input_error("not " + what + ": " + e.what(), file.string());
  }
}

/// Members of an object that are strings, numbers or truth values, as text. Anything else: none.
[[nodiscard]] Facts facts_of(const nlohmann::json& object);
/// The object's `environment`, or else its `context`.
[[nodiscard]] Facts environment_of(const nlohmann::json& object);
/// A member that may be absent or null.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* key);
[[nodiscard]] std::optional<double> number_of(const nlohmann::json& object, const char* key);
[[nodiscard]] std::vector<std::string> texts_of(const nlohmann::json& object, const char* key);

}  // namespace fficheck::reports

// The bridge's C functions (harness/bridge/bridge.h) as C++: answers owned, errors as values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/core/result.h"

namespace fficheck::bridge {

/// What a parser of WAVE found wrong: the byte of the text, and a message of one line.
struct WaveFailure {
  std::string message;
  std::size_t at = 0;
};

/// As fficheck_bridge_parse_wit and fficheck_bridge_parse_wit_path.
[[nodiscard]] Result<nlohmann::json> parse_wit(std::string_view text, std::string_view file);
[[nodiscard]] Result<nlohmann::json> parse_wit_path(std::string_view path);
/// As fficheck_bridge_parse_wave and fficheck_bridge_parse_wave_call; `out` is set where they
/// succeed.
[[nodiscard]] std::optional<WaveFailure> parse_wave(std::string_view text, nlohmann::json& out);
[[nodiscard]] std::optional<WaveFailure> parse_wave_call(std::string_view text,
                                                         nlohmann::json& out);

/// As fficheck_bridge_componentize; encodings count as StringEncoding does.
[[nodiscard]] Result<std::vector<std::uint8_t>> componentize(std::span<const std::uint8_t> module,
                                                             std::string_view wit,
                                                             std::string_view world,
                                                             int string_encoding);

}  // namespace fficheck::bridge

// The sections of a core module's binary, as far as this directory reads and changes them. Source:
// WebAssembly's core specification, "Binary Format".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fficheck::sections {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

inline constexpr std::size_t kHeader = 8;  ///< magic and version

enum Section : std::uint8_t {
  kType = 1,
  kImport = 2,
  kFunction = 3,
  kMemory = 5,
  kGlobal = 6,
  kExports = 7,
  kCode = 10,
  kData = 11
};

/// Reads a module's bytes; past the end everything is 0 and `failed` is set.
struct Reader {
  View bytes;
  std::size_t at = 0;
  bool failed = false;

  std::uint8_t byte();
  std::uint32_t number();
  View take(std::size_t size);
  std::string_view name();
};

void put(Bytes& out, std::uint64_t number);
void put(Bytes& out, View bytes);
void put_name(Bytes& out, std::string_view name);

struct Module {
  struct Part {
    std::uint8_t id = 0;
    View payload;
  };
  std::vector<Part> parts;

  [[nodiscard]] std::uint32_t count(std::uint8_t id) const;
  [[nodiscard]] std::optional<View> payload(std::uint8_t id) const;
};

/// Absent where the bytes are no module, or no component.
[[nodiscard]] std::optional<Module> parse(View bytes);
/// How many functions are imported; absent where anything else is imported too.
[[nodiscard]] std::optional<std::uint32_t> imported_functions(const Module& module);
/// A section with one item more at its end.
[[nodiscard]] Bytes with_item(View payload, View item);
/// Appends a section.
void put_section(Bytes& out, std::uint8_t id, View payload);

}  // namespace fficheck::sections

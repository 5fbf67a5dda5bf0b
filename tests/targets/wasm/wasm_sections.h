// Names and types of a core module's functions, read from its sections, for tests.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fficheck::testing {

/// "(i32, i64) -> (i32)" of every exported and imported function; imports as "module/ name".
struct WasmFunctions {
  std::map<std::string, std::string> exports;
  std::map<std::string, std::string> imports;
  bool exports_memory = false;
};

class WasmReader {
 public:
  explicit WasmReader(std::string_view bytes) : bytes_(bytes) {}

  WasmFunctions read() {
    at_ = 8;
    while (at_ < bytes_.size()) {
      const std::uint8_t id = byte();
      const std::size_t size = number();
      const std::size_t stop = at_ + size;
      if (id == 1) types();
      if (id == 2) imports();
      if (id == 3) functions();
      if (id == 7) exports();
      at_ = stop;
    }
    return out_;
  }

 private:
  std::uint8_t byte() { return static_cast<std::uint8_t>(bytes_.at(at_++)); }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t b = byte();
      value |= static_cast<std::uint32_t>(b & 0x7F) << shift;
      if (b < 0x80) return value;
    }
  }
  std::string name() {
    const std::uint32_t size = number();
    at_ += size;
    return std::string(bytes_.substr(at_ - size, size));
  }
  std::string values() {
    std::string text = "(";
    for (std::uint32_t i = 0, n = number(); i < n; ++i) {
      const std::uint8_t type = byte();
      text += (i ? ", " : "");
      text += type == 0x7F ? "i32" : type == 0x7E ? "i64" : type == 0x7D ? "f32" : "f64";
    }
    return text + ")";
  }
  void types() {
    for (std::uint32_t i = 0, n = number(); i < n; ++i) {
      byte();
      const std::string params = values();
      types_.push_back(params + " -> " + values());
    }
  }
  void imports() {
    for (std::uint32_t i = 0, n = number(); i < n; ++i) {
      const std::string module = name();
      const std::string field = name();
      byte();  // only functions are imported
      functions_.push_back(types_.at(number()));
      out_.imports[module + "/ " + field] = functions_.back();
    }
  }
  void functions() {
    for (std::uint32_t i = 0, n = number(); i < n; ++i) functions_.push_back(types_.at(number()));
  }
  void exports() {
    for (std::uint32_t i = 0, n = number(); i < n; ++i) {
      const std::string field = name();
      const std::uint8_t kind = byte();
      const std::uint32_t index = number();
      if (kind == 0) out_.exports[field] = functions_.at(index);
      if (kind == 2) out_.exports_memory = true;
    }
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::vector<std::string> types_;
  std::vector<std::string> functions_;
  WasmFunctions out_;
};

}  // namespace fficheck::testing

#include "targets/wasm/adapter_memory.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace fficheck {
namespace {

using Bytes = std::vector<std::uint8_t>;
using View = std::span<const std::uint8_t>;

/// The first bytes of adapterMemory, and how many follow.
constexpr std::array<std::uint8_t, 16> kMarker = {0x3B, 0x85, 0xA7, 0xD1, 0x4B, 0x2F, 0x9E, 0x6C,
                                                  0x4D, 0xF6, 0xC1, 0x7A, 0xD2, 0xE8, 0x35, 0x9B};
constexpr std::uint32_t kAdapterBytes = 4 << 16;
constexpr std::string_view kExport = "cabi_realloc_adapter";
constexpr std::size_t kHeader = 8;  ///< magic and version

enum Section : std::uint8_t {
  kType = 1,
  kImport = 2,
  kFunction = 3,
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

  std::uint8_t byte() {
    if (at < bytes.size()) return bytes[at++];
    failed = true;
    return 0;
  }
  std::uint32_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      const std::uint8_t b = byte();
      value |= std::uint64_t{b & 0x7Fu} << shift;
      if (b < 0x80) return static_cast<std::uint32_t>(value);
    }
    failed = true;
    return 0;
  }
  View take(std::size_t size) {
    if (size > bytes.size() - at) {
      failed = true;
      return {};
    }
    at += size;
    return bytes.subspan(at - size, size);
  }
};

void put(Bytes& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7)
    out.push_back(static_cast<std::uint8_t>((number & 0x7F) | 0x80));
  out.push_back(static_cast<std::uint8_t>(number));
}
void put(Bytes& out, View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

/// i32.const of an address: signed, so that the highest bit of the last byte's seven stays 0.
void put_const(Bytes& out, std::uint32_t address) {
  out.push_back(0x41);
  std::uint32_t rest = address;
  for (; rest >= 0x40; rest >>= 7) out.push_back(static_cast<std::uint8_t>((rest & 0x7F) | 0x80));
  out.push_back(static_cast<std::uint8_t>(rest));
}

/// The import section with what Go's runtime calls wherever it allocates from the bridge's adapter
/// that does not leave the component.
Bytes quiet_imports(View payload) {
  constexpr std::string_view kQuiet = "fficheck_quiet";
  Reader in{payload};
  const std::uint32_t count = in.number();
  Bytes out;
  put(out, count);
  for (std::uint32_t i = 0; i < count && !in.failed; ++i) {
    const View module = in.take(in.number());
    const View field = in.take(in.number());
    const std::string_view name(reinterpret_cast<const char*>(field.data()), field.size());
    const std::string_view from(reinterpret_cast<const char*>(module.data()), module.size());
    const bool quiet =
        from == "wasi_snapshot_preview1" && (name == "clock_time_get" || name == "sched_yield");
    const std::string_view home = quiet ? kQuiet : from;
    put(out, home.size());
    out.insert(out.end(), home.begin(), home.end());
    put(out, field.size());
    put(out, field);
    out.push_back(in.byte());  // a function: imported_functions has seen to that
    put(out, in.number());
  }
  return out;
}

struct Module {
  struct Part {
    std::uint8_t id = 0;
    View payload;
  };
  std::vector<Part> parts;

  [[nodiscard]] std::uint32_t count(std::uint8_t id) const {
    for (const Part& part : parts)
      if (part.id == id) return Reader{part.payload}.number();
    return 0;
  }
  [[nodiscard]] std::optional<View> payload(std::uint8_t id) const {
    for (const Part& part : parts)
      if (part.id == id) return part.payload;
    return std::nullopt;
  }
};

std::optional<Module> parse(View bytes) {
  Module module;
  Reader in{bytes, kHeader};
  while (in.at < bytes.size()) {
    const std::uint8_t id = in.byte();
    module.parts.push_back({id, in.take(in.number())});
    if (in.failed) return std::nullopt;
  }
  return module;
}

/// Address of the memory behind the marker, in the active data segments.
std::optional<std::uint32_t> find_memory(const Module& module) {
  const auto data = module.payload(kData);
  if (!data) return std::nullopt;
  Reader in{*data};
  for (std::uint32_t left = in.number(); left != 0 && !in.failed; --left) {
    if (in.number() != 0 || in.byte() != 0x41) return std::nullopt;  // Go's are all active
    const std::uint32_t address = in.number();
    (void)in.byte();
    const View segment = in.take(in.number());
    const auto at = std::search(segment.begin(), segment.end(), kMarker.begin(), kMarker.end());
    if (at != segment.end())
      return static_cast<std::uint32_t>(address + static_cast<std::uint64_t>(at - segment.begin()) +
                                        kMarker.size());
  }
  return std::nullopt;
}

/// Imported functions; absent where anything else is imported too.
std::optional<std::uint32_t> imported_functions(const Module& module) {
  const auto imports = module.payload(kImport);
  if (!imports) return 0;
  Reader in{*imports};
  const std::uint32_t count = in.number();
  for (std::uint32_t i = 0; i < count; ++i) {
    (void)in.take(in.number());
    (void)in.take(in.number());
    if (in.byte() != 0) return std::nullopt;
    (void)in.number();
  }
  if (in.failed) return std::nullopt;
  return count;
}

/// (old, old size, align, size) -> address: never frees, traps when all is handed out.
Bytes realloc_body(std::uint32_t global, std::uint32_t end) {
  Bytes code = {0x01, 0x01, 0x7F};  // one more local: 4
  const auto get = [&] { code.push_back(0x23), put(code, global); };
  const auto add = [&](std::initializer_list<std::uint8_t> bytes) {
    code.insert(code.end(), bytes);
  };
  get();
  add({0x20, 2, 0x6A, 0x41, 1, 0x6B});           // + align - 1
  add({0x41, 0, 0x20, 2, 0x6B, 0x71, 0x22, 4});  // & -align; kept
  add({0x20, 3, 0x6A, 0x24});                    // + size
  put(code, global);
  get();
  put_const(code, end);
  add({0x4B, 0x04, 0x40, 0x00, 0x0B});  // beyond the end: unreachable
  add({0x20, 4, 0x0B});
  Bytes out;
  put(out, code.size());
  put(out, View(code));
  return out;
}

}  // namespace

Result<std::vector<std::uint8_t>> with_adapter_memory(View bytes) {
  Bytes same(bytes.begin(), bytes.end());
  if (bytes.size() < kHeader) return input_error("not a module: too short");
  const std::optional<Module> module = parse(bytes);
  if (!module) return input_error("not a module: its sections cannot be read");
  const std::optional<std::uint32_t> memory = find_memory(*module);
  const std::optional<std::uint32_t> imported = imported_functions(*module);
  if (!memory || !imported) return same;

  const std::uint32_t type = module->count(kType);
  const std::uint32_t function = *imported + module->count(kFunction);
  const std::uint32_t global = module->count(kGlobal);
  Bytes out(bytes.begin(), bytes.begin() + kHeader);
  for (const Module::Part& part : module->parts) {
    Bytes more;
    switch (part.id) {
      case kType: more = {0x60, 4, 0x7F, 0x7F, 0x7F, 0x7F, 1, 0x7F}; break;
      case kFunction: put(more, type); break;
      case kGlobal:
        more = {0x7F, 1};
        put_const(more, *memory);
        more.push_back(0x0B);
        break;
      case kExports:
        put(more, kExport.size());
        more.insert(more.end(), kExport.begin(), kExport.end());
        more.push_back(0);
        put(more, function);
        break;
      case kCode: more = realloc_body(global, *memory + kAdapterBytes); break;
      default: break;
    }
    Bytes payload;
    if (part.id == kImport) {
      payload = quiet_imports(part.payload);
    } else if (more.empty()) {
      put(payload, part.payload);
    } else {
      Reader in{part.payload};
      put(payload, in.number() + std::uint64_t{1});
      put(payload, part.payload.subspan(in.at));
      put(payload, View(more));
    }
    out.push_back(part.id);
    put(out, payload.size());
    put(out, View(payload));
  }
  return out;
}

}  // namespace fficheck

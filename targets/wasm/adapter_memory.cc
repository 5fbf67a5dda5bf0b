#include "targets/wasm/adapter_memory.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "targets/wasm/module_sections.h"

namespace fficheck {
namespace {

using namespace sections;

/// The first bytes of adapterMemory, and how many follow.
constexpr std::array<std::uint8_t, 16> kMarker = {0x3B, 0x85, 0xA7, 0xD1, 0x4B, 0x2F, 0x9E, 0x6C,
                                                  0x4D, 0xF6, 0xC1, 0x7A, 0xD2, 0xE8, 0x35, 0x9B};
constexpr std::uint32_t kAdapterBytes = 4 << 16;
constexpr std::string_view kExport = "cabi_realloc_adapter";

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
  Reader in{payload};
  const std::uint32_t count = in.number();
  Bytes out;
  put(out, count);
  for (std::uint32_t i = 0; i < count && !in.failed; ++i) {
    const std::string_view from = in.name();
    const std::string_view name = in.name();
    const bool quiet =
        from == "wasi_snapshot_preview1" && (name == "clock_time_get" || name == "sched_yield");
    put_name(out, quiet ? kQuietModule : from);
    put_name(out, name);
    out.push_back(in.byte());  // a function: imported_functions has seen to that
    put(out, in.number());
  }
  return out;
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

bool has_export(View payload, std::string_view name) {
  Reader in{payload};
  for (std::uint32_t left = in.number(); left != 0 && !in.failed; --left) {
    if (in.name() == name) return true;
    (void)in.byte();
    (void)in.number();
  }
  return false;
}

/// Indices of the mutable globals; absent where one is no number, or cannot be read.
std::optional<std::vector<std::uint32_t>> mutable_globals(View payload) {
  std::vector<std::uint32_t> out;
  Reader in{payload};
  const std::uint32_t count = in.number();
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint8_t type = in.byte();
    if (type < 0x7C) return std::nullopt;  // i32, i64, f32, f64 are 0x7F down to 0x7C
    if (in.byte() == 1) out.push_back(i);
    const std::uint8_t op = in.byte();
    switch (op) {  // one constant
      case 0x41:
      case 0x42:
        while ((in.byte() & 0x80) != 0 && !in.failed) {
        }
        break;
      case 0x43: (void)in.take(4); break;
      case 0x44: (void)in.take(8); break;
      default: return std::nullopt;
    }
    if (in.byte() != 0x0B || in.failed) return std::nullopt;
  }
  return out;
}

}  // namespace

Result<std::vector<std::uint8_t>> with_adapter_memory(View bytes) {
  Bytes same(bytes.begin(), bytes.end());
  const std::optional<Module> module = parse(bytes);
  if (!module) return input_error("not a module: its sections cannot be read");
  const std::optional<std::uint32_t> memory = find_memory(*module);
  const std::optional<std::uint32_t> imported = imported_functions(*module);
  if (!memory || !imported) return same;
  if (has_export(module->payload(kExports).value_or(View()), kExport)) return same;  // done before

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
        put_name(more, kExport);
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
      payload = with_item(part.payload, more);
    }
    put_section(out, part.id, payload);
  }
  return out;
}

std::string exported_global(std::size_t number) {
  return "fficheck:global:" + std::to_string(number);
}

std::vector<std::uint8_t> with_exported_globals(View bytes) {
  Bytes same(bytes.begin(), bytes.end());
  const std::optional<Module> module = parse(bytes);
  if (!module || !imported_functions(*module)) return same;
  const auto globals = module->payload(kGlobal);
  const auto exports = module->payload(kExports);
  if (!globals || !exports || !has_export(*exports, "_initialize")) return same;
  const auto changing = mutable_globals(*globals);
  if (!changing) return same;

  Bytes out(bytes.begin(), bytes.begin() + kHeader);
  for (const Module::Part& part : module->parts) {
    Bytes payload(part.payload.begin(), part.payload.end());
    for (std::size_t i = 0; part.id == kExports && i < changing->size(); ++i) {
      Bytes item;
      put_name(item, exported_global(i));
      item.push_back(3);
      put(item, (*changing)[i]);
      payload = with_item(payload, item);
    }
    put_section(out, part.id, payload);
  }
  return out;
}

}  // namespace fficheck

#include "targets/wasm/module_sections.h"

namespace fficheck::sections {

std::uint8_t Reader::byte() {
  if (at < bytes.size()) return bytes[at++];
  failed = true;
  return 0;
}

std::uint32_t Reader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 35; shift += 7) {
    const std::uint8_t b = byte();
    value |= std::uint64_t{b & 0x7Fu} << shift;
    if (b < 0x80) return static_cast<std::uint32_t>(value);
  }
  failed = true;
  return 0;
}

View Reader::take(std::size_t size) {
  if (size > bytes.size() - at) {
    failed = true;
    return {};
  }
  at += size;
  return bytes.subspan(at - size, size);
}

std::string_view Reader::name() {
  const View text = take(number());
  return {reinterpret_cast<const char*>(text.data()), text.size()};
}

void put(Bytes& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7)
    out.push_back(static_cast<std::uint8_t>((number & 0x7F) | 0x80));
  out.push_back(static_cast<std::uint8_t>(number));
}

void put(Bytes& out, View bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

void put_name(Bytes& out, std::string_view name) {
  put(out, name.size());
  out.insert(out.end(), name.begin(), name.end());
}

std::uint32_t Module::count(std::uint8_t id) const {
  const auto found = payload(id);
  return found ? Reader{*found}.number() : 0;
}

std::optional<View> Module::payload(std::uint8_t id) const {
  for (const Part& part : parts)
    if (part.id == id) return part.payload;
  return std::nullopt;
}

std::optional<Module> parse(View bytes) {
  if (bytes.size() < kHeader) return std::nullopt;
  Module module;
  Reader in{bytes, kHeader};
  while (in.at < bytes.size()) {
    const std::uint8_t id = in.byte();
    module.parts.push_back({id, in.take(in.number())});
    if (in.failed) return std::nullopt;
  }
  return module;
}

std::optional<std::uint32_t> imported_functions(const Module& module) {
  const auto imports = module.payload(kImport);
  if (!imports) return 0;
  Reader in{*imports};
  const std::uint32_t count = in.number();
  for (std::uint32_t i = 0; i < count; ++i) {
    (void)in.name();
    (void)in.name();
    if (in.byte() != 0) return std::nullopt;
    (void)in.number();
  }
  if (in.failed) return std::nullopt;
  return count;
}

Bytes with_item(View payload, View item) {
  Reader in{payload};
  Bytes out;
  put(out, in.number() + std::uint64_t{1});
  put(out, payload.subspan(in.at));
  put(out, item);
  return out;
}

void put_section(Bytes& out, std::uint8_t id, View payload) {
  out.push_back(id);
  put(out, payload.size());
  put(out, payload);
}

}  // namespace fficheck::sections

#include "targets/wasm/component_value.h"

#include <bit>
#include <cstring>

#include "targets/wasm/choice.h"
#include "targets/wasm/nan.h"

namespace fficheck {
namespace {

using HostResourcePtr = std::unique_ptr<wasmtime_component_resource_host_t,
                                        Deleter<wasmtime_component_resource_host_delete>>;

wasm_name_t name_of(const std::string& text) {
  wasm_name_t out;
  wasm_byte_vec_new(&out, text.size(), text.data());
  return out;
}

bool same(const wasm_name_t& name, const std::string& text) {
  return name.size == text.size() && std::memcmp(name.data, text.data(), name.size) == 0;
}

std::uint32_t index_of(const Type& type, const wasm_name_t& name) {
  for (std::uint32_t i = 0; i < type.parts.size(); ++i)
    if (same(name, type.parts[i].name)) return i;
  return 0;
}

/// A value on wasmtime's heap, for payloads.
wasmtime_component_val_t* boxed(const Schema& schema, TypeId id, const Value& value,
                                HostResources& resources) {
  wasmtime_component_val_t inner{};
  to_component(schema, id, value, resources, &inner);
  return wasmtime_component_val_new(&inner);
}

void sequence_to_component(const Schema& schema, const Type& type, const Sequence& parts,
                           HostResources& resources, wasmtime_component_val_t* out) {
  if (type.kind == Kind::List) {
    out->kind = WASMTIME_COMPONENT_LIST;
    wasmtime_component_vallist_new_uninit(&out->of.list, parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      out->of.list.data[i] = {};
      to_component(schema, *type.parts[0].type, parts[i], resources, &out->of.list.data[i]);
    }
  } else if (type.kind == Kind::Tuple) {
    out->kind = WASMTIME_COMPONENT_TUPLE;
    wasmtime_component_valtuple_new_uninit(&out->of.tuple, parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      out->of.tuple.data[i] = {};
      to_component(schema, *type.parts[i].type, parts[i], resources, &out->of.tuple.data[i]);
    }
  } else {
    out->kind = WASMTIME_COMPONENT_RECORD;
    wasmtime_component_valrecord_new_uninit(&out->of.record, parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      wasmtime_component_valrecord_entry_t& entry = out->of.record.data[i];
      entry = {};
      entry.name = name_of(type.parts[i].name);
      to_component(schema, *type.parts[i].type, parts[i], resources, &entry.val);
    }
  }
}

void choice_to_component(const Schema& schema, const Type& type, const Choice& choice,
                         HostResources& resources, wasmtime_component_val_t* out) {
  const auto payload = payload_type(type, choice.index);
  wasmtime_component_val_t* inner =
      payload ? boxed(schema, *payload, *choice.payload, resources) : nullptr;
  if (type.kind == Kind::Option) {
    out->kind = WASMTIME_COMPONENT_OPTION;
    out->of.option = inner;
  } else if (type.kind == Kind::Result) {
    out->kind = WASMTIME_COMPONENT_RESULT;
    out->of.result = {choice.index == 0, inner};
  } else if (type.kind == Kind::Enum) {
    out->kind = WASMTIME_COMPONENT_ENUM;
    out->of.enumeration = name_of(type.parts[choice.index].name);
  } else {
    out->kind = WASMTIME_COMPONENT_VARIANT;
    out->of.variant = {name_of(type.parts[choice.index].name), inner};
  }
}

void flags_to_component(const Type& type, const Bits& bits, wasmtime_component_val_t* out) {
  std::vector<wasm_name_t> names;
  for (std::size_t i = 0; i < type.parts.size(); ++i)
    if ((bits.words[i / 64] >> (i % 64) & 1) != 0) names.push_back(name_of(type.parts[i].name));
  out->kind = WASMTIME_COMPONENT_FLAGS;
  wasmtime_component_valflags_new(&out->of.flags, names.size(), names.data());
}

void scalar_to_component(Kind kind, const Value& value, wasmtime_component_val_t* out) {
  const auto integer = [&] { return value.as<std::int64_t>(); };
  const auto natural = [&] { return value.as<std::uint64_t>(); };
  const auto set = [out](wasmtime_component_valkind_t k) { out->kind = k; };
  switch (kind) {
    case Kind::Bool: set(WASMTIME_COMPONENT_BOOL), out->of.boolean = value.as<bool>(); return;
    case Kind::S8:
      set(WASMTIME_COMPONENT_S8), out->of.s8 = static_cast<std::int8_t>(integer());
      return;
    case Kind::U8:
      set(WASMTIME_COMPONENT_U8), out->of.u8 = static_cast<std::uint8_t>(natural());
      return;
    case Kind::S16:
      set(WASMTIME_COMPONENT_S16), out->of.s16 = static_cast<std::int16_t>(integer());
      return;
    case Kind::U16:
      set(WASMTIME_COMPONENT_U16), out->of.u16 = static_cast<std::uint16_t>(natural());
      return;
    case Kind::S32:
      set(WASMTIME_COMPONENT_S32), out->of.s32 = static_cast<std::int32_t>(integer());
      return;
    case Kind::U32:
      set(WASMTIME_COMPONENT_U32), out->of.u32 = static_cast<std::uint32_t>(natural());
      return;
    case Kind::S64: set(WASMTIME_COMPONENT_S64), out->of.s64 = integer(); return;
    case Kind::U64: set(WASMTIME_COMPONENT_U64), out->of.u64 = natural(); return;
    case Kind::F32: set(WASMTIME_COMPONENT_F32), out->of.f32 = value.as<float>(); return;
    case Kind::F64: set(WASMTIME_COMPONENT_F64), out->of.f64 = value.as<double>(); return;
    case Kind::Char: set(WASMTIME_COMPONENT_CHAR), out->of.character = value.as<char32_t>(); return;
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: return;
  }
}

Value scalar_from_component(Kind kind, const wasmtime_component_val_t& in) {
  switch (kind) {
    case Kind::Bool: return Value::boolean(in.of.boolean);
    case Kind::S8: return Value::integer(in.of.s8);
    case Kind::U8: return Value::natural(in.of.u8);
    case Kind::S16: return Value::integer(in.of.s16);
    case Kind::U16: return Value::natural(in.of.u16);
    case Kind::S32: return Value::integer(in.of.s32);
    case Kind::U32: return Value::natural(in.of.u32);
    case Kind::S64: return Value::integer(in.of.s64);
    case Kind::U64: return Value::natural(in.of.u64);
    case Kind::F32: return Value::f32(canonical_nan(in.of.f32));
    case Kind::F64: return Value::f64(canonical_nan(in.of.f64));
    case Kind::Char: return Value::character(static_cast<char32_t>(in.of.character));
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: return {};
  }
  return {};
}

Value sequence_from_component(const Schema& schema, const Type& type, wasmtime_component_val_t& in,
                              HostResources& resources) {
  Sequence parts;
  if (type.kind == Kind::List) {
    for (std::size_t i = 0; i < in.of.list.size; ++i)
      parts.push_back(from_component(schema, *type.parts[0].type, in.of.list.data[i], resources));
    return Value::sequence(std::move(parts));
  }
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    wasmtime_component_val_t& part =
        type.kind == Kind::Tuple ? in.of.tuple.data[i] : in.of.record.data[i].val;
    parts.push_back(from_component(schema, *type.parts[i].type, part, resources));
  }
  return Value::sequence(std::move(parts));
}

Value choice_from_component(const Schema& schema, const Type& type, wasmtime_component_val_t& in,
                            HostResources& resources) {
  std::uint32_t index = 0;
  wasmtime_component_val_t* inner = nullptr;
  if (type.kind == Kind::Option) {
    inner = in.of.option;
    index = inner == nullptr ? 0 : 1;
  } else if (type.kind == Kind::Result) {
    inner = in.of.result.val;
    index = in.of.result.is_ok ? 0 : 1;
  } else if (type.kind == Kind::Enum) {
    index = index_of(type, in.of.enumeration);
  } else {
    inner = in.of.variant.val;
    index = index_of(type, in.of.variant.discriminant);
  }
  const auto payload = payload_type(type, index);
  return payload && inner != nullptr
             ? Value::choice(index, from_component(schema, *payload, *inner, resources))
             : Value::choice(index);
}

Value flags_from_component(const Type& type, const wasmtime_component_val_t& in) {
  std::vector<std::uint64_t> words((type.parts.size() + 63) / 64);
  for (std::size_t i = 0; i < in.of.flags.size; ++i) {
    const std::uint32_t flag = index_of(type, in.of.flags.data[i]);
    words[flag / 64] |= std::uint64_t{1} << (flag % 64);
  }
  return Value::bits(std::move(words));
}

}  // namespace

wasmtime_component_resource_any_t* HostResources::lend_own(const Type& type, std::uint32_t rep) {
  // A borrow is an own that is taken back: wasmtime makes borrows of the host only inside calls.
  const HostResourcePtr mine(
      wasmtime_component_resource_host_new(true, rep, host_type(schema, type.resource)));
  wasmtime_component_resource_any_t* any = nullptr;
  const ErrorPtr failed(wasmtime_component_resource_host_to_any(context_, mine.get(), &any));
  if (!failed && type.kind == Kind::Borrow)
    lent_.push_back(wasmtime_component_resource_any_clone(any));
  return any;
}

std::uint64_t HostResources::take_own(wasmtime_context_t* context,
                                      const wasmtime_component_resource_any_t* any) {
  wasmtime_component_resource_host_t* raw = nullptr;
  const ErrorPtr failed(wasmtime_component_resource_any_to_host(context, any, &raw));
  if (failed) return ~std::uint64_t{0};
  const HostResourcePtr mine(raw);
  return wasmtime_component_resource_host_rep(mine.get());
}

void HostResources::take_back() {
  for (wasmtime_component_resource_any_t* any : lent_) {
    (void)take_own(context_, any);
    wasmtime_component_resource_any_delete(any);
  }
  lent_.clear();
}

HostResources::~HostResources() {
  for (wasmtime_component_resource_any_t* any : lent_) wasmtime_component_resource_any_delete(any);
  for (const auto& [number, any] : held_) wasmtime_component_resource_any_delete(any);
}

std::uint64_t HostResources::keep(wasmtime_component_resource_any_t* any) {
  held_.emplace(next_, any);
  return next_++;
}

wasmtime_component_resource_any_t* HostResources::lend(std::uint64_t number) const {
  const auto at = held_.find(number);
  return at == held_.end() ? nullptr : wasmtime_component_resource_any_clone(at->second);
}

void HostResources::forget(std::uint64_t number) {
  const auto at = held_.find(number);
  if (at == held_.end()) return;
  wasmtime_component_resource_any_delete(at->second);
  held_.erase(at);
}

std::string HostResources::drop(std::uint64_t number) {
  const auto at = held_.find(number);
  if (at == held_.end()) return "unknown resource";
  const ErrorPtr error(wasmtime_component_resource_any_drop(context_, at->second));
  forget(number);
  return error ? message_of(error.get()) : "";
}

void to_component(const Schema& schema, TypeId id, const Value& value, HostResources& resources,
                  wasmtime_component_val_t* out) {
  const Type& type = schema.type(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar: scalar_to_component(type.kind, value, out); return;
    case KindClass::Text:
      out->kind = WASMTIME_COMPONENT_STRING;
      out->of.string = name_of(value.as<std::string>());
      return;
    case KindClass::Sequence:
      sequence_to_component(schema, type, value.as<Sequence>(), resources, out);
      return;
    case KindClass::Choice:
      choice_to_component(schema, type, value.as<Choice>(), resources, out);
      return;
    case KindClass::Bits: flags_to_component(type, value.as<Bits>(), out); return;
    case KindClass::Handle: {
      const std::uint64_t number = value.as<Handle>().rep;
      out->kind = WASMTIME_COMPONENT_RESOURCE;
      if (schema.resources()[type.resource].imported) {
        out->of.resource = resources.lend_own(type, static_cast<std::uint32_t>(number));
        return;
      }
      out->of.resource = resources.lend(number);
      if (type.kind == Kind::Own) resources.forget(number);
      return;
    }
  }
}

Value from_component(const Schema& schema, TypeId id, wasmtime_component_val_t& in,
                     HostResources& resources) {
  const Type& type = schema.type(id);
  switch (class_of(type.kind)) {
    case KindClass::Scalar: return scalar_from_component(type.kind, in);
    case KindClass::Text: return Value::string(std::string(in.of.string.data, in.of.string.size));
    case KindClass::Sequence: return sequence_from_component(schema, type, in, resources);
    case KindClass::Choice: return choice_from_component(schema, type, in, resources);
    case KindClass::Bits: return flags_from_component(type, in);
    case KindClass::Handle:
      if (schema.resources()[type.resource].imported) {
        return Value::handle(HostResources::take_own(resources.context(), in.of.resource));
      }
      return Value::handle(resources.keep(wasmtime_component_resource_any_clone(in.of.resource)));
  }
  return {};
}

}  // namespace fficheck

#include "harness/core/reference_canonical.h"

#include <algorithm>
#include <cmath>

#include "harness/core/reference_canonical_types.h"

namespace fficheck {
namespace reference_detail {

using Form = Despecialized::Form;

std::uint64_t align_to(std::uint64_t address, std::uint64_t alignment) {
  while (address % alignment != 0) ++address;
  return address;
}

/// "ceil(log2(n) / 8)" bytes, at least one, and four for three.
std::uint64_t discriminant_bytes(std::size_t cases) {
  const double bytes = std::ceil(std::log2(static_cast<double>(cases)) / 8);
  if (bytes <= 1) return 1;
  return bytes == 2 ? 2 : 4;
}

std::uint64_t flags_bytes(std::size_t labels) {
  if (labels <= 8) return 1;
  if (labels <= 16) return 2;
  return 4;
}

Despecialized CanonicalTypes::despecialize(TypeId id) const {
  const Type& type = schema_.type(id);
  Despecialized out;
  switch (type.kind) {
    case Kind::Bool:
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64:
    case Kind::Char:
      out.form = Form::Primitive;
      out.primitive = type.kind;
      break;
    case Kind::String: out.form = Form::String; break;
    case Kind::List:
    case Kind::Tuple:
    case Kind::Record:
      out.form = type.kind == Kind::List ? Form::List : Form::Record;
      for (const Part& field : type.parts) out.fields.push_back(*field.type);
      break;
    case Kind::Option:
      out.form = Form::Variant;
      out.cases = {std::nullopt, type.parts[0].type};  // none, some
      break;
    case Kind::Result:
    case Kind::Variant:
    case Kind::Enum:
      out.form = Form::Variant;
      for (const Part& c : type.parts) out.cases.push_back(c.type);
      break;
    case Kind::Flags:
      out.form = Form::Flags;
      out.labels = type.parts.size();
      break;
    case Kind::Own:
    case Kind::Borrow:
      out.form = type.kind == Kind::Own ? Form::Own : Form::Borrow;
      out.resource = type.resource;
      break;
  }
  return out;
}

namespace {

/// The primitives' sizes, which are their alignments too, and what they are on the stack.
struct Primitive {
  Kind kind;
  std::uint64_t bytes;
  CoreType core;
};
constexpr Primitive kPrimitives[] = {
    {Kind::Bool, 1, CoreType::I32}, {Kind::S8, 1, CoreType::I32},  {Kind::U8, 1, CoreType::I32},
    {Kind::S16, 2, CoreType::I32},  {Kind::U16, 2, CoreType::I32}, {Kind::S32, 4, CoreType::I32},
    {Kind::U32, 4, CoreType::I32},  {Kind::S64, 8, CoreType::I64}, {Kind::U64, 8, CoreType::I64},
    {Kind::F32, 4, CoreType::F32},  {Kind::F64, 8, CoreType::F64}, {Kind::Char, 4, CoreType::I32},
};

const Primitive& primitive(Kind kind) {
  return *std::find_if(std::begin(kPrimitives), std::end(kPrimitives),
                       [&](const Primitive& p) { return p.kind == kind; });
}

/// "join" of the text.
CoreType joined(CoreType a, CoreType b) {
  if (a == b) return a;
  if (a == CoreType::I32 && b == CoreType::F32) return CoreType::I32;
  if (a == CoreType::F32 && b == CoreType::I32) return CoreType::I32;
  return CoreType::I64;
}

}  // namespace

std::uint64_t CanonicalTypes::max_case_alignment(const Despecialized& variant) const {
  std::uint64_t a = 1;
  for (const std::optional<TypeId>& c : variant.cases)
    if (c) a = std::max(a, alignment(*c));
  return a;
}

std::uint64_t CanonicalTypes::alignment(const Despecialized& t) const {
  std::uint64_t a = 1;
  switch (t.form) {
    case Form::Primitive: return primitive(t.primitive).bytes;
    case Form::String:
    case Form::List:
    case Form::Own:
    case Form::Borrow: return 4;
    case Form::Record:
      for (const TypeId field : t.fields) a = std::max(a, alignment(field));
      return a;
    case Form::Variant: return std::max(discriminant_bytes(t.cases.size()), max_case_alignment(t));
    case Form::Flags: return flags_bytes(t.labels);
  }
  return a;
}

std::uint64_t CanonicalTypes::elem_size(const Despecialized& t) const {
  std::uint64_t s = 0;
  switch (t.form) {
    case Form::Primitive: return primitive(t.primitive).bytes;
    case Form::String:
    case Form::List: return 8;
    case Form::Own:
    case Form::Borrow: return 4;
    case Form::Record:
      for (const TypeId field : t.fields) s = align_to(s, alignment(field)) + elem_size(field);
      return align_to(s, alignment(t));
    case Form::Variant: {
      std::uint64_t largest = 0;
      for (const std::optional<TypeId>& c : t.cases)
        if (c) largest = std::max(largest, elem_size(*c));
      s = align_to(discriminant_bytes(t.cases.size()), max_case_alignment(t)) + largest;
      return align_to(s, alignment(t));
    }
    case Form::Flags: return flags_bytes(t.labels);
  }
  return s;
}

std::vector<CoreType> CanonicalTypes::flatten(const Despecialized& t) const {
  std::vector<CoreType> flat;
  switch (t.form) {
    case Form::Primitive: return {primitive(t.primitive).core};
    case Form::String:
    case Form::List: return {CoreType::I32, CoreType::I32};
    case Form::Own:
    case Form::Borrow:
    case Form::Flags: return {CoreType::I32};
    case Form::Record:
      for (const TypeId field : t.fields)
        for (const CoreType core : flatten(field)) flat.push_back(core);
      return flat;
    case Form::Variant: {
      for (const std::optional<TypeId>& c : t.cases) {
        if (!c) continue;
        const std::vector<CoreType> one = flatten(*c);
        for (std::size_t i = 0; i < one.size(); ++i) {
          if (i == flat.size()) flat.push_back(one[i]);
          flat[i] = joined(flat[i], one[i]);
        }
      }
      flat.insert(flat.begin(), CoreType::I32);
      return flat;
    }
  }
  return flat;
}

}  // namespace reference_detail

using reference_detail::CanonicalTypes;
using reference_detail::Despecialized;

CanonicalReference::CanonicalReference(const Schema& schema, StringEncoding encoding)
    : schema_(schema), encoding_(encoding) {}

std::uint64_t CanonicalReference::alignment(TypeId type) const {
  return CanonicalTypes(schema_).alignment(type);
}

std::uint64_t CanonicalReference::elem_size(TypeId type) const {
  return CanonicalTypes(schema_).elem_size(type);
}

std::vector<CoreType> CanonicalReference::flatten(TypeId type) const {
  return CanonicalTypes(schema_).flatten(type);
}

std::vector<std::uint64_t> CanonicalReference::field_offsets(TypeId type) const {
  return tuple(CanonicalTypes(schema_).despecialize(type).fields).offsets;
}

std::uint64_t CanonicalReference::discriminant_size(TypeId type) const {
  return reference_detail::discriminant_bytes(
      CanonicalTypes(schema_).despecialize(type).cases.size());
}

std::uint64_t CanonicalReference::payload_offset(TypeId type) const {
  const CanonicalTypes types(schema_);
  return reference_detail::align_to(discriminant_size(type),
                                    types.max_case_alignment(types.despecialize(type)));
}

bool CanonicalReference::holds_memory(TypeId type) const {
  const Type& t = schema_.type(type);
  if (t.kind == Kind::String || t.kind == Kind::List) return true;
  return std::any_of(t.parts.begin(), t.parts.end(),
                     [&](const Part& part) { return part.type && holds_memory(*part.type); });
}

bool CanonicalReference::holds_own(TypeId type) const {
  const Type& t = schema_.type(type);
  if (t.kind == Kind::Own) return true;
  return std::any_of(t.parts.begin(), t.parts.end(),
                     [&](const Part& part) { return part.type && holds_own(*part.type); });
}

CanonicalReference::Tuple CanonicalReference::tuple(std::span<const TypeId> types) const {
  const CanonicalTypes of(schema_);
  Despecialized record;
  record.form = Despecialized::Form::Record;
  record.fields.assign(types.begin(), types.end());
  Tuple out;
  std::uint64_t address = 0;
  for (const TypeId id : types) {
    address = reference_detail::align_to(address, of.alignment(id));
    out.offsets.push_back(address);
    address += of.elem_size(id);
  }
  out.size = of.elem_size(record);
  out.align = of.alignment(record);
  return out;
}

CanonicalReference::Signature CanonicalReference::flatten_lift(const Function& function) const {
  Signature out;
  for (const Param& param : function.params)
    for (const CoreType core : flatten(param.type)) out.params.push_back(core);
  if (function.result) out.results = flatten(*function.result);
  if (out.params.size() > 16) out.params = {CoreType::I32};
  if (out.results.size() > 1) out.results = {CoreType::I32};
  return out;
}

CanonicalReference::Signature CanonicalReference::flatten_lower(const Function& function) const {
  Signature out = flatten_lift(function);
  if (function.result && flatten(*function.result).size() > 1) {
    out.params.push_back(CoreType::I32);
    out.results.clear();
  }
  return out;
}

std::optional<std::uint32_t> ReferenceGuest::realloc(const Call& call) {
  calls.push_back(call);
  const auto at =
      static_cast<std::uint32_t>(reference_detail::align_to(next_, std::max(call.align, 1u)));
  std::uint32_t answered = at;
  if (answer) {
    const std::optional<std::uint32_t> other = answer(calls.size() - 1, at);
    if (!other) return std::nullopt;
    answered = *other;
  }
  if (answered != at) return answered;
  while (memory.size() < std::size_t{at} + call.size) memory.resize(memory.size() + 65536);
  for (std::uint32_t i = 0; i < call.old_size && i < call.size; ++i)
    memory[at + i] = memory[call.old + i];
  next_ = at + call.size;
  return at;
}

std::uint32_t ReferenceGuest::add(ReferenceHandle handle) {
  if (!free_handles.empty()) {
    const std::size_t index = free_handles.back();
    free_handles.pop_back();
    handles[index] = handle;
    return static_cast<std::uint32_t>(index);
  }
  handles.emplace_back(handle);
  return static_cast<std::uint32_t>(handles.size() - 1);
}

}  // namespace fficheck

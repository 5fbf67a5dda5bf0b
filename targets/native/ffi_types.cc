#include "targets/native/ffi_types.h"

#include <algorithm>
#include <string>
#include <utility>

namespace fficheck {
namespace {

/// Structs of up to this size may go in registers.
constexpr std::uint64_t kRegisterBytes = 16;

ffi_type* unsigned_of(std::uint64_t size) {
  if (size == 1) return &ffi_type_uint8;
  if (size == 2) return &ffi_type_uint16;
  if (size == 4) return &ffi_type_uint32;
  return &ffi_type_uint64;
}

ffi_type* integer_of(Kind kind, std::uint64_t size) {
  if (!is_signed_integer(kind)) return unsigned_of(size);
  if (size == 1) return &ffi_type_sint8;
  if (size == 2) return &ffi_type_sint16;
  if (size == 4) return &ffi_type_sint32;
  return &ffi_type_sint64;
}

}  // namespace

FfiTypes::FfiTypes(const Schema& schema, const NativeLowering& lowering)
    : schema_(schema), lowering_(lowering) {
  // Parts come before the types that have them.
  for (TypeId id = 0; id < lowering.types.size(); ++id) {
    with_union_.push_back(holds_union(lowering.types[id]));
    types_.push_back(describe(id));
  }
}

bool FfiTypes::is_float(TypeId id) const {
  return schema_.type(id).kind == Kind::F32 || schema_.type(id).kind == Kind::F64;
}

bool FfiTypes::holds_union(const TypeLayout& layout) const {
  return std::any_of(layout.members.begin(), layout.members.end(), [&](const Member& member) {
    return member.role == MemberRole::Payload ||
           (member.role == MemberRole::Value && with_union_[*member.type]);
  });
}

ffi_type* FfiTypes::describe(TypeId id) {
  const TypeLayout& layout = lowering_.types[id];
  switch (layout.shape) {
    case Shape::MembersOnly: return nullptr;
    case Shape::NulString: return &ffi_type_pointer;
    case Shape::Struct: return with_union_[id] ? equivalent_struct(id) : declared_struct(layout);
    case Shape::Scalar: break;
  }
  const Kind kind = schema_.type(id).kind;
  if (kind == Kind::F32) return &ffi_type_float;
  if (kind == Kind::F64) return &ffi_type_double;
  if (kind == Kind::Bool && layout.size == 4) return &ffi_type_sint32;  // nim: int
  return integer_of(kind, layout.size);
}

ffi_type* FfiTypes::of(const Member& member) {
  switch (member.role) {
    case MemberRole::Value: return types_[*member.type];
    case MemberRole::Pointer: return &ffi_type_pointer;
    case MemberRole::Present: return member.size == 4 ? &ffi_type_sint32 : unsigned_of(member.size);
    case MemberRole::Length:
    case MemberRole::Tag:
    case MemberRole::Word:
    case MemberRole::Filler:
    case MemberRole::Payload: return unsigned_of(member.size);
  }
  return nullptr;
}

ffi_type* FfiTypes::make_struct(std::vector<ffi_type*> elements) {
  elements.push_back(nullptr);
  elements_.push_back(std::move(elements));
  // Size and alignment 0: libffi computes them.
  structs_.push_back({0, 0, FFI_TYPE_STRUCT, elements_.back().data()});
  return &structs_.back();
}

ffi_type* FfiTypes::declared_struct(const TypeLayout& layout) {
  std::vector<ffi_type*> elements;
  for (const Member& member : layout.members) {
    if (member.role == MemberRole::Word)
      elements.insert(elements.end(), member.size / 8, &ffi_type_uint64);
    else
      elements.push_back(of(member));
  }
  return make_struct(std::move(elements));
}

void FfiTypes::classify(TypeId id, std::uint64_t offset, std::vector<Class>& eightbytes) const {
  const TypeLayout& layout = lowering_.types[id];
  const auto mark = [&](std::uint64_t at, Class c) {
    eightbytes[at / 8] = std::max(eightbytes[at / 8], c);  // INTEGER wins over SSE
  };
  if (layout.shape != Shape::Struct)
    return mark(offset, is_float(id) ? Class::Sse : Class::Integer);
  for (const Member& member : layout.members) {
    if (member.role == MemberRole::Payload) {
      for (const TypeLayout::CasePayload& c : layout.cases)
        if (c.type) classify(*c.type, offset + c.offset, eightbytes);
    } else if (member.role == MemberRole::Value) {
      classify(*member.type, offset + member.offset, eightbytes);
    } else {
      for (std::uint64_t at = 0; at < member.size; at += 8)
        mark(offset + member.offset + at, Class::Integer);
    }
  }
}

ffi_type* FfiTypes::equivalent_struct(TypeId id) {
  const TypeLayout& layout = lowering_.types[id];
  // Elements of the struct's own alignment give its size and alignment again.
  const std::uint64_t step = layout.align;
  if (layout.size > kRegisterBytes)
    return make_struct(std::vector<ffi_type*>(layout.size / step, unsigned_of(step)));
  std::vector<Class> eightbytes((layout.size + 7) / 8, Class::None);
  classify(id, 0, eightbytes);
  std::vector<ffi_type*> elements;
  for (std::uint64_t at = 0; at < layout.size; at += step) {
    // Class None: padding only, which the declared struct would have too; SSE as psABI has it.
    const bool integer = eightbytes[at / 8] == Class::Integer;
    elements.push_back(integer     ? unsigned_of(step)
                       : step == 8 ? &ffi_type_double
                                   : &ffi_type_float);
  }
  return make_struct(std::move(elements));
}

Result<void> FfiTypes::check_layout() {
  for (TypeId id = 0; id < types_.size(); ++id) {
    const TypeLayout& layout = lowering_.types[id];
    if (layout.shape != Shape::Struct) continue;
    ffi_type* type = types_[id];
    std::vector<std::size_t> offsets;
    for (ffi_type** element = type->elements; *element != nullptr; ++element) offsets.push_back(0);
    const std::string name = type_name(schema_, id);
    if (ffi_get_struct_offsets(FFI_DEFAULT_ABI, type, offsets.data()) != FFI_OK)
      return input_error("libffi refuses the struct of " + name);
    if (type->size != layout.size || type->alignment != layout.align)
      return input_error("libffi makes " + name + " " + std::to_string(type->size) +
                         " bytes, aligned to " + std::to_string(type->alignment));
    if (with_union_[id] || layout.members[0].role == MemberRole::Word) continue;
    for (std::size_t i = 0; i < layout.members.size(); ++i)
      if (offsets[i] != layout.members[i].offset)
        return input_error("libffi puts member " + std::to_string(i) + " of " + name + " at " +
                           std::to_string(offsets[i]));
  }
  return {};
}

}  // namespace fficheck

#include "harness/core/reference.h"

#include <utility>

#include "harness/core/reference_ctype.h"

namespace fficheck {

namespace {
using reference_detail::CType;
using Declaration = std::shared_ptr<const CType>;

/// Natural alignment: a scalar's alignment is its size.
Declaration scalar(const std::string& c_name) {
  static const std::pair<const char*, std::uint64_t> sizes[] = {
      {"bool", 1},    {"int8_t", 1},   {"uint8_t", 1}, {"int16_t", 2},  {"uint16_t", 2},
      {"int32_t", 4}, {"uint32_t", 4}, {"int64_t", 8}, {"uint64_t", 8}, {"float", 4},
      {"double", 8},  {"int", 4},      {"size_t", 8},  {"pointer", 8},
  };
  auto type = std::make_shared<CType>();
  for (const auto& [name, size] : sizes)
    if (c_name == name) type->size = type->align = size;
  return type;
}

/// Walks address by address, as one would on paper.
Declaration complete(std::shared_ptr<CType> type) {
  std::uint64_t address = 0;
  switch (type->form) {
    case CType::Form::Scalar:
    case CType::Form::None: return type;
    case CType::Form::Array:
      for (std::uint64_t i = 0; i < type->count; ++i) address += type->element->size;
      type->align = type->element->align;
      break;
    case CType::Form::Struct:
      for (CType::Member& member : type->members) {
        while (address % member.type->align != 0) ++address;  // padding before the member
        member.offset = address;
        address += member.type->size;
        if (member.type->align > type->align) type->align = member.type->align;
      }
      break;
    case CType::Form::Union:
      for (const CType::Member& member : type->members) {
        if (member.type->size > address) address = member.type->size;
        if (member.type->align > type->align) type->align = member.type->align;
      }
      break;
  }
  while (address % type->align != 0) ++address;  // padding behind the last member
  type->size = address;
  return type;
}

std::shared_ptr<CType> open(CType::Form form) {
  auto type = std::make_shared<CType>();
  type->form = form;
  return type;
}

/// TAG: "uint8_t up to 256 cases, uint16_t up to 65,536, else uint32_t".
Declaration tag(std::size_t cases) {
  if (cases > 65536) return scalar("uint32_t");
  return scalar(cases > 256 ? "uint16_t" : "uint8_t");
}

Declaration flags(std::size_t n) {
  if (n <= 8) return scalar("uint8_t");
  if (n <= 16) return scalar("uint16_t");
  if (n <= 32) return scalar("uint32_t");
  if (n <= 64) return scalar("uint64_t");
  auto words = open(CType::Form::Array);
  words->element = scalar("uint64_t");
  for (std::size_t covered = 0; covered < n; covered += 64) ++words->count;
  auto type = open(CType::Form::Struct);
  type->declare("words", complete(words));
  return complete(type);
}

}  // namespace

Reference::~Reference() = default;

Reference::Reference(const Schema& schema, Abi abi) : schema_(schema), abi_(abi) {
  // Parts come before the types that have them.
  for (const Type& type : schema.types()) declared_.push_back(declare(type));
}

/// Members for a part called `name`: two for lists and options of the nim dialect.
void Reference::declare_part(CType& holder, TypeId id, const std::string& name) const {
  const Type& type = schema_.type(id);
  if (abi_ == Abi::Nim && (type.kind == Kind::List || type.kind == Kind::Option)) {
    if (type.kind == Kind::List) {
      holder.declare(name, scalar("pointer"));
      holder.declare(name + "_len", scalar("size_t"));
    } else {
      holder.declare(name + "_present", scalar("int"));
      holder.declare(name, declared_[*type.parts[0].type]);
    }
    return;
  }
  holder.declare(name, declared_[id]);
}

std::shared_ptr<const CType> Reference::declare(const Type& type) const {
  const bool nim = abi_ == Abi::Nim;
  const auto part = [&](std::size_t i) { return declared_[*type.parts[i].type]; };
  Declaration made;
  switch (type.kind) {
    case Kind::Bool: made = scalar(nim ? "int" : "bool"); break;
    case Kind::S8: made = scalar("int8_t"); break;
    case Kind::U8: made = scalar("uint8_t"); break;
    case Kind::S16: made = scalar("int16_t"); break;
    case Kind::U16: made = scalar("uint16_t"); break;
    case Kind::S32: made = scalar("int32_t"); break;
    case Kind::U32: made = scalar("uint32_t"); break;
    case Kind::S64: made = scalar("int64_t"); break;
    case Kind::U64: made = scalar("uint64_t"); break;
    case Kind::F32: made = scalar("float"); break;
    case Kind::F64: made = scalar("double"); break;
    case Kind::Char: made = scalar("uint32_t"); break;
    case Kind::Own:
    case Kind::Borrow: made = scalar("uint64_t"); break;
    case Kind::Enum: made = tag(type.parts.size()); break;
    case Kind::Flags: made = flags(type.parts.size()); break;
    case Kind::String:
    case Kind::List: {
      if (nim) {
        made = type.kind == Kind::String ? scalar("pointer") : open(CType::Form::None);
        break;
      }
      auto s = open(CType::Form::Struct);
      s->declare("ptr", scalar("pointer"));
      s->declare("len", scalar("size_t"));
      made = complete(s);
      break;
    }
    case Kind::Option: {
      if (nim) {
        made = open(CType::Form::None);
        break;
      }
      auto s = open(CType::Form::Struct);
      s->declare("present", scalar("bool"));
      s->declare("value", part(0));
      made = complete(s);
      break;
    }
    case Kind::Record: {
      auto s = open(CType::Form::Struct);
      for (const Part& field : type.parts) declare_part(*s, *field.type, field.name);
      if (type.parts.empty()) s->declare("unused", scalar("uint8_t"));
      made = complete(s);
      break;
    }
    case Kind::Tuple: {
      auto s = open(CType::Form::Struct);
      for (std::size_t i = 0; i < type.parts.size(); ++i)
        s->declare("f" + std::to_string(i), part(i));
      if (type.parts.empty()) s->declare("unused", scalar("uint8_t"));
      made = complete(s);
      break;
    }
    case Kind::Result:
    case Kind::Variant: {
      auto s = open(CType::Form::Struct);
      s->declare("tag", type.kind == Kind::Result ? scalar("uint8_t") : tag(type.parts.size()));
      auto u = open(CType::Form::Union);
      for (std::size_t i = 0; i < type.parts.size(); ++i)
        if (type.parts[i].type) u->declare(std::to_string(i), part(i));
      if (!u->members.empty()) s->declare("as", complete(u));
      made = complete(s);
      break;
    }
  }
  return made;
}

ReferenceLayout Reference::layout(TypeId type) const {
  const CType& c = *declared_[type];
  ReferenceLayout out;
  out.exists = c.form != CType::Form::None;
  out.size = c.size;
  out.align = c.align;
  for (const CType::Member& m : c.members)
    out.members.push_back({m.name, m.offset, m.type->size, m.type->align});
  return out;
}

std::shared_ptr<const CType> Reference::argument_struct(const Function& function) const {
  auto s = open(CType::Form::Struct);
  for (const Param& param : function.params) declare_part(*s, param.type, param.name);
  return complete(s);
}

std::vector<ReferenceLayout::Member> Reference::params(const Function& function) const {
  std::vector<ReferenceLayout::Member> out;
  const std::shared_ptr<const CType> holder = argument_struct(function);
  for (const CType::Member& m : holder->members)
    out.push_back({m.name, 0, m.type->size, m.type->align});
  return out;
}

}  // namespace fficheck

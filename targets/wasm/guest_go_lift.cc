#include "targets/wasm/guest_go_parts.h"

namespace fficheck::guest_go {
namespace {

/// The function that lifts a list from a ffirt.Slice.
std::string list_lifter(const GuestUnit& unit, TypeId id) {
  const TypeId element = *unit.type(id).parts[0].type;
  const Kind kind = unit.type(element).kind;
  if (is_plain(kind)) return cat("ffirt.Numbers[", unit.names().types[element], "]");
  if (kind == Kind::Bool) return "ffirt.Bools";
  if (kind == Kind::Char) return "ffirt.Runes";
  return "lift" + unit.names().idents[id];
}

std::string handle(const GuestUnit& unit, TypeId id, const std::string& index) {
  const Type& type = unit.type(id);
  const go::GoNames::ResourceNames& names = unit.names().resources[type.resource];
  return cat(names.type, "{ffirt.Lift", type.kind == Kind::Own ? "Own" : "Borrow", "(&",
             names.handles, ", ", index, ")}");
}

/// Lifts parts of composites, from memory or from flat words alike.
class Source {
 public:
  explicit Source(const GuestUnit& unit, TypeId id, bool flat)
      : unit_(unit), type_(unit.type(id)), layout_(unit.layout(id)), flat_(flat) {}

  [[nodiscard]] std::string parameter() const { return flat_ ? "f []uint64" : "p unsafe.Pointer"; }
  /// Element of a sequence.
  [[nodiscard]] std::string part(std::size_t index) {
    const TypeId id = *type_.parts[index].type;
    if (!flat_) return load(unit_, id, address("p", layout_.offsets[index]));
    const FlatPlace place{"f", at_, false};
    at_ += unit_.layout(id).flat.size();
    return from_flat(unit_, id, place);
  }
  [[nodiscard]] std::string payload(TypeId id) const {
    return flat_ ? from_flat(unit_, id, {"f", 1, false})
                 : load(unit_, id, address("p", layout_.payload));
  }
  [[nodiscard]] std::string index() const {
    if (flat_) return "uint32(f[0])";
    const std::string word = cat("*(*uint", layout_.discriminant * 8, ")(p)");
    return layout_.discriminant == 4 ? word : cat("uint32(", word, ")");
  }

 private:
  const GuestUnit& unit_;
  const Type& type_;
  const CanonicalType& layout_;
  bool flat_;
  std::size_t at_ = 0;
};

void parts(const GuestUnit& unit, Code& code, TypeId id, Source& source) {
  const Type& type = unit.type(id);
  code.line("var v ", unit.names().types[id]);
  for (std::size_t i = 0; i < type.parts.size(); ++i)
    code.line("v.", unit.names().parts[id][i], " = ", source.part(i));
  code.line("return v");
}

void option(const GuestUnit& unit, Code& code, TypeId id, const Source& source) {
  code.open("if ffirt.Case(", source.index(), ", 2) == 0 {");
  code.line("return nil");
  code.close("}");
  code.line("some := ", source.payload(*unit.type(id).parts[0].type));
  code.line("return &some");
}

void result(const GuestUnit& unit, Code& code, TypeId id, const Source& source) {
  const Type& type = unit.type(id);
  code.line("var v ", unit.names().types[id]);
  code.open("if ffirt.Case(", source.index(), ", 2) != 0 {");
  code.line("v.IsErr = true");
  if (type.parts[1].type) code.line("v.Err = ", source.payload(*type.parts[1].type));
  if (type.parts[0].type) {
    code.outdented("} else {");
    code.line("v.Ok = ", source.payload(*type.parts[0].type));
  }
  code.close("}");
  code.line("return v");
}

void variant(const GuestUnit& unit, Code& code, TypeId id, const Source& source) {
  const Type& type = unit.type(id);
  const std::size_t count = type.parts.size();
  code.line("switch ffirt.Case(", source.index(), ", ", count, ") {");
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<TypeId>& payload = type.parts[i].type;
    if (i + 1 < count) {
      code.open("case ", i, ":");
    } else {
      code.open("default:");
    }
    code.line("return ", unit.names().parts[id][i], "{",
              payload ? cat("Value: ", source.payload(*payload)) : "", "}");
    code.end();
  }
  code.line("}");
}

void list(const GuestUnit& unit, Code& code, TypeId id) {
  const TypeId element = *unit.type(id).parts[0].type;
  const std::uint32_t size = unit.layout(element).size;
  code.gap();
  code.open("func lift", unit.names().idents[id], "(s ffirt.Slice) ", unit.names().types[id], " {");
  code.line("first := s.Elements(", size, ")");
  code.line("list := make(", unit.names().types[id], ", s.Len)");
  code.open("for i := range list {");
  code.line("list[i] = ", load(unit, element, cat("unsafe.Add(first, i*", size, ")")));
  code.close("}");
  code.line("s.Release()");
  code.line("return list");
  code.close("}");
}

void composite(const GuestUnit& unit, Code& code, TypeId id, bool flat) {
  Source source(unit, id, flat);
  code.gap();
  code.open("func ", flat ? "flat" : "lift", unit.names().idents[id], "(", source.parameter(), ") ",
            unit.names().types[id], " {");
  switch (unit.type(id).kind) {
    case Kind::Option: option(unit, code, id, source); break;
    case Kind::Result: result(unit, code, id, source); break;
    case Kind::Variant: variant(unit, code, id, source); break;
    case Kind::Tuple:
    case Kind::Record: parts(unit, code, id, source); break;
    case Kind::List:
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
    case Kind::String:
    case Kind::Enum:
    case Kind::Flags:
    case Kind::Own:
    case Kind::Borrow: break;
  }
  code.close("}");
}

}  // namespace

std::string load(const GuestUnit& unit, TypeId id, const std::string& at) {
  const std::string& name = unit.names().types[id];
  const auto word = [&](std::string_view type) { return cat("*(*", type, ")(", at, ")"); };
  const auto index = [&](std::uint32_t size) { return word(cat("uint", size * 8)); };
  switch (unit.type(id).kind) {
    case Kind::Bool: return word("uint8") + " != 0";
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64: return word(name);
    case Kind::Char: return cat("ffirt.Rune(", word("uint32"), ")");
    case Kind::String: return cat("ffirt.String(", word("ffirt.Slice"), ")");
    case Kind::Enum:
      return cat(name, "(ffirt.Case(uint32(", index(unit.layout(id).size), "), ",
                 unit.type(id).parts.size(), "))");
    case Kind::Flags: {
      const std::string bits = index(unit.layout(id).size);
      return flags_mask(unit, id).empty()
                 ? cat(name, "(", bits, ")")
                 : cat(name, "(ffirt.Mask(uint64(", bits, "), ", unit.type(id).parts.size(), "))");
    }
    case Kind::Own:
    case Kind::Borrow: return handle(unit, id, word("uint32"));
    case Kind::List: return cat(list_lifter(unit, id), "(", word("ffirt.Slice"), ")");
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return cat("lift", unit.names().idents[id], "(", at, ")");
}

std::string from_flat(const GuestUnit& unit, TypeId id, const FlatPlace& from) {
  const std::string& name = unit.names().types[id];
  std::string word = from.word();
  switch (unit.type(id).kind) {
    case Kind::Bool: return cat("uint32(", word, ") != 0");
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64: return cat(name, "(", word, ")");
    case Kind::U64: return word;
    case Kind::F32: return cat("ffirt.Float32(", word, ")");
    case Kind::F64: return cat("ffirt.Float64(", word, ")");
    case Kind::Char: return cat("ffirt.Rune(uint32(", word, "))");
    case Kind::String: return cat("ffirt.String(ffirt.Flat(", from.rest(), "))");
    case Kind::Enum:
      return cat(name, "(ffirt.Case(uint32(", word, "), ", unit.type(id).parts.size(), "))");
    case Kind::Flags:
      return flags_mask(unit, id).empty()
                 ? cat(name, "(", word, ")")
                 : cat(name, "(ffirt.Mask(", word, ", ", unit.type(id).parts.size(), "))");
    case Kind::Own:
    case Kind::Borrow: return handle(unit, id, cat("uint32(", word, ")"));
    case Kind::List: return cat(list_lifter(unit, id), "(ffirt.Flat(", from.rest(), "))");
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return cat("flat", unit.names().idents[id], "(", from.rest(), ")");
}

void emit_lift_functions(const GuestUnit& unit, Code& code) {
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    if (!unit.package.is_composite(id)) continue;
    if (unit.type(id).kind == Kind::List) {
      if ((unit.loads[id] || unit.flats[id]) && !list_lifter(unit, id).starts_with("ffirt."))
        list(unit, code, id);
      continue;
    }
    if (unit.loads[id]) composite(unit, code, id, false);
    if (unit.flats[id]) composite(unit, code, id, true);
  }
}

}  // namespace fficheck::guest_go

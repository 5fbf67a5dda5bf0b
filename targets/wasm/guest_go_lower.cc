#include "targets/wasm/guest_go_parts.h"

namespace fficheck::guest_go {
namespace {

/// What methods of a memory are called on: they take its address themselves.
std::string methods_of(const std::string& memory) {
  return memory.starts_with('&') ? memory.substr(1) : memory;
}

/// The index of a value's handle, which an own gives up.
std::string handle(const GuestUnit& unit, TypeId id, const std::string& value) {
  return cat(value.starts_with('*') ? value.substr(1) : value, ".Resource.",
             unit.type(id).kind == Kind::Own ? "LowerOwn()" : "Lower()");
}

/// An expression for the ffirt.Slice of a lowered list.
std::string list_lowerer(const GuestUnit& unit, TypeId id, const std::string& memory,
                         const std::string& value) {
  const TypeId element = *unit.type(id).parts[0].type;
  const Kind kind = unit.type(element).kind;
  if (is_plain(kind) || kind == Kind::Bool)  // Go's bool is a byte 0 or 1
    return cat(methods_of(memory), ".Copy(unsafe.Pointer(unsafe.SliceData(", value, ")), len(",
               value, "), ", unit.layout(element).size, ")");
  if (kind == Kind::Char) return cat(methods_of(memory), ".Chars(", value, ")");
  return cat("lower", unit.names().idents[id], "(", memory, ", ", value, ")");
}

/// The word of a value that is one core value; empty where it is not.
std::string one_word(const GuestUnit& unit, TypeId id, const std::string& value) {
  switch (unit.type(id).kind) {
    case Kind::Bool: return cat("ffirt.Bool(", value, ")");
    case Kind::S8:
    case Kind::S16:
    case Kind::S32: return cat("uint64(uint32(", value, "))");
    case Kind::U8:
    case Kind::U16:
    case Kind::U32:
    case Kind::S64: return cat("uint64(", value, ")");
    case Kind::U64: return value;
    case Kind::F32: return cat("ffirt.Bits32(", value, ")");
    case Kind::F64: return cat("ffirt.Bits64(", value, ")");
    case Kind::Char: return cat("uint64(ffirt.Char(", value, "))");
    case Kind::Enum:
      return cat("uint64(ffirt.Case(uint32(", value, "), ", unit.type(id).parts.size(), "))");
    case Kind::Flags: return cat("uint64(", value, ")", flags_mask(unit, id));
    case Kind::Own:
    case Kind::Borrow: return cat("uint64(", handle(unit, id, value), ")");
    case Kind::String:
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  return "";
}

/// Lowers parts of composites, to memory or to flat words alike.
class Sink {
 public:
  Sink(const GuestUnit& unit, Code& code, TypeId id, bool flat)
      : unit_(unit), code_(code), type_(unit.type(id)), layout_(unit.layout(id)), flat_(flat) {}

  [[nodiscard]] std::string parameter() const { return flat_ ? "f []uint64" : "p unsafe.Pointer"; }
  void part(std::size_t index, const std::string& value) {
    const TypeId id = *type_.parts[index].type;
    if (flat_) {
      to_flat(unit_, code_, id, "m", {"f", at_, false}, value);
      at_ += unit_.layout(id).flat.size();
    } else {
      store(unit_, code_, id, "m", address("p", layout_.offsets[index]), value);
    }
  }
  void index(std::size_t index) {
    if (index == 0) return;  // what is written to is zeroed
    code_.line(flat_ ? "f[0]" : cat("*(*uint", layout_.discriminant * 8, ")(p)"), " = ", index);
  }
  void payload(const std::optional<TypeId>& id, const std::string& value) {
    if (!id) return;
    if (flat_) {
      to_flat(unit_, code_, *id, "m", {"f", 1, false}, value);
    } else {
      store(unit_, code_, *id, "m", address("p", layout_.payload), value);
    }
  }

 private:
  const GuestUnit& unit_;
  Code& code_;
  const Type& type_;
  const CanonicalType& layout_;
  bool flat_;
  std::size_t at_ = 0;
};

void option(const GuestUnit& unit, Code& code, TypeId id, Sink& sink) {
  code.open("if v != nil {");
  sink.index(1);
  sink.payload(unit.type(id).parts[0].type, "*v");
  code.close("}");
}

void result(const GuestUnit& unit, Code& code, TypeId id, Sink& sink) {
  const Type& type = unit.type(id);
  code.open("if v.IsErr {");
  sink.index(1);
  sink.payload(type.parts[1].type, "v.Err");
  if (type.parts[0].type) {
    code.outdented("} else {");
    sink.payload(type.parts[0].type, "v.Ok");
  }
  code.close("}");
}

void variant(const GuestUnit& unit, Code& code, TypeId id, Sink& sink) {
  const Type& type = unit.type(id);
  bool any = false;
  for (const Part& part : type.parts) any = any || part.type;
  code.line(any ? "switch c := v.(type) {" : "switch v.(type) {");
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    code.open("case ", unit.names().parts[id][i], ":");
    sink.index(i);
    sink.payload(type.parts[i].type, "c.Value");
    code.end();
  }
  code.open("default:");
  code.line("panic(\"no case of ", type.name, "\")");
  code.close("}");
}

void list(const GuestUnit& unit, Code& code, TypeId id) {
  const TypeId element = *unit.type(id).parts[0].type;
  const CanonicalType& layout = unit.layout(element);
  code.gap();
  code.open("func lower", unit.names().idents[id], "(m *ffirt.Memory, v ", unit.names().types[id],
            ") ffirt.Slice {");
  code.line("list, first := m.List(len(v), ", layout.size, ", ", layout.align, ")");
  code.open("for i := range v {");
  store(unit, code, element, "m", cat("unsafe.Add(first, i*", layout.size, ")"), "v[i]");
  code.close("}");
  code.line("return list");
  code.close("}");
}

void composite(const GuestUnit& unit, Code& code, TypeId id, bool flat) {
  const Type& type = unit.type(id);
  Sink sink(unit, code, id, flat);
  code.gap();
  code.open("func ", flat ? "spread" : "lower", unit.names().idents[id], "(m *ffirt.Memory, ",
            sink.parameter(), ", v ", unit.package.by_pointer(id) ? "*" : "",
            unit.names().types[id], ") {");
  switch (type.kind) {
    case Kind::Option: option(unit, code, id, sink); break;
    case Kind::Result: result(unit, code, id, sink); break;
    case Kind::Variant: variant(unit, code, id, sink); break;
    case Kind::Tuple:
    case Kind::Record:
      for (std::size_t i = 0; i < type.parts.size(); ++i)
        sink.part(i, "v." + unit.names().parts[id][i]);
      break;
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

void store(const GuestUnit& unit, Code& code, TypeId id, const std::string& memory,
           const std::string& at, const std::string& value) {
  const auto assign = [&](std::string_view type, const std::string& from) {
    code.line("*(*", type, ")(", at, ") = ", from);
  };
  const std::string narrow = cat("uint", unit.layout(id).size * 8);
  switch (unit.type(id).kind) {
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
    case Kind::F64: assign(unit.names().types[id], value); return;
    case Kind::Char: assign(narrow, cat("ffirt.Char(", value, ")")); return;
    case Kind::String: assign("ffirt.Slice", cat(methods_of(memory), ".Text(", value, ")")); return;
    case Kind::Enum:
      assign(narrow,
             cat(narrow, "(ffirt.Case(uint32(", value, "), ", unit.type(id).parts.size(), "))"));
      return;
    case Kind::Flags: assign(unit.names().types[id], value + flags_mask(unit, id)); return;
    case Kind::Own:
    case Kind::Borrow: assign("uint32", handle(unit, id, value)); return;
    case Kind::List: assign("ffirt.Slice", list_lowerer(unit, id, memory, value)); return;
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: break;
  }
  code.line("lower", unit.names().idents[id], "(", memory, ", ", at, ", ",
            unit.package.operand(id, value), ")");
}

void to_flat(const GuestUnit& unit, Code& code, TypeId id, const std::string& memory,
             const FlatPlace& to, const std::string& value) {
  if (const std::string word = one_word(unit, id, value); !word.empty()) {
    code.line(to.word(), " = ", word);
    return;
  }
  const Kind kind = unit.type(id).kind;
  if (kind == Kind::String || kind == Kind::List) {
    const std::string slice = kind == Kind::String ? cat(methods_of(memory), ".Text(", value, ")")
                                                   : list_lowerer(unit, id, memory, value);
    code.line(slice, ".Spread(", to.rest(), ")");
    return;
  }
  code.line("spread", unit.names().idents[id], "(", memory, ", ", to.rest(), ", ",
            unit.package.operand(id, value), ")");
}

void emit_lower_functions(const GuestUnit& unit, Code& code) {
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    if (!unit.package.is_composite(id)) continue;
    if (unit.type(id).kind == Kind::List) {
      if ((unit.stores[id] || unit.spreads[id]) &&
          list_lowerer(unit, id, "m", "v").starts_with("lower"))
        list(unit, code, id);
      continue;
    }
    if (unit.stores[id]) composite(unit, code, id, false);
    if (unit.spreads[id]) composite(unit, code, id, true);
  }
}

}  // namespace fficheck::guest_go

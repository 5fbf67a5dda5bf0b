#include "targets/go/package.h"

#include <algorithm>

namespace fficheck::go {
namespace {

std::uint64_t align_up(std::uint64_t n, std::uint64_t align) {
  return (n + align - 1) / align * align;
}

ArgsLayout place(const FunctionLayout& function) {
  ArgsLayout args;
  for (const Member& member : function.params) {
    args.offsets.push_back(align_up(args.size, member.align));
    args.size = args.offsets.back() + member.size;
    args.align = std::max(args.align, member.align);
  }
  args.size = align_up(args.size, args.align);
  return args;
}

void mark(const Schema& schema, std::vector<bool>& used, TypeId id) {
  if (used[id]) return;
  used[id] = true;
  for (const Part& part : schema.type(id).parts)
    if (part.type) mark(schema, used, *part.type);
}

}  // namespace

Package::Package(const Schema& s, Abi abi, std::string prefix)
    : schema(s),
      lowering(lower_native(s, abi)),
      names(resolve_go_names(s, lowering, std::move(prefix))) {
  for (const FunctionLayout& function : lowering.functions) args.push_back(place(function));
  for (const FunctionLayout& import : lowering.imports) requests.push_back(place(import));
  lowered.resize(s.types().size());
  lifted.resize(s.types().size());
  for (const Function& function : s.functions()) {
    for (const Param& param : function.params) mark(s, lowered, param.type);
    if (!function.result) continue;
    const Type& result = s.type(*function.result);
    if (result.kind != Kind::Result) {
      mark(s, lifted, *function.result);
      continue;
    }
    for (const Part& side : result.parts)  // the result itself becomes a value and an error
      if (side.type) mark(s, lifted, *side.type);
  }
  for (std::size_t i = 0; i < lowering.imports.size(); ++i) {
    for (const Param& param : s.imports()[i].params) mark(s, lifted, param.type);
    if (lowering.imports[i].form == ResultForm::Struct) mark(s, lowered, *lowering.imports[i].ok);
  }
}

std::string Package::raw_type(TypeId id) const {
  const TypeLayout& l = layout(id);
  switch (type(id).kind) {
    case Kind::Bool: return l.size == 1 ? "uint8" : "int32";
    case Kind::S8:
    case Kind::U8:
    case Kind::S16:
    case Kind::U16:
    case Kind::S32:
    case Kind::U32:
    case Kind::S64:
    case Kind::U64:
    case Kind::F32:
    case Kind::F64: return names.types[id];
    case Kind::Char: return "uint32";
    case Kind::String: return l.shape == Shape::NulString ? "uintptr" : "ffirt.Slice";
    case Kind::List: return "ffirt.Slice";
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: return "raw" + names.idents[id];
    case Kind::Enum: return cat("uint", l.size * 8);
    case Kind::Flags:
      return l.shape == Shape::Scalar ? cat("uint", l.size * 8) : cat("[", l.size / 8, "]uint64");
    case Kind::Own:
    case Kind::Borrow: return "uint64";
  }
  return "";
}

bool Package::is_composite(TypeId id) const {
  switch (type(id).kind) {
    case Kind::List:
    case Kind::Option:
    case Kind::Result:
    case Kind::Tuple:
    case Kind::Record:
    case Kind::Variant: return true;
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
    case Kind::Borrow: return false;
  }
  return false;
}

bool Package::by_pointer(TypeId id) const {
  const Kind kind = type(id).kind;
  return kind == Kind::Result || kind == Kind::Tuple || kind == Kind::Record;
}

std::string Package::operand(TypeId id, const std::string& expression) const {
  return by_pointer(id) ? address_of(expression) : expression;
}

std::string address_of(const std::string& expression) {
  return expression.starts_with('*') ? expression.substr(1) : "&" + expression;
}

}  // namespace fficheck::go

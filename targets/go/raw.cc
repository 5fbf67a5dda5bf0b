#include "harness/core/reference.h"
#include "targets/go/package.h"

namespace fficheck::go {
namespace {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// Unsigned words of the union's alignment, so that the mirror is aligned as C's struct is.
std::string union_type(const Member& member) {
  return cat("[", member.size / member.align, "]uint", member.align * 8);
}

std::string member_type(const Package& p, const Member& member) {
  switch (member.role) {
    case MemberRole::Value: return p.raw_type(*member.type);
    case MemberRole::Pointer: return "ffirt.Slice";
    case MemberRole::Length: return "";
    case MemberRole::Present: return member.size == 1 ? "uint8" : "int32";
    case MemberRole::Tag: return cat("uint", member.size * 8);
    case MemberRole::Payload: return union_type(member);
    case MemberRole::Word: return cat("[", member.size / 8, "]uint64");
    case MemberRole::Filler: return "uint8";
  }
  return "";
}

/// A struct whose gaps are spelled out, so that Go and C cannot disagree about them.
void emit_mirror(const Package& p, Code& code, const std::string& name,
                 const std::vector<Member>& members, const std::vector<std::string>& names,
                 const std::vector<std::uint64_t>& offsets, std::uint64_t size) {
  code.gap();
  code.open("type ", name, " struct {");
  Fields fields;
  std::uint64_t end = 0;
  const auto fill = [&](std::uint64_t to) {
    if (to > end) fields.emplace_back("_", cat("[", to - end, "]byte"));
  };
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string type = member_type(p, members[i]);
    if (!type.empty()) {
      fill(offsets[i]);
      fields.emplace_back(names[i], type);
    }
    end = offsets[i] + members[i].size;
  }
  fill(size);
  code.fields(fields);
  code.close("}");
}

bool has_mirror(const Package& p, TypeId id) {
  return p.raw_type(id).starts_with("raw") && p.layout(id).shape == Shape::Struct;
}

void check_figure(Code& code, const std::string& what, std::uint64_t figure) {
  code.line("const _ = -(unsafe.", what, " ^ ", figure, ")");
}

}  // namespace

void emit_raw(const Package& p, Code& code) {
  for (TypeId id = 0; id < p.schema.types().size(); ++id) {
    if (!has_mirror(p, id)) continue;
    std::vector<std::uint64_t> offsets;
    for (const Member& member : p.layout(id).members) offsets.push_back(member.offset);
    emit_mirror(p, code, p.raw_type(id), p.layout(id).members, p.names.raw_fields[id], offsets,
                p.layout(id).size);
  }
  for (std::size_t i = 0; i < p.args.size(); ++i) {
    if (p.args[i].offsets.empty()) continue;
    emit_mirror(p, code, p.names.functions[i].args, p.lowering.functions[i].params,
                p.names.functions[i].raw_params, p.args[i].offsets, p.args[i].size);
  }
  for (std::size_t i = 0; i < p.requests.size(); ++i) {
    if (request_form(p, i) != RequestForm::Struct) continue;
    emit_mirror(p, code, p.names.imports[i].request, p.lowering.imports[i].params,
                p.names.imports[i].raw_params, p.requests[i].offsets, p.requests[i].size);
  }
}

namespace {

/// The struct that carries C parameters, against the reference's figures.
void check_params(Code& code, const Function& function,
                  const std::vector<ReferenceLayout::Member>& params, const ArgsLayout& args,
                  const FunctionLayout& layout, const std::string& raw,
                  const std::vector<std::string>& fields) {
  code.gap();
  code.line("// arguments of ", function.name);
  check_figure(code, cat("Sizeof(", raw, "{})"), args.size);
  for (std::size_t k = 0; k < params.size(); ++k) {
    if (fields[k].empty()) continue;
    const std::string field = cat(raw, "{}.", fields[k]);
    check_figure(code, cat("Offsetof(", field, ")"), args.offsets[k]);
    if (layout.params[k].role == MemberRole::Value)
      check_figure(code, cat("Sizeof(", field, ")"), params[k].size);
  }
}

}  // namespace

void emit_layout(const Package& p, Code& code, Abi abi) {
  const Reference reference(p.schema, abi);
  for (TypeId id = 0; id < p.schema.types().size(); ++id) {
    if (!has_mirror(p, id)) continue;
    const ReferenceLayout layout = reference.layout(id);
    const std::string raw = p.raw_type(id);
    code.gap();
    code.line("// ", type_name(p.schema, id));
    check_figure(code, cat("Sizeof(", raw, "{})"), layout.size);
    check_figure(code, cat("Alignof(", raw, "{})"), layout.align);
    for (std::size_t i = 0; i < layout.members.size(); ++i)
      if (!p.names.raw_fields[id][i].empty())
        check_figure(code, cat("Offsetof(", raw, "{}.", p.names.raw_fields[id][i], ")"),
                     layout.members[i].offset);
  }
  for (std::size_t i = 0; i < p.args.size(); ++i) {
    if (p.args[i].offsets.empty()) continue;
    const Function& function = p.schema.functions()[i];
    check_params(code, function, reference.params(function), p.args[i], p.lowering.functions[i],
                 p.names.functions[i].args, p.names.functions[i].raw_params);
  }
  for (std::size_t i = 0; i < p.requests.size(); ++i) {
    if (request_form(p, i) != RequestForm::Struct) continue;
    const Function& import = p.schema.imports()[i];
    check_params(code, import, reference.params(import), p.requests[i], p.lowering.imports[i],
                 p.names.imports[i].request, p.names.imports[i].raw_params);
  }
}

}  // namespace fficheck::go

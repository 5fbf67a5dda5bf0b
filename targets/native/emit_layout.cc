// The end of a batch's P.c: the C compiler checks its own layout against the reference's figures.
#include "harness/core/reference.h"
#include "targets/native/emit_parts.h"

namespace fficheck::native_emit {
namespace {

std::string assertion(const std::string& expression, std::uint64_t figure,
                      const std::string& what) {
  return "_Static_assert(" + expression + " == " + std::to_string(figure) + ", \"" + what +
         "\");\n";
}

}  // namespace

std::string emit_layout(const Unit& unit) {
  const Reference reference(unit.schema, unit.abi);
  std::string out = preamble(unit, "Layout");
  out += "#include \"" + unit.names.library.prefix + ".h\"\n";
  std::string assertions;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    const ReferenceLayout layout = unit.used[id] ? reference.layout(id) : ReferenceLayout{};
    if (!layout.exists) continue;
    const Type& type = unit.schema.type(id);
    if (!is_named(type.kind) && unit.lowering.types[id].shape != Shape::Struct) continue;
    const std::string& name = unit.names.types[id];
    const std::string what = brief(unit.schema, id);
    assertions += assertion("sizeof(" + name + ")", layout.size, what + ": size");
    assertions += assertion("_Alignof(" + name + ")", layout.align, what + ": alignment");
    for (std::size_t i = 0; i < layout.members.size(); ++i) {
      const ReferenceLayout::Member& member = layout.members[i];
      // A member that the lowering forgot has no name here, and does not compile.
      const std::string field =
          i < unit.names.members[id].size() ? unit.names.members[id][i] : member.name;
      assertions += assertion("offsetof(" + name + ", " + field + ")", member.offset,
                              what + ": offset of " + member.name);
      assertions += assertion("sizeof(((" + name + " *)0)->" + field + ")", member.size,
                              what + ": size of " + member.name);
    }
  }
  return assertions.empty() ? out : out + "\n" + assertions;
}

}  // namespace fficheck::native_emit

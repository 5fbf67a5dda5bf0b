// The end of a batch's P.c: the C compiler checks its own layout against the reference's figures.
#include "harness/core/reference.h"
#include "targets/native/emit_parts.h"

namespace fficheck::native_emit {
std::string emit_layout(const Unit& unit) {
  const Reference reference(unit.schema, unit.abi);
  std::string out = preamble(unit, "Layout");
  out += "#include \"" + unit.names.library.prefix + ".h\"\n#include \"ffi_layout.h\"\n";
  std::string assertions;
  for (TypeId id = 0; id < unit.schema.types().size(); ++id) {
    const ReferenceLayout layout = unit.used[id] ? reference.layout(id) : ReferenceLayout{};
    if (!layout.exists) continue;
    const Type& type = unit.schema.type(id);
    if (!is_named(type.kind) && unit.lowering.types[id].shape != Shape::Struct) continue;
    const std::string& name = unit.names.types[id];
    const std::string what = ", \"" + brief(unit.schema, id) + "\");\n";
    assertions += "FFI_LAYOUT(" + name + ", " + std::to_string(layout.size) + ", " +
                  std::to_string(layout.align) + what;
    for (std::size_t i = 0; i < layout.members.size(); ++i) {
      const ReferenceLayout::Member& member = layout.members[i];
      // A member that the lowering forgot has no name here, and does not compile.
      const std::string field =
          i < unit.names.members[id].size() ? unit.names.members[id][i] : member.name;
      assertions += "FFI_MEMBER(" + name + ", " + field + ", " + std::to_string(member.offset) +
                    ", " + std::to_string(member.size) + what;
    }
  }
  return assertions.empty() ? out : out + "\n" + assertions;
}

}  // namespace fficheck::native_emit

// Resources: administrative imports, what handlers call, and destructors.
#include "targets/wasm/guest_c_parts.h"

namespace fficheck::guest_c {
namespace {

std::string imported(const std::string& module, const std::string& name,
                     const std::string& declaration) {
  return "__attribute__((import_module(\"" + module + "\"), import_name(\"" + name +
         "\"))) extern " + declaration + ";\n";
}

/// The module of a resource's administrative imports.
std::string home(const GuestUnit& unit, const Resource& resource) {
  return resource.imported ? host_interface_id(unit.schema)
                           : "[export]" + interface_id(unit.schema);
}

}  // namespace

std::string emit_resource_declarations(const GuestUnit& unit) {
  std::string out;
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    const Resource& resource = unit.schema.resources()[r];
    const CNames::ResourceNames& names = unit.names.resources[r];
    out += "/* resource " + resource.name;
    if (resource.imported) {
      out += ", of the host: gives up a handle that is owned or was lent */\n";
    } else {
      out +=
          ": makes an owned handle for what implements it; what implements it; gives up a handle "
          "that is owned */\n";
      out += "int32_t " + names.make + "(void *rep);\n";
      out += "void *" + names.rep + "(int32_t handle);\n";
    }
    out += "void " + names.drop + "(int32_t handle);\n\n";
  }
  return out;
}

std::string emit_resource_functions(const GuestUnit& unit) {
  std::string out;
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    const Resource& resource = unit.schema.resources()[r];
    const CNames::ResourceNames& names = unit.names.resources[r];
    const std::string module = home(unit, resource);
    const std::string make = unit.internal("New", r);
    const std::string rep = unit.internal("Rep", r);
    const std::string drop = unit.internal("Drop", r);
    if (!resource.imported) {
      out += "\n" + imported(module, "[resource-new]" + resource.name,
                             "int32_t " + make + "(int32_t rep)");
      out +=
          imported(module, "[resource-rep]" + resource.name, "int32_t " + rep + "(int32_t handle)");
      out += "\nint32_t " + names.make + "(void *rep) {\n  return " + make +
             "(ffi_guest_address(rep));\n}\n";
      out += "\nvoid *" + names.rep + "(int32_t handle) {\n  return ffi_guest_at(" + rep +
             "(handle));\n}\n";
    }
    out += "\n" +
           imported(module, "[resource-drop]" + resource.name, "void " + drop + "(int32_t handle)");
    out += "\nvoid " + names.drop + "(int32_t handle) {\n  " + drop + "(handle);\n}\n";
  }
  return out;
}

std::string emit_destructors(const GuestUnit& unit) {
  std::string out;
  for (ResourceId r = 0; r < unit.schema.resources().size(); ++r) {
    const Resource& resource = unit.schema.resources()[r];
    if (resource.imported) continue;
    const std::string destroy =
        unit.product ? unit.names.resources[r].destroy : std::string("ffi_guest_destroy");
    out += "\n__attribute__((export_name(\"" + interface_id(unit.schema) + "#[dtor]" +
           resource.name + "\"))) void " + unit.internal("Dtor", r) + "(int32_t rep) {\n  " +
           destroy + "(ffi_guest_at(rep));\n}\n";
  }
  return out;
}

}  // namespace fficheck::guest_c

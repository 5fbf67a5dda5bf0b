// The types of a schema as docs/abi-native.md declares them in C, for a C compiler to judge.
// Independent of the emitters: type 3 is T3, its members are m0, m1, ...
#pragma once

#include <sstream>
#include <string>

#include "harness/core/lowering.h"
#include "harness/core/schema.h"

namespace fficheck::testing {

class CDeclarations {
 public:
  CDeclarations(const Schema& schema, Abi abi) : schema_(schema), nim_(abi == Abi::Nim) {}

  std::string declaration(TypeId id) const {
    const Type& t = schema_.type(id);
    std::ostringstream out;
    const auto alias = [&](const std::string& c) { out << "typedef " << c << " T" << id << ";\n"; };
    const auto words = (t.parts.size() + 63) / 64;
    switch (t.kind) {
      case Kind::Bool: alias(nim_ ? "int" : "bool"); break;
      case Kind::S8: alias("int8_t"); break;
      case Kind::U8: alias("uint8_t"); break;
      case Kind::S16: alias("int16_t"); break;
      case Kind::U16: alias("uint16_t"); break;
      case Kind::S32: alias("int32_t"); break;
      case Kind::U32: alias("uint32_t"); break;
      case Kind::S64: alias("int64_t"); break;
      case Kind::U64: alias("uint64_t"); break;
      case Kind::F32: alias("float"); break;
      case Kind::F64: alias("double"); break;
      case Kind::Char: alias("uint32_t"); break;
      case Kind::Own:
      case Kind::Borrow: alias("uint64_t"); break;
      case Kind::String:
        alias(nim_ ? "const char *" : "struct { const char *m0; size_t m1; }");
        break;
      case Kind::List:
        if (!nim_) alias("struct { T" + std::to_string(*t.parts[0].type) + " *m0; size_t m1; }");
        break;
      case Kind::Option:
        if (!nim_) alias("struct { bool m0; T" + std::to_string(*t.parts[0].type) + " m1; }");
        break;
      case Kind::Enum: alias(tag(t.parts.size())); break;
      case Kind::Flags:
        if (t.parts.size() <= 8)
          alias("uint8_t");
        else if (t.parts.size() <= 16)
          alias("uint16_t");
        else if (t.parts.size() <= 32)
          alias("uint32_t");
        else if (t.parts.size() <= 64)
          alias("uint64_t");
        else
          alias("struct { uint64_t m0[" + std::to_string(words) + "]; }");
        break;
      case Kind::Tuple:
      case Kind::Record: {
        std::string fields;
        int m = 0;
        const auto field = [&](const std::string& type) {
          fields += type + " m" + std::to_string(m++) + "; ";
        };
        for (const Part& part : t.parts) {
          const Type& inner = schema_.type(*part.type);
          if (nim_ && inner.kind == Kind::List) {
            field("T" + std::to_string(*inner.parts[0].type) + " *");
            field("size_t");
          } else if (nim_ && inner.kind == Kind::Option) {
            field("int");
            field("T" + std::to_string(*inner.parts[0].type));
          } else {
            field("T" + std::to_string(*part.type));
          }
        }
        if (t.parts.empty()) field("uint8_t");
        alias("struct { " + fields + "}");
        break;
      }
      case Kind::Result:
      case Kind::Variant: {
        std::string cases;
        for (std::size_t i = 0; i < t.parts.size(); ++i)
          if (t.parts[i].type)
            cases += "T" + std::to_string(*t.parts[i].type) + " c" + std::to_string(i) + "; ";
        alias("struct { " + (t.kind == Kind::Result ? "uint8_t" : tag(t.parts.size())) + " m0; " +
              (cases.empty() ? "" : "union { " + cases + "} m1; ") + "}");
        break;
      }
    }
    return out.str();
  }

  /// The C parameters of a function, "T3 a0, T1 *a1, size_t a2"; `count` counts them.
  std::string params(const Function& f, int* count) const {
    std::string out;
    const auto param = [&](const std::string& type) {
      out += (out.empty() ? "" : ", ") + type + " a" + std::to_string((*count)++);
    };
    for (const Param& p : f.params) {
      const Type& type = schema_.type(p.type);
      if (nim_ && type.kind == Kind::List) {
        param("T" + std::to_string(*type.parts[0].type) + " *");
        param("size_t");
      } else if (nim_ && type.kind == Kind::Option) {
        param("int");
        param("T" + std::to_string(*type.parts[0].type));
      } else {
        param("T" + std::to_string(p.type));
      }
    }
    return out;
  }

  static std::string tag(std::size_t n) {
    return n <= 256 ? "uint8_t" : n <= 65536 ? "uint16_t" : "uint32_t";
  }

 private:
  const Schema& schema_;
  bool nim_;
};

}  // namespace fficheck::testing

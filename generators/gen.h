// The generators as RapidCheck's, for tests of laws: their failures shrink by
// harness/core/shrink.h, as those of campaigns do.
#pragma once

#include <rapidcheck.h>

#include <memory>
#include <ostream>

#include "generators/generators.h"
#include "harness/core/case.h"
#include "harness/core/value_stream.h"

namespace fficheck::gen {

/// Schemas of a profile; RapidCheck's size under 30 gives those of the profile `small`.
[[nodiscard]] rc::Gen<Schema> schema(const Profile& profile = profiles().front());
/// Values of a type: half from the value stream, half all edges.
[[nodiscard]] rc::Gen<Value> value(std::shared_ptr<const Schema> schema, TypeId type);
/// A schema and a script of calls, repeats, bulk runs and cycles.
[[nodiscard]] rc::Gen<Case> whole_case(const Profile& profile = profiles().front());
/// Any WIT label, hostile ones among them.
[[nodiscard]] rc::Gen<std::string> label();

/// A schema, one of its types, and a value of that type.
struct TypedValue {
  std::shared_ptr<const Schema> schema;
  TypeId type = 0;
  Value value;
};
[[nodiscard]] rc::Gen<TypedValue> typed_value(const Profile& profile = profiles().front());

}  // namespace fficheck::gen

// How RapidCheck prints a counterexample: as WIT, WAVE and script.
namespace fficheck {
std::ostream& operator<<(std::ostream& out, const Schema& schema);
std::ostream& operator<<(std::ostream& out, const Case& c);
namespace gen {
std::ostream& operator<<(std::ostream& out, const TypedValue& v);
}
}  // namespace fficheck

namespace rc {
template <>
struct Arbitrary<fficheck::Schema> {
  static Gen<fficheck::Schema> arbitrary() { return fficheck::gen::schema(); }
};
template <>
struct Arbitrary<fficheck::Case> {
  static Gen<fficheck::Case> arbitrary() { return fficheck::gen::whole_case(); }
};
template <>
struct Arbitrary<fficheck::gen::TypedValue> {
  static Gen<fficheck::gen::TypedValue> arbitrary() { return fficheck::gen::typed_value(); }
};
}  // namespace rc

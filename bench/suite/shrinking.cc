#include "bench/suite/shrinking.h"

#include <memory>
#include <optional>

#include "bench/suite/allocations.h"
#include "generators/generators.h"
#include "harness/core/case.h"
#include "harness/core/shrink.h"
#include "harness/core/value_stream.h"

namespace fficheck {
namespace {

/// Whether a value has a string in it that is not empty: what "fails" here.
bool fails(const Schema& schema, TypeId id, const Value& value) {
  const Type& type = schema.type(id);
  switch (class_of(type.kind)) {
    case KindClass::Text: return !value.as<std::string>().empty();
    case KindClass::Sequence: {
      const Sequence& parts = value.as<Sequence>();
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const Part& part = type.parts[type.kind == Kind::List ? 0 : i];
        if (fails(schema, *part.type, parts[i])) return true;
      }
      return false;
    }
    case KindClass::Choice: {
      const Choice& choice = value.as<Choice>();
      if (!choice.payload) return false;
      const std::size_t index = type.kind == Kind::Option ? 0 : choice.index;
      return fails(schema, *type.parts[index].type, *choice.payload);
    }
    case KindClass::Scalar:
    case KindClass::Bits:
    case KindClass::Handle: return false;
  }
  return false;
}

bool fails(const Case& c) {
  for (const Step& step : c.steps) {
    const Function* f = step.kind == Step::Kind::Call ? c.schema.find(step.function) : nullptr;
    for (std::size_t i = 0; f != nullptr && i < step.args.size(); ++i)
      if (fails(c.schema, f->params[i].type, step.args[i])) return true;
  }
  return false;
}

/// The first smaller case that fails too, until there is none: how many were tried.
std::uint64_t shrink(Case c) {
  std::uint64_t tried = 0;
  for (bool smaller = true; smaller;) {
    smaller = false;
    for (Case& candidate : shrink_case(c)) {
      ++tried;
      if (!fails(candidate)) continue;
      c = std::move(candidate);
      smaller = true;
      break;
    }
  }
  return tried;
}

/// An invented case that fails: one call with arguments of the value stream.
Case failing_case() {
  for (std::uint64_t seed = 1;; ++seed) {
    Case c{"", "", "", "", generate_schema(seed, profiles().front()), {}};
    for (const Function& f : c.schema.functions()) {
      if (f.params.empty() || f.name == "create") continue;
      Step step;
      step.function = qualified_name(c.schema, f);
      step.args = stream_args(c.schema, f, value_seed(seed, 1));
      c.steps = {step};
      if (fails(c)) return c;
    }
  }
}

}  // namespace

void add_shrinking_benches(std::vector<Bench>& out) {
  const auto failing = std::make_shared<std::optional<Case>>();
  out.push_back({.name = "harness/shrink-case",
                 .floor = "",
                 .run = counting_once([failing](std::uint64_t n) {
                   if (!*failing) *failing = failing_case();
                   double tried = 0;
                   Result<Measured> took =
                       timed(n, [&] { tried += static_cast<double>(shrink(**failing)); });
                   if (took.ok()) took.value().items = tried;
                   return took;
                 }),
                 .counted = true,
                 .one_processor = true});
}

}  // namespace fficheck

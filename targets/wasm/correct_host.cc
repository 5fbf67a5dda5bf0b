#include "targets/wasm/correct_host.h"

#include "harness/core/value_stream.h"
#include "harness/core/witness.h"
#include "targets/wasm/value_handles.h"

namespace fficheck {

Host CorrectHost::functions() {
  return [this](std::uint32_t schema, std::uint32_t function, const std::vector<Value>& args) {
    return call(schema, function, args);
  };
}

HostDrop CorrectHost::destructor() {
  return [this](std::uint32_t schema, ResourceId resource, std::uint32_t rep) {
    drop(schema, resource, rep);
  };
}

std::uint32_t CorrectHost::make(std::uint32_t schema, ResourceId resource) {
  live_.emplace(next_, ResourceType{schema, resource});
  return next_++;
}

bool CorrectHost::has(std::uint32_t schema, ResourceId resource, std::uint64_t rep) const {
  const auto at = live_.find(static_cast<std::uint32_t>(rep));
  return rep >> 32 == 0 && at != live_.end() && at->second == ResourceType{schema, resource};
}

void CorrectHost::clear() {
  live_.clear();
  constructed_.clear();
  problem_.clear();
}

void CorrectHost::drop(std::uint32_t schema, ResourceId resource, std::uint32_t rep) {
  if (has(schema, resource, rep)) {
    live_.erase(rep);
  } else if (problem_.empty()) {
    problem_ = "the destructor of the host's " + schemas_[schema].resources()[resource].name +
               " runs on what is not one";
  }
}

std::string CorrectHost::use(const Schema& s, std::uint32_t schema, const Function& f,
                             const std::vector<Value>& args) const {
  std::string wrong;
  (void)with_handles(s, f, args, [&](const Type& type, std::uint64_t rep) {
    if (!has(schema, type.resource, rep))
      wrong = f.name + ": the guest passes no live " + s.resources()[type.resource].name +
              " of the host";
    return rep;
  });
  return wrong;
}

HostAnswer CorrectHost::call(std::uint32_t schema, std::uint32_t function,
                             const std::vector<Value>& args) {
  const Schema& s = schemas_[schema];
  const Function& f = s.imports()[function];
  if (std::string wrong = use(s, schema, f, args); !wrong.empty()) {
    if (problem_.empty()) problem_ = wrong;
    return {{}, Trap{std::move(wrong)}};
  }
  // The guest cannot see behind the host's handles: their number is 0 on both sides.
  const auto plain =
      with_handles(s, f, args, [](const Type&, std::uint64_t) { return std::uint64_t{0}; });
  if (f.kind == FunctionKind::Constructor) {
    constructed_.push_back({f.resource, witness_args(s, f, plain)});
    Value made = Value::handle(make(schema, f.resource));
    const bool fallible = s.type(*f.result).kind == Kind::Result;
    return {fallible ? Value::choice(0, std::move(made)) : std::move(made), {}};
  }
  if (s.role(f) == Role::Echo) return {args[0], {}};
  (void)with_handles(s, f, args, [&](const Type& type, std::uint64_t rep) {
    if (type.kind == Kind::Own) live_.erase(static_cast<std::uint32_t>(rep));
    return rep;
  });
  std::optional<Value> answer = expected_result(s, f, plain, {});
  if (!answer) return {};
  return {with_handles(s, *f.result, *answer,
                       [&](const Type& type, std::uint64_t) -> std::uint64_t {
                         return make(schema, type.resource);
                       }),
          {}};
}

}  // namespace fficheck

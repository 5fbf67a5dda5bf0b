#include "generators/completion.h"

#include <string>
#include <utility>
#include <vector>

namespace fficheck {
namespace {

Function function(Names& names, std::string name, const std::vector<std::string>& fixed,
                  const std::vector<TypeId>& types, std::optional<TypeId> result) {
  Function f;
  f.name = std::move(name);
  f.result = result;
  Names::Scope scope = names.scope();
  for (std::size_t i = 0; i < types.size(); ++i)
    f.params.push_back({i < fixed.size() ? scope.claim(fixed[i]) : scope.next("p"), types[i]});
  return f;
}

}  // namespace

void draw_completion(Draw& draw, Names& names, Names::Scope& top, TypeDrawer& types,
                     SchemaBuilder& builder, const std::function<std::optional<TypeId>()>& result) {
  const TypeId u64 = types.scalar(Kind::U64);
  const auto some = [&](std::vector<TypeId> out, std::uint32_t most) {
    for (std::uint32_t n = draw.low_range(0, most); n > 0; --n) out.push_back(types.any());
    return out;
  };
  for (std::uint32_t n = 0, count = draw.range(1, 3); n < count; ++n) {
    const std::vector<TypeId> args = some({u64, u64}, 3);
    // The first answers a number: most of what can go wrong shows in it, and it costs little.
    const std::optional<TypeId> gives = n == 0 ? std::optional(u64) : result();
    builder.function(function(names, top.with_prefix("task", n), {"plan", "salt"}, args, gives));
  }
  const std::uint32_t hosts = draw.low_range(0, 3);
  for (std::uint32_t n = 0; n < hosts; ++n) {
    const std::vector<TypeId> args = some({}, 3);
    const std::optional<TypeId> gives = result();
    builder.import(function(names, top.next("ask-"), {}, args, gives));
  }
  for (std::uint32_t n = 0, count = draw.low_range(hosts == 0 ? 1 : 0, 2); n < count; ++n) {
    if (!types.may(Kind::Record)) break;
    const TypeId record = types.record(some({types.any()}, 2));
    builder.import(function(names, top.with_prefix("on", n), {}, {record}, std::nullopt));
  }
}

void draw_planned_create(Draw& draw, Names& names, TypeDrawer& types, SchemaBuilder& builder) {
  const TypeId u64 = types.scalar(Kind::U64);
  std::vector<TypeId> args{u64};
  for (std::uint32_t n = draw.low_range(0, 2); n > 0; --n) args.push_back(types.any());
  const TypeId text = types.scalar(Kind::String);
  builder.function(
      function(names, "create", {"plan"}, args, types.result_type(std::nullopt, text)));
}

}  // namespace fficheck

// Tasks, host functions and events of one generated schema: docs/completion.md, section 1.
#pragma once

#include <functional>

#include "generators/types.h"

namespace fficheck {

/// Draws one to three tasks, up to three host functions and up to two events (at least one of
/// either). `result` gives a function's result, or none. Precondition: the schema may have u64.
void draw_completion(Draw& draw, Names& names, Names::Scope& top, TypeDrawer& types,
                     SchemaBuilder& builder, const std::function<std::optional<TypeId>()>& result);

/// A constructor whose plan may let it fail.
void draw_planned_create(Draw& draw, Names& names, TypeDrawer& types, SchemaBuilder& builder);

}  // namespace fficheck

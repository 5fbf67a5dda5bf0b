// Resources of one generated schema.
#pragma once

#include "generators/types.h"

namespace fficheck {

/// Draws so many resources of the callee, each with a constructor, the method `consume`, and now
/// and then other methods and static functions; and free functions that own and borrow them, alone
/// and within other types. Now and then resources of the host too, with the same kinds of functions
/// among the imports. Draws nothing where count is 0.
void draw_resources(Draw& draw, std::uint32_t count, Names& names, Names::Scope& top,
                    TypeDrawer& types, SchemaBuilder& builder);

}  // namespace fficheck

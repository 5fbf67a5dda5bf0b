// The laws, one file each; who needs them composes them here, nothing registers itself.
#pragma once

#include <memory>
#include <vector>

#include "harness/run/property.h"

namespace fficheck {

[[nodiscard]] std::unique_ptr<Property> compiles_property();
[[nodiscard]] std::unique_ptr<Property> layout_property();
[[nodiscard]] std::unique_ptr<Property> consume_property();
[[nodiscard]] std::unique_ptr<Property> produce_property();
[[nodiscard]] std::unique_ptr<Property> echo_property();
[[nodiscard]] std::unique_ptr<Property> call_property();
[[nodiscard]] std::unique_ptr<Property> repeat_property();
[[nodiscard]] std::unique_ptr<Property> errors_property();
[[nodiscard]] std::unique_ptr<Property> balance_property();
[[nodiscard]] std::unique_ptr<Property> post_return_property();
[[nodiscard]] std::unique_ptr<Property> import_property();
[[nodiscard]] std::unique_ptr<Property> traps_property();
[[nodiscard]] std::unique_ptr<Property> host_property();
[[nodiscard]] std::unique_ptr<Property> resources_property();
[[nodiscard]] std::unique_ptr<Property> gc_property();
[[nodiscard]] std::unique_ptr<Property> completion_property();
[[nodiscard]] std::unique_ptr<Property> non_blocking_property();
[[nodiscard]] std::unique_ptr<Property> concurrency_property();
[[nodiscard]] std::unique_ptr<Property> panic_property();
[[nodiscard]] std::unique_ptr<Property> teardown_property();
[[nodiscard]] std::unique_ptr<Property> lifetime_property();

/// All of them: the build-time laws first, then in the order in which a session is best driven.
[[nodiscard]] std::vector<std::unique_ptr<Property>> all_properties();

}  // namespace fficheck

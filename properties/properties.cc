#include "properties/properties.h"

namespace fficheck {

std::vector<std::unique_ptr<Property>> all_properties() {
  std::vector<std::unique_ptr<Property>> out;
  out.push_back(compiles_property());
  out.push_back(layout_property());
  out.push_back(consume_property());
  out.push_back(produce_property());
  out.push_back(echo_property());
  out.push_back(call_property());
  out.push_back(repeat_property());
  out.push_back(errors_property());
  out.push_back(balance_property());
  out.push_back(post_return_property());
  out.push_back(import_property());
  out.push_back(resources_property());
  out.push_back(gc_property());
  out.push_back(traps_property());
  out.push_back(host_property());
  out.push_back(completion_property());
  out.push_back(non_blocking_property());
  out.push_back(concurrency_property());
  out.push_back(panic_property());
  out.push_back(teardown_property());
  out.push_back(lifetime_property());
  return out;
}

}  // namespace fficheck

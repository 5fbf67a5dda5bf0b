#include "properties/faults/faults.h"

#include <iterator>
#include <utility>

namespace fficheck {

std::vector<Fault> all_faults() {
  std::vector<Fault> out;
  for (std::vector<Fault> (*family)() :
       {layout_faults, wasm_layout_faults, string_faults, ownership_faults, gc_faults,
        resource_faults, host_faults, completion_faults, name_faults, lone_faults}) {
    std::vector<Fault> some = family();
    out.insert(out.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return out;
}

}  // namespace fficheck

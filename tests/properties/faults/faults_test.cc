#include "properties/faults/faults.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>

#include "generators/generators.h"
#include "harness/run/built_batch.h"
#include "properties/properties.h"
#include "targets/go/go_target.h"
#include "targets/ipc/ipc_target.h"
#include "targets/wasm/faulty_host/faulty_host.h"
#include "targets/wasm/wasm_target.h"

namespace fficheck {
namespace {

std::vector<std::unique_ptr<Target>> targets() {
  std::vector<std::unique_ptr<Target>> out;
  out.push_back(std::make_unique<GoTarget>());
  out.push_back(std::make_unique<IpcTarget>());
  out.push_back(std::make_unique<WasmTarget>(guest_in_c()));
  out.push_back(std::make_unique<WasmTarget>(guest_in_go()));
  return out;
}

TEST(Faults, HaveNamesOfTheirOwnAndAReason) {
  std::set<std::string> names;
  for (const Fault& fault : all_faults()) {
    EXPECT_TRUE(names.insert(fault.name()).second) << fault.name() << " twice";
    EXPECT_TRUE(fault.sentence.ends_with(".")) << fault.name();
    EXPECT_TRUE(fault.edit || fault.wrap || faulty_host(fault.host) != nullptr) << fault.name();
  }
}

TEST(Faults, NameAnExistingLawTargetAndProfile) {
  const auto laws = all_properties();
  const auto all = targets();
  for (const Fault& fault : all_faults()) {
    EXPECT_TRUE(std::any_of(laws.begin(), laws.end(), [&](const auto& law) {
      return law->name() == fault.property;
    })) << fault.name();
    EXPECT_TRUE(std::any_of(all.begin(), all.end(), [&](const auto& target) {
      return target->name() == fault.target;
    })) << fault.name();
    EXPECT_NE(find_profile(fault.profile), nullptr) << fault.name();
  }
}

/// Emitters change; an edit that no longer fits what they write must not go unnoticed.
TEST(Faults, EveryEditFindsItsPlaceInGeneratedCode) {
  const auto all = targets();
  for (const Fault& fault : all_faults()) {
    if (!fault.edit) continue;
    const auto target = std::find_if(all.begin(), all.end(),
                                     [&](const auto& t) { return t->name() == fault.target; });
    ASSERT_NE(target, all.end());
    // Most find their place in any batch, a few want a feature that is rare.
    std::string refusal = "not tried";
    for (const std::size_t count : {25U, 400U}) {
      if (refusal.empty()) break;
      std::vector<Schema> schemas;
      for (std::uint64_t seed = 0; schemas.size() < count; ++seed) {
        Carried carried =
            carried_part(**target, generate_schema(seed, *find_profile(fault.profile)));
        if (carried.schema) schemas.push_back(*std::move(carried.schema));
      }
      std::vector<BatchEntry> batch;
      for (const Schema& schema : schemas)
        batch.push_back({entry_id(static_cast<std::uint32_t>(batch.size())), &schema});
      const FaultyTarget faulty(**target, fault);
      (void)faulty.emit(batch);
      refusal = faulty.times_seeded() == 1 ? "" : "not seeded: " + faulty.refusal();
    }
    EXPECT_EQ(refusal, "") << fault.name();
  }
}

}  // namespace
}  // namespace fficheck

#include "targets/native/ffi_plan.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace fficheck {
namespace {

// The case of libffi issue 574: five integers, a float, and a struct whose integer takes r9.
struct Mixed {
  std::int8_t x;
  double y;
};
struct Seen {
  float f;
  Mixed m;
};
Seen seen;

extern "C" void callee(std::int8_t, std::int8_t, std::int8_t, std::int8_t, std::int8_t, float f,
                       Mixed m) {
  seen = {f, m};
}

class FfiPlanCall : public ::testing::Test {
 protected:
  void call(FfiPlan::Detour detour) {
    ASSERT_EQ(ffi_get_struct_offsets(FFI_DEFAULT_ABI, &mixed_, offsets_), FFI_OK);
    std::vector<ffi_type*> types{&ffi_type_sint8, &ffi_type_sint8, &ffi_type_sint8, &ffi_type_sint8,
                                 &ffi_type_sint8, &ffi_type_float, &mixed_};
    ASSERT_TRUE(plan_.prepare(&ffi_type_void, types, detour).ok());
    std::int8_t byte = 1;
    float f = 1234.5F;
    Mixed m{7, 2.5};
    const std::vector<void*> values{&byte, &byte, &byte, &byte, &byte, &f, &m};
    seen = {};
    plan_.call(reinterpret_cast<void (*)()>(&callee), nullptr, values);
  }

  FfiPlan plan_;
  ffi_type* elements_[3] = {&ffi_type_sint8, &ffi_type_double, nullptr};
  ffi_type mixed_{0, 0, FFI_TYPE_STRUCT, elements_};
  std::size_t offsets_[2] = {};
};

TEST_F(FfiPlanCall, AStructWhoseIntegerTakesTheLastRegisterLeavesItsNeighboursAlone) {
  call(FfiPlan::Detour::WhereNeeded);
  EXPECT_EQ(seen.f, 1234.5F);
  EXPECT_EQ(seen.m.x, 7);
  EXPECT_EQ(seen.m.y, 2.5);
}

// A finding about libffi, kept: it fails no more with a libffi that has the repair of issue 848.
TEST_F(FfiPlanCall, WithoutTheDetourOldLibffiLosesTheNeighbour) {
  call(FfiPlan::Detour::Never);
  if (seen.f == 1234.5F) GTEST_SKIP() << "this libffi passes the struct as the psABI says";
  EXPECT_EQ(seen.m.x, 7);
  EXPECT_EQ(seen.m.y, 2.5);
}

#if defined(__x86_64__)
TEST_F(FfiPlanCall, TheDetourIsTakenOnlyWhereTheLastGeneralRegisterIsHit) {
  ASSERT_EQ(ffi_get_struct_offsets(FFI_DEFAULT_ABI, &mixed_, offsets_), FFI_OK);
  for (std::size_t before = 0; before < 8; ++before) {
    std::vector<ffi_type*> types(before + 1, &ffi_type_pointer);
    types.back() = &mixed_;
    FfiPlan plan;
    ASSERT_TRUE(plan.prepare(&ffi_type_void, types).ok());
    EXPECT_EQ(plan.has_detour(), before == 5) << before;
  }
}
#endif

}  // namespace
}  // namespace fficheck

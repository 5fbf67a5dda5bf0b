#include "targets/native/ffi_types.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "harness/core/text.h"
#include "harness/core/value_stream.h"
#include "targets/native/ffi_plan.h"
#include "targets/native/marshal.h"
#include "tests/c_declarations.h"
#include "tests/random_schema.h"

namespace fficheck {
namespace {

struct Leg {
  Abi abi;
  const char* compiler;
};

class FfiTypesOf : public ::testing::TestWithParam<Leg> {};
INSTANTIATE_TEST_SUITE_P(Both, FfiTypesOf,
                         ::testing::Values(Leg{Abi::Native, "gcc"}, Leg{Abi::Nim, "gcc"},
                                           Leg{Abi::Native, "clang-19"}, Leg{Abi::Nim, "clang-19"}),
                         [](const auto& info) {
                           return std::string(abi_name(info.param.abi)) +
                                  (info.param.compiler[0] == 'g' ? "Gcc" : "Clang");
                         });

constexpr std::uint64_t kSchemas = 15;
constexpr std::size_t kSlot = 4096;  // bytes kept for each captured parameter

/// For each function of each schema a C function that copies its parameters, as its compiler finds
/// them, to where its first argument points.
std::string capture_program(Abi abi) {
  std::string out =
      "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <string.h>\n";
  for (std::uint64_t seed = 0; seed < kSchemas; ++seed) {
    const Schema schema = testing::random_schema(seed, abi);
    const testing::CDeclarations c(schema, abi);
    // One header of types for each schema, told apart by a macro.
    const std::string s = "S" + std::to_string(seed) + "_";
    for (TypeId id = 0; id < schema.types().size(); ++id) {
      const std::string t = "T" + std::to_string(id);
      out += "#define " + t + " " + s + t + "\n";
      if (abi == Abi::Nim && schema.type(id).kind == Kind::Result) continue;
      out += c.declaration(id);
    }
    for (std::size_t f = 0; f < schema.functions().size(); ++f) {
      int count = 0;
      const std::string params = c.params(schema.functions()[f], &count);
      out += "int " + s + "f" + std::to_string(f) + "(char *out, void *b, void *c" +
             (params.empty() ? "" : ", ") + params + ") {\n";
      for (int i = 0; i < count; ++i) {
        const std::string a = "a" + std::to_string(i);
        out += "  memcpy(out + " + std::to_string(static_cast<std::size_t>(i) * kSlot) + ", &" + a +
               ", sizeof " + a + ");\n";
      }
      out += "  return b == (void *)8 && c == (void *)16 ? -7 : 1;\n}\n";
    }
    for (TypeId id = 0; id < schema.types().size(); ++id)
      out += "#undef T" + std::to_string(id) + "\n";
  }
  return out;
}

TEST_P(FfiTypesOf, ACallThroughLibffiArrivesAsTheCompilerExpectsIt) {
  const std::filesystem::path dir =
      std::filesystem::path(::testing::TempDir()) /
      ("fficheck-ffi-types-" + std::string(GetParam().compiler) + "-" +
       std::string(abi_name(GetParam().abi)) + "-" + std::to_string(getpid()));
  std::filesystem::create_directories(dir);
  std::ofstream(dir / "capture.c") << capture_program(GetParam().abi);
  const std::string command = std::string(GetParam().compiler) +
                              " -std=c11 -O1 -shared -fPIC -o '" + (dir / "capture.so").string() +
                              "' '" + (dir / "capture.c").string() + "'";
  // NOLINTNEXTLINE(bugprone-command-processor): of our own temporary directory
  ASSERT_EQ(std::system(command.c_str()), 0);
  void* library = dlopen((dir / "capture.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  std::filesystem::remove_all(dir);

  std::size_t calls = 0;
  for (std::uint64_t seed = 0; seed < kSchemas; ++seed) {
    const Schema schema = testing::random_schema(seed, GetParam().abi);
    const NativeLowering lowering = lower_native(schema, GetParam().abi);
    const Marshal marshal(schema, lowering);
    FfiTypes types(schema, lowering);
    const Result<void> layout = types.check_layout();
    ASSERT_TRUE(layout.ok()) << layout.error().text();
    for (std::size_t f = 0; f < schema.functions().size(); ++f) {
      const Function& function = schema.functions()[f];
      const FunctionLayout& params = lowering.functions[f];
      const std::string symbol = "S" + std::to_string(seed) + "_f" + std::to_string(f);
      auto* address = reinterpret_cast<void (*)()>(dlsym(library, symbol.c_str()));
      ASSERT_NE(address, nullptr) << symbol;
      std::vector<ffi_type*> arguments(3, &ffi_type_pointer);
      for (const Member& member : params.params) {
        ASSERT_LE(member.size, kSlot);
        arguments.push_back(types.of(member));
      }
      FfiPlan plan;
      ASSERT_TRUE(plan.prepare(&ffi_type_sint, arguments).ok());
      for (std::uint64_t i = 0; i < 8; ++i) {
        const std::vector<Value> args = stream_args(schema, function, value_seed(seed, i),
                                                    {.no_nul = GetParam().abi == Abi::Nim});
        Arena arena;
        std::vector<void*> lowered = marshal.lower_args(function, params, args, arena);
        std::vector<char> captured(params.params.size() * kSlot + 1);
        void* out = captured.data();
        auto* b = reinterpret_cast<void*>(8);
        auto* c = reinterpret_cast<void*>(16);
        std::vector<void*> values{static_cast<void*>(&out), static_cast<void*>(&b),
                                  static_cast<void*>(&c)};
        values.insert(values.end(), lowered.begin(), lowered.end());
        ffi_arg ret = 0;
        plan.call(address, &ret, values);
        ASSERT_EQ(static_cast<int>(ret), -7) << symbol;
        std::vector<void*> seen;
        for (std::size_t k = 0; k < lowered.size(); ++k)
          seen.push_back(static_cast<void*>(captured.data() + k * kSlot));
        const auto back = marshal.lift_args(function, params, seen);
        ASSERT_TRUE(back.ok()) << symbol << ": " << back.error().text();
        for (std::size_t k = 0; k < args.size(); ++k)
          ASSERT_TRUE(equal(args[k], back.value()[k]))
              << symbol << " argument " << k << " of type "
              << type_name(schema, function.params[k].type) << "\n"
              << print_wit(schema) << print_wave(schema, function.params[k].type, args[k]) << "\n"
              << print_wave(schema, function.params[k].type, back.value()[k]);
        ++calls;
      }
    }
  }
  EXPECT_GT(calls, 1500u);
  dlclose(library);
}

}  // namespace
}  // namespace fficheck

// water_host MODULE WIT: calls a guest of water.wit through both sessions, and tells what became of
// its resources and its memory. The two sessions must print the same.
#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/canonical.h"
#include "harness/core/text.h"
#include "harness/run/files.h"
#include "targets/wasm/component_session.h"
#include "targets/wasm/core_session.h"

namespace {

using namespace fficheck;
using namespace std::chrono_literals;

/// One way to call the guest: the result, or nothing after it told a trap.
using Call = std::function<std::optional<Value>(const std::string& function,
                                                const std::vector<Value>& args)>;

std::uint32_t index_of(const Schema& schema, const std::string& name) {
  for (std::uint32_t i = 0; i < schema.functions().size(); ++i)
    if (lower_canonical(schema).functions[i].name == name) return i;
  std::fprintf(stderr, "no function %s\n", name.c_str());
  std::exit(1);
}

std::string shown(const Value& drink) {
  const Choice& choice = drink.as<Choice>();
  return choice.index == 0 ? std::to_string(choice.payload->as<std::uint64_t>()) + " left"
                           : choice.payload->as<std::string>();
}

/// The example's script.
void play(const Call& call, const std::function<void(const Value&)>& drop) {
  const auto liters = [](std::uint64_t n) { return Value::natural(n); };
  const Value lake = *call("[constructor]water", {liters(5)});
  const Value pond = *call("[constructor]water", {liters(2)});
  std::printf("fuller: %s\n", call("fuller", {lake, pond})->as<std::string>().c_str());
  std::printf("drink 3: %s\n", shown(*call("[method]water.drink", {lake, liters(3)})).c_str());
  std::printf("drink 3: %s\n", shown(*call("[method]water.drink", {lake, liters(3)})).c_str());
  const Value sea = *call("[static]water.mix", {lake, pond});
  std::printf("spill: %llu\n", static_cast<unsigned long long>(
                                   call("[method]water.spill", {sea})->as<std::uint64_t>()));
  drop(sea);
  std::printf("echo: %s\n",
              call("echo", {Value::string("h\u00f6r, water")})->as<std::string>().c_str());
}

int core(std::shared_ptr<WasmEngine> engine, const std::string& bytes, const Schema& schema) {
  const std::vector<std::uint8_t> module(bytes.begin(), bytes.end());
  auto compiled = CoreModule::compile(std::move(engine), module);
  if (!compiled) return std::fprintf(stderr, "%s\n", compiled.error().text().c_str()), 1;
  auto session = CoreSession::create(compiled.value(), {{&schema, lower_canonical(schema)}},
                                     StringEncoding::Utf8, nullptr, 5s);
  if (!session) return std::fprintf(stderr, "%s\n", session.error().text().c_str()), 1;
  CoreSession& guest = *session.value();
  std::uint32_t post_returns = 0;
  int status = 0;
  play(
      [&](const std::string& function, const std::vector<Value>& args) {
        WasmCall done = guest.call(0, index_of(schema, function), args);
        post_returns += done.trace.post_returns;
        if (done.trap) std::printf("%s traps: %s\n", function.c_str(), done.trap->reason.c_str());
        return std::move(done.result);
      },
      [&](const Value& water) {
        const auto rep = static_cast<std::uint32_t>(water.as<Handle>().rep);
        if (const auto trap = guest.drop_rep(0, 0, rep))
          status = std::printf("drop traps: %s\n", trap->reason.c_str());
      });
  const HandleCounts& counts = guest.handles().counts();
  std::printf("core: %llu waters made, %llu destroyed, %zu handles left, %u post-returns\n",
              static_cast<unsigned long long>(counts.created),
              static_cast<unsigned long long>(guest.destructor_calls()), guest.handles().live(),
              post_returns);
  return status;
}

int component(std::shared_ptr<WasmEngine> engine, const std::string& bytes, const Schema& schema,
              const char* file) {
  const std::vector<std::uint8_t> module(bytes.begin(), bytes.end());
  const auto wrapped = componentize(module, print_wit(schema), "library", StringEncoding::Utf8);
  if (!wrapped) return std::fprintf(stderr, "%s\n", wrapped.error().text().c_str()), 1;
  if (file != nullptr) {
    std::ofstream out(file, std::ios::binary);
    out.write(reinterpret_cast<const char*>(wrapped.value().data()),
              static_cast<std::streamsize>(wrapped.value().size()));
    if (!out.flush()) return std::fprintf(stderr, "cannot write %s\n", file), 1;
  }
  auto session =
      ComponentSession::create(std::move(engine), wrapped.value(), {&schema}, nullptr, 5s);
  if (!session) return std::fprintf(stderr, "%s\n", session.error().text().c_str()), 1;
  ComponentSession& guest = *session.value();
  int status = 0;
  play(
      [&](const std::string& function, const std::vector<Value>& args) {
        std::optional<Value> result;
        const auto trap = guest.call(0, index_of(schema, function), args, &result);
        if (trap) std::printf("%s traps: %s\n", function.c_str(), trap->reason.c_str());
        return result;
      },
      [&](const Value& water) {
        if (const auto trap = guest.drop(water.as<Handle>().rep))
          status = std::printf("drop traps: %s\n", trap->reason.c_str());
      });
  std::printf("component: %zu resources left\n", guest.live_resources());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 4)
    return std::fputs("usage: water_host MODULE WIT [COMPONENT]\n", stderr), 2;
  const auto bytes = read_file(argv[1]);
  const auto wit = read_file(argv[2]);
  if (!bytes || !wit) return std::fputs("cannot read the module or the WIT\n", stderr), 2;
  const auto schema = parse_schema(wit.value(), argv[2]);
  auto engine = WasmEngine::create({});
  if (!schema || !engine) return std::fputs("cannot start\n", stderr), 2;
  const int first = core(engine.value(), bytes.value(), schema.value());
  const int second =
      component(engine.value(), bytes.value(), schema.value(), argc == 4 ? argv[3] : nullptr);
  return first == 0 && second == 0 ? 0 : 1;
}

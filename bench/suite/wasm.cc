#include "bench/suite/wasm.h"

#include <chrono>
#include <utility>

#include "bench/suite/allocations.h"
#include "bench/suite/shapes.h"
#include "bench/suite/wasm_guest.h"
#include "harness/run/trial.h"

namespace fficheck {
namespace {

using Clock = std::chrono::steady_clock;
using Guest = std::shared_ptr<WasmGuest>;
using Args = std::vector<Value>;

/// A trap as timed_or wants it.
std::string problem_of(const std::optional<Trap>& trap) {
  return trap ? "trap: " + trap->reason : std::string();
}

Result<Measured> core_call(WasmGuest& guest, const std::string& function, const Args& args,
                           std::uint64_t n) {
  FFICHECK_TRY(const Schema* schema, guest.schema());
  FFICHECK_TRY(const std::uint32_t index, function_index(*schema, function));
  FFICHECK_TRY(CoreSession * session, guest.core());
  return timed_or(n, [&] {
    std::optional<Value> result;
    return problem_of(session->call_fast(0, index, args, &result));
  });
}

Result<Measured> component_call(WasmGuest& guest, const std::string& function, const Args& args,
                                std::uint64_t n) {
  FFICHECK_TRY(const Schema* schema, guest.schema());
  FFICHECK_TRY(const std::uint32_t index, function_index(*schema, function));
  FFICHECK_TRY(ComponentSession * session, guest.component());
  return timed_or(n, [&] {
    std::optional<Value> result;
    return problem_of(session->call(0, index, args, &result));
  });
}

/// One way to call a guest.
using Caller = Result<Measured> (*)(WasmGuest&, const std::string&, const Args&, std::uint64_t);

struct Session {
  const char* name;
  Caller call;
};
constexpr Session kSessions[] = {{"core", core_call}, {"component", component_call}};

/// The guest asks its host: one call from outside for each 1,000 from inside.
Result<Measured> ask(Caller call, WasmGuest& guest, const std::string& function, const Args& rest,
                     std::uint64_t n) {
  constexpr std::uint64_t kAtOnce = 1000;
  Measured out;
  for (std::uint64_t left = n; left != 0;) {
    const std::uint64_t now = std::min(left, kAtOnce);
    Args args{Value::natural(now)};
    args.insert(args.end(), rest.begin(), rest.end());
    FFICHECK_TRY(const Measured part, call(guest, function, args, 1));
    out.ns += part.ns;
    left -= now;
  }
  return out;
}

/// Makes a resource and drops it.
Result<Measured> core_resource(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY(CoreSession * session, guest.core());
  const Args args{Value::natural(7)};
  return timed_or(n, [&] {
    std::optional<Value> made;
    if (const auto trap = session->call_fast(0, 0, args, &made)) return problem_of(trap);
    const auto rep = static_cast<std::uint32_t>(made->as<Handle>().rep);
    return problem_of(session->drop_rep(0, 0, rep));
  });
}
Result<Measured> component_resource(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY(ComponentSession * session, guest.component());
  const Args args{Value::natural(7)};
  return timed_or(n, [&] {
    std::optional<Value> made;
    if (const auto trap = session->call(0, 0, args, &made)) return problem_of(trap);
    return problem_of(session->drop(made->as<Handle>().rep));
  });
}

/// Calls a method through a borrow.
Result<Measured> core_method(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY(CoreSession * session, guest.core());
  std::optional<Value> made;
  if (const auto trap = session->call_fast(0, 0, {Value::natural(7)}, &made))
    return input_error(trap->reason);
  FFICHECK_TRY(Measured out, core_call(guest, "thing.get", {*made}, n));
  if (const auto trap = session->drop_rep(0, 0, static_cast<std::uint32_t>(made->as<Handle>().rep)))
    return input_error(trap->reason);
  return out;
}
Result<Measured> component_method(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY(ComponentSession * session, guest.component());
  std::optional<Value> made;
  if (const auto trap = session->call(0, 0, {Value::natural(7)}, &made))
    return input_error(trap->reason);
  FFICHECK_TRY(Measured out, component_call(guest, "thing.get", {*made}, n));
  if (const auto trap = session->drop(made->as<Handle>().rep)) return input_error(trap->reason);
  return out;
}

Result<Measured> instantiate_core(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY([[maybe_unused]] const Schema* loaded, guest.schema());
  return timed_or(n, [&] {
    const auto session = guest.new_core();
    return session.ok() ? std::string() : session.error().text();
  });
}
Result<Measured> instantiate_component(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY([[maybe_unused]] const ComponentSession* compiled, guest.component());
  return timed_or(n, [&] {
    const auto session = guest.new_component();
    return session.ok() ? std::string() : session.error().text();
  });
}

/// wasmtime's own cost of a call that takes a number and answers it.
Result<Measured> bare_call(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY(BareGuest * bare, guest.bare());
  FFICHECK_TRY(const std::size_t echo, bare->find("bench:shapes/shapes#echo-scalar"));
  std::uint64_t value = 42;
  return timed_or(n, [&] { return bare->call(echo, &value, 1); });
}
Result<Measured> bare_instantiate(WasmGuest& guest, std::uint64_t n) {
  FFICHECK_TRY(BareGuest * bare, guest.bare());
  return timed_or(n, [&] { return bare->instantiate(); });
}

/// Post-return alone: each call's result is made and then given back, and only that is timed.
Result<Measured> post_return(WasmGuest& guest, const std::string& function, std::uint64_t given,
                             std::uint64_t n) {
  FFICHECK_TRY(BareGuest * bare, guest.bare());
  FFICHECK_TRY(const std::size_t give, bare->find("bench:shapes/shapes#" + function));
  FFICHECK_TRY(const std::size_t post, bare->find("cabi_post_bench:shapes/shapes#" + function));
  Clock::duration clocks{};
  Clock::duration took{};
  for (std::uint64_t i = 0; i < n; ++i) {
    std::uint64_t value = given;
    if (std::string problem = bare->call(give, &value, 1); !problem.empty())
      return input_error(problem);
    const auto before = Clock::now();
    const auto start = Clock::now();
    std::string problem = bare->call(post, &value, 1);
    const auto end = Clock::now();
    if (!problem.empty()) return input_error(problem);
    clocks += start - before;
    took += end - start;
  }
  const std::chrono::duration<double, std::nano> ns = took - clocks;
  return Measured{.ns = std::max(ns.count(), 1.0)};
}

/// Values of the stream there and back, each judged, as the worker's bulk runs have it.
Result<Measured> bulk(WasmGuest& guest, const std::string& function, std::uint64_t n) {
  constexpr std::uint64_t kSeed = 1;
  constexpr std::uint64_t kValues = 32;  ///< the same again and again, so that all runs have them
  FFICHECK_TRY(const Schema* schema, guest.schema());
  FFICHECK_TRY(const std::uint32_t index, function_index(*schema, function));
  FFICHECK_TRY(CoreSession * session, guest.core());
  const Function& f = schema->functions()[index];
  std::uint64_t i = 0;
  return timed_or(n, [&] {
    const Trial trial = make_trial(*schema, f, BulkLaw::Echo, kSeed, i++ % kValues, {});
    std::optional<Value> result;
    if (const auto trap = session->call_fast(0, index, trial.args, &result))
      return problem_of(trap);
    return judge_answer(*schema, f, trial, result);
  });
}

class Suite {
 public:
  explicit Suite(std::vector<Bench>& out) : out_(out) {}

  template <class F>
  void add(const std::string& name, const std::string& floor, const Guest& guest, F run) {
    out_.push_back({.name = name,
                    .floor = floor,
                    .run = counting_once(
                        [guest, run = std::move(run)](std::uint64_t n) { return run(*guest, n); }),
                    .one_processor = true});
  }

  /// All benchmarks of a guest language, "wasm-c".
  void language(const std::string& target, const Guest& shapes, const Guest& things) {
    const std::string bare = "floor/core-call/" + target;
    add(bare, "", shapes, bare_call);
    add("floor/core-instantiate/" + target, "", shapes, bare_instantiate);
    for (const Session& session : kSessions) {
      const std::string prefix = target + "/" + session.name;
      for (const ShapeCall& call : shape_calls())
        add(call.name(prefix + "-call"), call.floor(bare), shapes,
            [&call, run = session.call](WasmGuest& guest, std::uint64_t n) {
              return run(guest, call.function, call.args, n);
            });
      asks(prefix, session.call, bare, shapes);
    }
    add(target + "/core-resource/thing/both", bare, things, core_resource);
    add(target + "/component-resource/thing/both", bare, things, component_resource);
    add(target + "/core-method/thing/argument", bare, things, core_method);
    add(target + "/component-method/thing/argument", bare, things, component_method);
    add(target + "/core-instantiate/module/-", "floor/core-instantiate/" + target, shapes,
        instantiate_core);
    add(target + "/component-instantiate/module/-", "floor/core-instantiate/" + target, shapes,
        instantiate_component);
    const auto post = [&](const std::string& shape, const std::string& function,
                          std::uint64_t given) {
      add(target + "/core-post-return/" + shape + "/result", bare, shapes,
          [function, given](WasmGuest& guest, std::uint64_t n) {
            return post_return(guest, function, given, n);
          });
    };
    post("string-1KiB", "give-string", 1024);
    post("records-1000", "give-points", 1000);
    post("nested", "give-person", 0);
  }

  /// A guest in C written by hand, and a campaign's bulk runs beside the same over that.
  void by_hand(const Guest& hand, const Guest& product, const Guest& campaign) {
    for (const ShapeCall& call : shape_calls())
      if (call.direction == "both" && call.shape != "variant" && call.shape != "option")
        add(call.name("floor/hand-guest"), "", hand, [&call](WasmGuest& guest, std::uint64_t n) {
          return core_call(guest, call.function, call.args, n);
        });
    for (const auto& [shape, function] :
         {std::pair<std::string, std::string>{"scalar", "echo-scalar"},
          {"string", "echo-string"},
          {"records", "echo-points"},
          {"record", "echo-mixed"},
          {"nested", "echo-person"}}) {
      const auto run = [function = function](WasmGuest& guest, std::uint64_t n) {
        return bulk(guest, function, n);
      };
      add("floor/hand-bulk/" + shape + "/both", "", hand, run);
      add("wasm-c/bulk/" + shape + "/both", "floor/hand-bulk/" + shape + "/both", product, run);
      out_.back().items = 1;
      add("wasm-c/campaign-bulk/" + shape + "/both", "floor/hand-bulk/" + shape + "/both", campaign,
          run);
      out_.back().items = 1;
    }
  }

 private:
  /// The guest as the caller of its host's functions.
  void asks(const std::string& prefix, Caller call, const std::string& bare, const Guest& shapes) {
    const auto add_ask = [&](const std::string& name, const std::string& function, Args rest) {
      add(prefix + name, bare, shapes,
          [call, function, rest = std::move(rest)](WasmGuest& guest, std::uint64_t n) {
            return ask(call, guest, function, rest, n);
          });
    };
    add_ask("-host/none/-", "ask-nothing", {});
    add_ask("-host/scalar/both", "ask-next", {});
    add_ask("-host/string-1KiB/both", "ask-text", {Value::string(text_of(1024))});
    add_ask("-host/records-32/both", "ask-points", {points_value(32)});
    add_ask("-event/record/argument", "fire", {});
  }

  std::vector<Bench>& out_;
};

}  // namespace

void add_wasm_benches(std::vector<Bench>& out) {
  Suite suite(out);
  const Guest c = fixture_guest("wasm_c.wasm", "shapes.wit");
  suite.language("wasm-c", c, fixture_guest("things_c.wasm", "things.wit"));
  suite.language("wasm-go", fixture_guest("wasm_go.wasm", "shapes.wit"),
                 fixture_guest("things_go.wasm", "things.wit"));
  suite.by_hand(fixture_guest("hand.wasm", "shapes.wit"), c, campaign_guest());
}

}  // namespace fficheck

// One generated library as completion scripts use it: any context, any callback, host functions and
// events. Knows nothing of the library but its schema.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/completion.h"
#include "targets/native/control_caller.h"

namespace fficheck {

/// May be used from any thread.
class ScriptLibrary {
 public:
  /// Resolves every symbol. The schema outlives it.
  static Result<std::unique_ptr<ScriptLibrary>> load(const SharedObject& object,
                                                     const Schema& schema, Abi abi,
                                                     const LibraryName& library);

  [[nodiscard]] const Schema& schema() const { return schema_; }
  [[nodiscard]] StreamLimits limits() const { return {.no_nul = lowering_.abi == Abi::Nim}; }
  /// Index of `create`, where the schema has one.
  [[nodiscard]] std::optional<std::uint32_t> constructor() const { return constructor_; }

  /// The arguments' memory is overwritten before these return.
  void* create(const std::vector<Value>& args, void* callback, void* user_data);
  int call(void* context, std::uint32_t function, const std::vector<Value>& args, void* callback,
           void* user_data);
  int destroy(void* context) { return destroy_(context); }
  /// `import`: an event; absent: all.
  std::uint64_t listen(void* context, std::optional<std::uint32_t> import, void* callback,
                       void* user_data);
  int unlisten(void* context, std::uint64_t id) { return unlisten_(context, id); }
  int register_host(void* context, std::uint32_t import, void* fn, void* user_data);
  int complete(void* context, std::uint64_t id, int ret, const char* msg, std::size_t len) {
    return complete_(context, id, ret, msg, len);
  }
  /// Completes as a host function that ends so; what it passes is overwritten afterwards.
  int answer(void* context, std::uint64_t id, std::uint32_t import, const Ending& ending);

  /// What a terminal callback delivered; `function` absent: a constructor that the schema does not
  /// name. The error says why it is nothing that the ABI knows.
  [[nodiscard]] Result<Ending> lift_ending(std::optional<std::uint32_t> function, int ret,
                                           const char* msg, std::size_t len) const;
  /// A host function's request, or an event, as the import's arguments.
  [[nodiscard]] Result<std::vector<Value>> lift_request(std::uint32_t import, const char* msg,
                                                        std::size_t len) const;

 private:
  struct Plan {
    void (*address)() = nullptr;
    FfiPlan call;
  };
  ScriptLibrary(const Schema& schema, Abi abi);
  Result<void> prepare(Plan& plan, const SharedObject& object, const std::string& symbol,
                       ffi_type* result, const std::vector<ffi_type*>& types);
  Result<void> prepare_all(const SharedObject& object, const LibraryName& library);

  const Schema& schema_;
  NativeLowering lowering_;
  Marshal marshal_;
  FfiTypes types_;
  std::vector<Plan> plans_;
  Plan create_;
  std::optional<std::uint32_t> constructor_;
  std::vector<std::string> import_names_;  ///< as callers know them
  int (*destroy_)(void*) = nullptr;
  std::uint64_t (*listen_)(void*, const char*, void*, void*) = nullptr;
  int (*unlisten_)(void*, std::uint64_t) = nullptr;
  int (*register_)(void*, const char*, void*, void*) = nullptr;
  int (*complete_)(void*, std::uint64_t, int, const char*, std::size_t) = nullptr;
};

}  // namespace fficheck

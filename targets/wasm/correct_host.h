// The host of one session: implements the imported functions, and owns the resources that the
// guest imports (docs/value-stream.md, sections 5 and 6).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "targets/wasm/core_session.h"

namespace fficheck {

class CorrectHost {
 public:
  /// Of a batch, which outlives it.
  explicit CorrectHost(const std::vector<Schema>& schemas) : schemas_(schemas) {}
  CorrectHost(const CorrectHost&) = delete;
  CorrectHost& operator=(const CorrectHost&) = delete;

  /// Answers an imported function. What the guest hands over dies when the call ends, but for what
  /// an echo hands back.
  HostAnswer call(std::uint32_t schema, std::uint32_t function, const std::vector<Value>& args);
  /// The destructor of the host's resources.
  void drop(std::uint32_t schema, ResourceId resource, std::uint32_t rep);
  /// Both, for a session that does not outlive this.
  [[nodiscard]] Host functions();
  [[nodiscard]] HostDrop destructor();

  /// A new resource; its rep, which is not used again.
  std::uint32_t make(std::uint32_t schema, ResourceId resource);
  [[nodiscard]] bool has(std::uint32_t schema, ResourceId resource, std::uint64_t rep) const;
  [[nodiscard]] std::size_t live() const { return live_.size(); }
  /// Forgets all, as a new session has nothing of it.
  void clear();

  /// What constructors were called, with the witness of their arguments, since they were last
  /// taken.
  struct Constructed {
    ResourceId resource = 0;
    std::uint64_t witness = 0;
  };
  [[nodiscard]] std::vector<Constructed> take_constructed() {
    return std::exchange(constructed_, {});
  }
  /// The first thing that a guest may not do with a handle; empty where nothing.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string use(const Schema& s, std::uint32_t schema, const Function& f,
                  const std::vector<Value>& args) const;

  const std::vector<Schema>& schemas_;
  std::map<std::uint32_t, ResourceType> live_;  ///< by rep
  std::uint32_t next_ = 1;
  std::vector<Constructed> constructed_;
  std::string problem_;
};

}  // namespace fficheck

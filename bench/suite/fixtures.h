// What bench/fixtures/build.sh made, in "<program>.d" beside the program.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/result.h"
#include "harness/core/schema.h"

namespace fficheck {

[[nodiscard]] std::filesystem::path fixture(const std::string& name);
[[nodiscard]] Result<Schema> fixture_schema(const std::string& name);
[[nodiscard]] Result<std::vector<std::uint8_t>> fixture_bytes(const std::string& name);

/// Made when it is first asked for, once; where that fails, each asking answers why.
template <class T>
class Lazy {
 public:
  using Make = std::function<Result<std::unique_ptr<T>>()>;
  explicit Lazy(Make make) : make_(std::move(make)) {}
  Result<T*> get() {
    if (!made_) made_.emplace(make_());
    if (!*made_) return made_->error();
    return made_->value().get();
  }

 private:
  Make make_;
  std::optional<Result<std::unique_ptr<T>>> made_;
};

}  // namespace fficheck

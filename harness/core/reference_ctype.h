// How the reference describes a C declaration; only reference*.cc include it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fficheck::reference_detail {

/// A C declaration. `size` and `align` follow from the other members once it is complete.
struct CType {
  enum class Form { Scalar, Struct, Union, Array, None };
  struct Member {
    std::string name;
    std::shared_ptr<const CType> type;
    std::uint64_t offset = 0;
  };
  Form form = Form::Scalar;
  std::vector<Member> members;           // struct, union
  std::shared_ptr<const CType> element;  // array
  std::uint64_t count = 0;               // array
  std::uint64_t size = 0;
  std::uint64_t align = 1;

  void declare(std::string name, std::shared_ptr<const CType> type) {
    members.push_back({std::move(name), std::move(type), 0});
  }
  [[nodiscard]] const Member* find(const std::string& name) const {
    for (const Member& m : members)
      if (m.name == name) return &m;
    return nullptr;
  }
};

}  // namespace fficheck::reference_detail

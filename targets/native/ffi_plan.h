// A prepared call of one C function through libffi.
//
// libffi up to 3.4.6 corrupts an argument on x86-64 (libffi issues 574, 848): it copies the last
// integer eightbyte of a struct of 9 to 16 bytes with the size of the whole struct; where that
// eightbyte goes in r9, the last general register, the copy runs over xmm0. Such a struct, and no
// other, is handed to libffi as its eightbytes, each a scalar argument: by the psABI they take the
// very registers that the struct takes.
#pragma once

#include <ffi.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/core/result.h"

namespace fficheck {

class FfiPlan {
 public:
  enum class Detour : std::uint8_t { WhereNeeded, Never };  ///< Never: for tests of libffi itself

  /// Prepares the call. The types outlive the plan; their sizes are known to libffi
  /// (FfiTypes::check_layout).
  Result<void> prepare(ffi_type* result, const std::vector<ffi_type*>& arguments,
                       Detour detour = Detour::WhereNeeded);
  /// Calls. `values` point to the arguments, one for each in prepare(), at least 16 readable bytes
  /// where it is a struct. `result`: as ffi_call wants it.
  void call(void (*function)(), void* result, const std::vector<void*>& values);
  /// Whether an argument is handed over as its eightbytes.
  [[nodiscard]] bool has_detour() const { return pieces_.size() != arguments_; }

 private:
  struct Piece {
    std::size_t argument = 0;
    std::size_t offset = 0;  ///< bytes from its start
  };
  ffi_cif cif_{};
  std::vector<ffi_type*> types_;  ///< as pieces_
  std::vector<Piece> pieces_;
  std::size_t arguments_ = 0;
};

}  // namespace fficheck

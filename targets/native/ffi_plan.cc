#include "targets/native/ffi_plan.h"

#include <array>

namespace fficheck {
namespace {

#if defined(__x86_64__) && !defined(_WIN32)
constexpr bool kRegistersOfX86 = true;
#else
constexpr bool kRegistersOfX86 = false;
#endif

constexpr std::size_t kGeneralRegisters = 6;
constexpr std::size_t kSseRegisters = 8;
constexpr std::size_t kMostInRegisters = 16;  // bytes

/// Which of an argument's one or two eightbytes are integers, by the psABI's classification.
using IsInteger = std::array<bool, 2>;

void classify(const ffi_type& type, std::size_t offset, IsInteger& integer) {
  if (type.type != FFI_TYPE_STRUCT) {
    if (type.type != FFI_TYPE_FLOAT && type.type != FFI_TYPE_DOUBLE) integer[offset / 8] = true;
    return;
  }
  for (ffi_type** element = type.elements; *element != nullptr; ++element) {
    const std::size_t align = (*element)->alignment;
    offset = (offset + align - 1) / align * align;
    classify(**element, offset, integer);
    offset += (*element)->size;
  }
}

/// Registers that the arguments before have taken.
struct Taken {
  std::size_t general = 0;
  std::size_t sse = 0;

  /// Takes the registers of an argument where it goes in registers; whether libffi would corrupt
  /// xmm0 with it.
  bool take(const ffi_type& type) {
    if (type.size > kMostInRegisters) return false;  // memory
    IsInteger integer{};
    classify(type, 0, integer);
    const std::size_t eightbytes = (type.size + 7) / 8;
    const std::size_t generals =
        std::size_t{integer[0]} + std::size_t{eightbytes == 2 && integer[1]};
    const std::size_t sses = eightbytes - generals;
    if (general + generals > kGeneralRegisters || sse + sses > kSseRegisters) return false;
    general += generals;
    sse += sses;
    return eightbytes == 2 && generals > 0 && general == kGeneralRegisters;
  }
};

}  // namespace

Result<void> FfiPlan::prepare(ffi_type* result, const std::vector<ffi_type*>& arguments,
                              Detour detour) {
  arguments_ = arguments.size();
  Taken taken;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    ffi_type* type = arguments[i];
    const bool corrupts = kRegistersOfX86 && taken.take(*type);
    if (!corrupts || detour == Detour::Never) {
      types_.push_back(type);
      pieces_.push_back({i, 0});
      continue;
    }
    IsInteger integer{};
    classify(*type, 0, integer);
    for (std::size_t k = 0; k < integer.size(); ++k) {
      types_.push_back(integer[k] ? &ffi_type_uint64 : &ffi_type_double);
      pieces_.push_back({i, 8 * k});
    }
  }
  if (ffi_prep_cif(&cif_, FFI_DEFAULT_ABI, static_cast<unsigned>(types_.size()), result,
                   types_.data()) != FFI_OK)
    return environment_error("libffi refuses the types of a function");
  return {};
}

void FfiPlan::call(void (*function)(), void* result, const std::vector<void*>& values) {
  std::vector<void*> pointers;
  pointers.reserve(pieces_.size());
  for (const Piece& piece : pieces_)
    pointers.push_back(static_cast<std::byte*>(values[piece.argument]) + piece.offset);
  ffi_call(&cif_, function, result, pointers.data());
}

}  // namespace fficheck

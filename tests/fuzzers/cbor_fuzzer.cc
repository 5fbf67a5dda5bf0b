// Both CBOR codecs, of generated libraries in C and of generated clients in C++, take the same
// bytes and write the same; what is refused has allocated nothing.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "targets/ipc/runtime/cpp/ffi_ipc_codec.hpp"
#include "tests/fuzzers/ipc_types.h"

namespace {

struct ChoiceNumber {
  std::uint64_t value;
};
struct ChoiceText {
  std::string value;
};
struct ChoiceNone {};
using Choice = std::variant<ChoiceNumber, ChoiceText, ChoiceNone>;
enum class Color : std::uint32_t { red, green };
struct Few {
  std::array<std::uint64_t, 1> words{};
};
struct Many {
  std::array<std::uint64_t, 2> words{};
};
struct All {
  bool yes{};
  std::int64_t number{};
  float single{};
  double wide{};
  char32_t letter{};
  std::string text;
  std::vector<std::uint8_t> bytes;
  std::vector<Choice> choices;
  std::optional<std::optional<std::string>> option;
  ffi_ipc::Result<std::uint64_t, std::string> result;
  std::tuple<std::int8_t, std::uint16_t> tuple;
  Color color{};
  Few few;
  Many many;
};

}  // namespace

template <>
struct ffi_ipc::Describe<Choice> {
  static constexpr Shape shape = Shape::variant;
  static constexpr std::array<const char*, 3> names = {{"number", "text", "none"}};
};
template <>
struct ffi_ipc::Describe<Color> {
  static constexpr Shape shape = Shape::enumeration;
  static constexpr std::array<const char*, 2> names = {{"red", "green"}};
};
template <>
struct ffi_ipc::Describe<Few> {
  static constexpr Shape shape = Shape::flags;
  static constexpr std::size_t count = 5;
  static constexpr std::size_t words = 1;
};
template <>
struct ffi_ipc::Describe<Many> {
  static constexpr Shape shape = Shape::flags;
  static constexpr std::size_t count = 70;
  static constexpr std::size_t words = 2;
};
template <>
struct ffi_ipc::Describe<All> {
  static constexpr Shape shape = Shape::record;
  static constexpr std::array<const char*, 14> names = {
      {"yes", "number", "single", "wide", "letter", "text", "bytes", "choices", "option", "result",
       "tuple", "color", "few", "many"}};
  template <class R>
  static auto members(R& r) {
    return std::tie(r.yes, r.number, r.single, r.wide, r.letter, r.text, r.bytes, r.choices,
                    r.option, r.result, r.tuple, r.color, r.few, r.many);
  }
};

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::uint8_t* written = nullptr;
  std::size_t length = 0;
  const bool in_c = fuzz_read(data, size, &written, &length) != 0;
  All all;
  ffi_ipc::Reader reader(data, size);
  const bool in_cpp = ffi_ipc::take(reader, all) && reader.at_end();
  if (in_c != in_cpp) {
    std::fprintf(stderr, "the codec in %s takes what the other refuses (%s)\n", in_c ? "C" : "C++",
                 reader.why != nullptr ? reader.why : "");
    std::abort();
  }
  if (!in_c) return 0;
  ffi_ipc::Writer writer;
  ffi_ipc::put(writer, all);
  const bool same = !writer.wrong && writer.bytes.size() == length &&
                    std::memcmp(writer.bytes.data(), written, length) == 0;
  std::free(written);
  if (!same) {
    std::fprintf(stderr, "the codecs write the same value otherwise\n");
    std::abort();
  }
  return 0;
}

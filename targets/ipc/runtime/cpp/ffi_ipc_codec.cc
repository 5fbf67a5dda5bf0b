#include "ffi_ipc_call.hpp"

namespace ffi_ipc {
namespace {

constexpr unsigned kHalf = 25;
constexpr unsigned kSingle = 26;
constexpr unsigned kDouble = 27;

/* The length of the character at `text`, 0 where there is none: the Unicode standard's table of well-formed sequences. */
std::size_t character(const unsigned char *text, std::size_t left) {
  const unsigned first = text[0];
  if (first < 0x80)
    return 1;
  const std::size_t n = first < 0xC2 ? 0 : first < 0xE0 ? 2
                                       : first < 0xF0   ? 3
                                       : first < 0xF5   ? 4
                                                        : 0;
  if (n == 0 || n > left)
    return 0;
  const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90
                                                            : 0x80;
  const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F
                                                             : 0xBF;
  if (text[1] < low || text[1] > high)
    return 0;
  for (std::size_t i = 2; i < n; ++i)
    if (text[i] >> 6 != 2)
      return 0;
  return n;
}

bool is_utf8(std::string_view text) {
  const auto *at = reinterpret_cast<const unsigned char *>(text.data());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t n = character(at + i, text.size() - i);
    if (n == 0)
      return false;
    i += n;
  }
  return true;
}

double half(std::uint64_t bits) {
  const unsigned exponent = bits >> 10 & 31;
  double f = static_cast<double>(bits & 1023);
  if (exponent == 0)
    f /= 1 << 24;
  else if (exponent == 31)
    f = f == 0 ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  else
    f = (f + 1024) * static_cast<double>(std::uint64_t{1} << exponent) / (1 << 25);
  return bits >> 15 != 0 ? -f : f;
}

float single(std::uint64_t bits) {
  const auto low = static_cast<std::uint32_t>(bits);
  float value;
  std::memcpy(&value, &low, sizeof value);
  return value;
}

/* The float whose head has that info and these bits. */
double widened(unsigned info, std::uint64_t bits) {
  double value;
  if (info == kDouble)
    std::memcpy(&value, &bits, sizeof value);
  else
    value = info == kSingle ? static_cast<double>(single(bits)) : half(bits);
  return value;
}

} // namespace

void Writer::big_endian(std::uint64_t bits, int size) {
  for (int shift = 8 * size - 8; shift >= 0; shift -= 8)
    byte(bits >> shift & 255);
}

void Writer::head(unsigned major, std::uint64_t n) {
  if (n < 24) {
    byte(major << 5 | static_cast<unsigned>(n));
    return;
  }
  const unsigned log = n <= 0xFF ? 0 : n <= 0xFFFF   ? 1
                                   : n <= 0xFFFFFFFF ? 2
                                                     : 3;
  byte(major << 5 | (24 + log));
  big_endian(n, 1 << log);
}

void Writer::text(std::string_view text) {
  wrong = wrong || !is_utf8(text);
  head(kText, text.size());
  bytes.insert(bytes.end(), text.begin(), text.end());
}

bool Reader::take_byte(unsigned byte, const char *what) {
  if (!peek(byte))
    return refuse(what);
  ++at_;
  return true;
}

bool Reader::head(unsigned &major, unsigned &info, std::uint64_t &n) {
  if (at_ == end_)
    return refuse("the message ends too soon");
  major = *at_ >> 5;
  info = *at_ & 31;
  n = info;
  if (info >= 28)
    return refuse(info == 31 ? "an indefinite length" : "a malformed head");
  const std::size_t more = info < 24 ? 0 : std::size_t{1} << (info - 24);
  if (static_cast<std::size_t>(end_ - at_) - 1 < more)
    return refuse("the message ends too soon");
  ++at_;
  if (more != 0)
    n = 0;
  for (std::size_t i = 0; i < more; ++i)
    n = n << 8 | *at_++;
  return true;
}

bool Reader::expect(unsigned wanted, std::uint64_t &n, const char *what) {
  unsigned major, info;
  if (!head(major, info, n))
    return false;
  if (major != wanted)
    return refuse(what);
  if (major >= kBytes && n > static_cast<std::uint64_t>(end_ - at_))
    return refuse("a length beyond the message");
  return true;
}

bool Reader::natural(std::uint64_t most, std::uint64_t &n) {
  if (!expect(kUnsigned, n, "a natural number is wanted"))
    return false;
  return n <= most || refuse("a number out of range");
}

bool Reader::integer(std::int64_t least, std::int64_t most, std::int64_t &n) {
  const bool negative = at_ != end_ && *at_ >> 5 == kNegative;
  std::uint64_t bits;
  if (!expect(negative ? kNegative : kUnsigned, bits, "an integer is wanted"))
    return false;
  if (bits > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
    return refuse("a number out of range");
  n = negative ? -1 - static_cast<std::int64_t>(bits) : static_cast<std::int64_t>(bits);
  return (n >= least && n <= most) || refuse("a number out of range");
}

bool Reader::float_head(unsigned &info, std::uint64_t &bits) {
  unsigned major;
  return head(major, info, bits) && ((major == 7 && info >= kHalf) || refuse("a float is wanted"));
}

bool Reader::number(double &value) {
  unsigned info;
  std::uint64_t bits;
  if (!float_head(info, bits))
    return false;
  value = widened(info, bits);
  return true;
}

bool Reader::number(float &value) {
  unsigned info;
  std::uint64_t bits;
  if (!float_head(info, bits))
    return false;
  if (info == kSingle) { // not by way of a double, which makes a signalling NaN quiet
    value = single(bits);
    return true;
  }
  const double wide = widened(info, bits);
  value = static_cast<float>(wide);
  return static_cast<double>(value) == wide || wide != wide || refuse("a float that 32 bits do not hold");
}

bool Reader::span(unsigned major, std::string_view &text, const char *what) {
  std::uint64_t n;
  if (!expect(major, n, what))
    return false;
  text = std::string_view(reinterpret_cast<const char *>(at_), static_cast<std::size_t>(n));
  at_ += n;
  return major != kText || is_utf8(text) || refuse("text that is not UTF-8");
}

bool Reader::name(const char *const *names, std::size_t count, std::size_t guess, std::size_t &index) {
  std::string_view text;
  if (!span(kText, text, "a name is wanted"))
    return false;
  for (std::size_t i = 0; i < count; ++i) {
    index = (guess + i) % count;
    if (text == names[index])
      return true;
  }
  return refuse("an unknown name");
}

bool is_char(std::uint64_t code) {
  return code <= 0x10FFFF && (code < 0xD800 || code >= 0xE000);
}

Error no_result(const char *why) {
  return {Error::Origin::invalid, std::string("the answer: ") + why};
}

Error no_argument() {
  return {Error::Origin::invalid, "an argument is no value of its type"};
}

} // namespace ffi_ipc

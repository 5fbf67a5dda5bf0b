// print_wave, print_call.
#include <array>
#include <charconv>
#include <cmath>

#include "harness/core/text.h"
#include "harness/core/utf8.h"

namespace fficheck {
namespace {

template <class Number>
void number(std::string& out, Number value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  out.append(buffer.data(), end.ptr);
}

template <class Float>
void floating(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "nan";
  } else if (std::isinf(value)) {
    out += value < 0 ? "-inf" : "inf";
  } else {
    number(out, value);  // shortest that reads back the same
  }
}

// Whether a character is written as itself: not a control, a line end, or what turns the text
// around.
bool is_plain(char32_t c) {
  return c >= 0x20 && (c < 0x7F || c > 0x9F) && (c < 0x200B || c > 0x200F) &&
         (c < 0x2028 || c > 0x202E) && (c < 0x2066 || c > 0x2069) && c != 0xFEFF;
}

void character(std::string& out, char32_t c, char quote) {
  switch (c) {
    case U'\n': out += "\\n"; return;
    case U'\r': out += "\\r"; return;
    case U'\t': out += "\\t"; return;
    case U'\\': out += "\\\\"; return;
    default: break;
  }
  if (c == static_cast<unsigned char>(quote)) {
    out += '\\';
    out += quote;
  } else if (is_plain(c)) {
    append_utf8(out, c);
  } else {
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   static_cast<std::uint32_t>(c), 16);
    out += "\\u{";
    out.append(digits.data(), end.ptr);
    out += '}';
  }
}

void quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    char32_t c = 0xFFFD;
    const std::size_t length = utf8_sequence(text, &c);  // a value's strings are UTF-8
    character(out, c, '"');
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

// A case's name where a value may stand: WAVE's own keywords need `%`.
std::string label(const std::string& name) {
  for (const char* reserved : {"true", "false", "inf", "nan", "some", "none", "ok", "err"}) {
    if (name == reserved) return "%" + name;
  }
  return name;
}

class Printer {
 public:
  Printer(const Schema& schema, std::string& out) : schema_(schema), out_(out) {}

  void print(TypeId id, const Value& value) {
    const Type& type = schema_.type(id);
    switch (type.kind) {
      case Kind::Bool: out_ += value.as<bool>() ? "true" : "false"; break;
      case Kind::S8:
      case Kind::S16:
      case Kind::S32:
      case Kind::S64: number(out_, value.as<std::int64_t>()); break;
      case Kind::U8:
      case Kind::U16:
      case Kind::U32:
      case Kind::U64: number(out_, value.as<std::uint64_t>()); break;
      case Kind::F32: floating(out_, value.as<float>()); break;
      case Kind::F64: floating(out_, value.as<double>()); break;
      case Kind::Char:
        out_ += '\'';
        character(out_, value.as<char32_t>(), '\'');
        out_ += '\'';
        break;
      case Kind::String: quoted(out_, value.as<std::string>()); break;
      case Kind::List: sequence(type, value.as<Sequence>(), '[', ']'); break;
      case Kind::Tuple: sequence(type, value.as<Sequence>(), '(', ')'); break;
      case Kind::Record: record(type, value.as<Sequence>()); break;
      case Kind::Option:
        choice(value.as<Choice>().index == 0 ? "none" : "some", type.parts[0].type,
               value.as<Choice>());
        break;
      case Kind::Result: {
        const auto& c = value.as<Choice>();
        choice(c.index == 0 ? "ok" : "err", type.parts[c.index].type, c);
        break;
      }
      case Kind::Variant:
      case Kind::Enum: {
        const auto& c = value.as<Choice>();
        choice(label(type.parts[c.index].name), type.parts[c.index].type, c);
        break;
      }
      case Kind::Flags: flags(type, value.as<Bits>()); break;
      case Kind::Own:
      case Kind::Borrow: number(out_, value.as<Handle>().rep); break;
    }
  }

 private:
  void sequence(const Type& type, const Sequence& items, char open, char close) {
    out_ += open;
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ", ";
      print(*type.parts[type.kind == Kind::List ? 0 : i].type, items[i]);
    }
    out_ += close;
  }

  void record(const Type& type, const Sequence& fields) {
    if (fields.empty()) {
      out_ += "{:}";
      return;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) {
      out_ += i == 0 ? "{" : ", ";
      out_ += type.parts[i].name + ": ";
      print(*type.parts[i].type, fields[i]);
    }
    out_ += '}';
  }

  void choice(const std::string& name, std::optional<TypeId> type, const Choice& c) {
    out_ += name;
    if (!c.payload) return;
    out_ += '(';
    print(*type, *c.payload);
    out_ += ')';
  }

  void flags(const Type& type, const Bits& bits) {
    out_ += '{';
    bool first = true;
    for (std::size_t i = 0; i < type.parts.size(); ++i) {
      if (((bits.words[i / 64] >> (i % 64)) & 1) == 0) continue;
      if (!first) out_ += ", ";
      first = false;
      out_ += type.parts[i].name;
    }
    out_ += '}';
  }

  const Schema& schema_;
  std::string& out_;
};

}  // namespace

std::string print_wave(const Schema& schema, TypeId type, const Value& value) {
  std::string out;
  Printer(schema, out).print(type, value);
  return out;
}

std::string print_call(const Schema& schema, const Function& function,
                       const std::vector<Value>& args) {
  std::string out = qualified_name(schema, function) + "(";
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (i > 0) out += ", ";
    Printer(schema, out).print(function.params[i].type, args[i]);
  }
  return out + ")";
}

}  // namespace fficheck

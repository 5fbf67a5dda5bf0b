// Go source in the making: lines with gofmt's indentation.
#pragma once

#include <algorithm>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fficheck::go {

/// Strings and numbers, one after the other.
template <class... Parts>
[[nodiscard]] std::string cat(const Parts&... parts) {
  std::string out;
  const auto add = [&out](const auto& part) {
    if constexpr (std::integral<std::remove_cvref_t<decltype(part)>>) {
      out += std::to_string(part);
    } else {
      out += part;
    }
  };
  (add(parts), ...);
  return out;
}

/// Collects lines. open() indents what follows by one tab, close() ends that.
class Code {
 public:
  template <class... Parts>
  void line(const Parts&... parts) {
    const std::string text = cat(parts...);
    if (!text.empty()) out_.append(depth_, '\t');
    out_ += text;
    out_ += '\n';
  }
  template <class... Parts>
  void open(const Parts&... parts) {
    line(parts...);
    ++depth_;
  }
  template <class... Parts>
  void close(const Parts&... parts) {
    --depth_;
    line(parts...);
  }
  void end() { --depth_; }
  /// A line one level further out: "case x:", "} else {".
  template <class... Parts>
  void outdented(const Parts&... parts) {
    --depth_;
    line(parts...);
    ++depth_;
  }
  void append(const Code& other) { out_ += other.out_; }
  /// An empty line.
  void gap() { out_ += '\n'; }

  /// Fields of a struct, types aligned as gofmt aligns them.
  void fields(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::size_t width = 0;
    for (const auto& [name, type] : fields) width = std::max(width, name.size());
    for (const auto& [name, type] : fields)
      line(name, std::string(width - name.size() + 1, ' '), type);
  }

  [[nodiscard]] const std::string& text() const { return out_; }

 private:
  std::string out_;
  std::size_t depth_ = 0;
};

/// A Go file: header, package clause, the imports among `imports` that the body uses, body.
/// `module` is the path that the packages of the same module start with.
[[nodiscard]] std::string go_file(std::string_view package, std::string_view module,
                                  const std::string& body);

/// A library's name as Go packages and modules have it: letters and digits, no keyword.
[[nodiscard]] std::string package_name(const std::string& library);

}  // namespace fficheck::go

#include "properties/faults/edits.h"

#include <algorithm>
#include <map>
#include <memory>
#include <regex>
#include <utility>

namespace fficheck::edits {
namespace {

/// Compiled once, shared by all copies of an edit.
std::shared_ptr<const std::regex> compile(const std::string& pattern) {
  return std::make_shared<const std::regex>(pattern, std::regex::optimize);
}

Error nothing(const std::string& what, const std::string& files) {
  return input_error("nothing to edit: no " + what + " in " + files);
}

/// Applies `rewrite` to each of the files; an Error where it changes none.
Result<FileSet> rewrite_files(FileSet files, const std::regex& paths, const Rewrite& rewrite,
                              const Error& otherwise) {
  bool changed = false;
  for (auto& [path, text] : files) {
    if (!std::regex_match(path, paths)) continue;
    std::optional<std::string> edited = rewrite(text);
    if (!edited || *edited == text) continue;
    text = *std::move(edited);
    changed = true;
  }
  if (!changed) return otherwise;
  return files;
}

/// For each record, the names of the first two fields of one scalar type.
using Pairs = std::map<std::string, std::pair<std::string, std::string>>;

Pairs like_fields(const std::string& text) {
  static const std::regex begin(R"(^type (C\d+\w+) struct \{$)");
  static const std::regex field(
      R"(^\t([A-Z]\w*)\s+(u?int(?:8|16|32|64)|float32|float64|string|bool)$)");
  Pairs out;
  std::map<std::string, std::string> seen;  // type -> field
  std::string inside;
  for (const std::string& line : lines_of(text)) {
    std::smatch m;
    if (std::regex_match(line, m, begin)) {
      inside = m[1];
      seen.clear();
    } else if (line == "}") {
      inside.clear();
    } else if (!inside.empty() && std::regex_match(line, m, field)) {
      const auto [first, is_new] = seen.try_emplace(m[2], m[1]);
      if (!is_new) out.try_emplace(inside, first->second, m[1].str());
    }
  }
  return out;
}

std::string swap_words(const std::string& block, const std::string& a, const std::string& b) {
  const auto rename = [](const std::string& text, const std::string& from, const std::string& to) {
    return std::regex_replace(text, std::regex("\\bv\\." + from + "\\b"), "v." + to);
  };
  return rename(rename(rename(block, a, "fficheckSwapped"), b, a), "fficheckSwapped", b);
}

}  // namespace

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

std::string join(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out.append(line).append("\n");
  return out;
}

Edit whole(std::string files, Rewrite rewrite) {
  const auto paths = compile(files);
  return [paths, files = std::move(files), rewrite = std::move(rewrite)](FileSet set) {
    return rewrite_files(std::move(set), *paths, rewrite, nothing("place for it", files));
  };
}

Edit lines(std::string files, std::string mark, std::string pattern, std::string replacement) {
  const auto paths = compile(files);
  const auto found = compile(pattern);
  return [paths, found, files = std::move(files), mark = std::move(mark),
          pattern = std::move(pattern), replacement = std::move(replacement)](FileSet set) {
    const Rewrite rewrite = [&](const std::string& text) -> std::optional<std::string> {
      if (text.find(mark) == std::string::npos) return std::nullopt;
      std::string out;
      for (const std::string& line : lines_of(text)) {
        out += line.find(mark) == std::string::npos ? line
                                                    : std::regex_replace(line, *found, replacement);
        out += '\n';
      }
      return out;
    };
    return rewrite_files(std::move(set), *paths, rewrite, nothing(pattern, files));
  };
}

Edit text(std::string files, std::string from, std::string to) {
  const auto paths = compile(files);
  return
      [paths, files = std::move(files), from = std::move(from), to = std::move(to)](FileSet set) {
        const Rewrite rewrite = [&](const std::string& before) -> std::optional<std::string> {
          std::string out;
          std::size_t at = 0;
          for (std::size_t next = 0; (next = before.find(from, at)) != std::string::npos;
               at = next + from.size()) {
            out.append(before, at, next - at).append(to);
          }
          if (at == 0) return std::nullopt;
          return out.append(before, at);
        };
        return rewrite_files(std::move(set), *paths, rewrite, nothing("\"" + from + "\"", files));
      };
}

Edit blocks(std::string files, std::string first, std::string last, Rewrite rewrite) {
  const auto paths = compile(files);
  const auto begins = compile(first);
  return [paths, begins, files = std::move(files), first = std::move(first), last = std::move(last),
          rewrite = std::move(rewrite)](FileSet set) {
    const Rewrite in_file = [&](const std::string& text) -> std::optional<std::string> {
      std::string out;
      std::string block;
      bool inside = false;
      for (const std::string& line : lines_of(text)) {
        inside = inside || std::regex_search(line, *begins);
        (inside ? block : out).append(line).append("\n");
        if (!inside || line != last) continue;
        out += rewrite(block).value_or(block);
        block.clear();
        inside = false;
      }
      return out + block;
    };
    return rewrite_files(std::move(set), *paths, in_file, nothing(first, files));
  };
}

Edit all(std::vector<Edit> edits) {
  return [edits = std::move(edits)](FileSet files) -> Result<FileSet> {
    for (const Edit& edit : edits) {
      FFICHECK_TRY(files, edit(std::move(files)));
    }
    return files;
  };
}

Edit perhaps(Edit edit) {
  return [edit = std::move(edit)](FileSet files) -> Result<FileSet> {
    Result<FileSet> edited = edit(files);
    return edited.ok() ? std::move(edited) : Result<FileSet>(std::move(files));
  };
}

Edit swapped_fields(std::string dir, std::string types, std::string functions) {
  return [dir = std::move(dir), types = std::move(types),
          functions = std::move(functions)](FileSet files) -> Result<FileSet> {
    static const std::regex begin(R"(^func (?:lower|lift|flat|spread)(C\d+\w+)\(.*$)");
    bool changed = false;
    for (const auto& [path, text] : FileSet(files)) {
      static const std::regex id(R"((c\d+)\.go)");
      std::smatch m;
      if (!path.starts_with(dir) || !path.ends_with(types)) continue;
      const std::string name = path.substr(dir.size());
      if (!std::regex_match(name, m, id)) continue;
      const Pairs pairs = like_fields(text);
      std::string& code = files.at(dir + m[1].str() + functions);
      std::string out;
      std::string block;
      std::string record;
      for (const std::string& line : lines_of(code)) {
        if (block.empty() && std::regex_match(line, m, begin) && pairs.contains(m[1]))
          record = m[1];
        (record.empty() ? out : block).append(line).append("\n");
        if (record.empty() || line != "}") continue;
        out += swap_words(block, pairs.at(record).first, pairs.at(record).second);
        block.clear();
        record.clear();
      }
      changed = changed || out != code;
      code = out;
    }
    if (!changed) return nothing("two fields of one type", dir);
    return files;
  };
}

Edit without_assertions() {
  return all({perhaps(lines(R"(go/layout\.go)", "const _", R"(^const _ = -\(unsafe.*$)", "")),
              perhaps(lines(R"(go/layout\.go)", "import", R"(^import "unsafe"$)", "")),
              perhaps(lines(R"((native|guest|go/shim)/.*\.[ch])", "_Static_assert",
                            R"(^_Static_assert\(.*$)", "")),
              perhaps(lines(R"((native|guest)/c[0-9].*\.c)", "FFI_",
                            R"(^FFI_(LAYOUT|OFFSET|MEMBER)\(.*$)", ""))});
}

}  // namespace fficheck::edits

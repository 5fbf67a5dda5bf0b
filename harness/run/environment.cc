#include "harness/run/environment.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "harness/run/files.h"

namespace fficheck {
namespace {

using nlohmann::json;

/// What follows `key`, spaces and `separator` on the first line that begins with it.
std::string line_value(const std::string& file, const std::string& key, char separator) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t at = line.find(separator);
    if (at == std::string::npos) continue;
    std::size_t from = line.find_first_not_of(" \t\"", at + 1);
    const std::size_t to = line.find_last_not_of(" \t\"");
    if (from != std::string::npos && to >= from) return line.substr(from, to - from + 1);
  }
  return {};
}

/// fficheck_build.json beside this program; an empty object where there is none.
json build_facts() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return json::object();
  const Result<std::string> text = read_file(program.parent_path() / "fficheck_build.json");
  if (!text.ok()) return json::object();
  json facts = json::parse(text.value(), nullptr, false);
  json out = json::object();
  if (!facts.is_object()) return out;
  for (auto& [key, value] : facts.items())
    if (value.is_primitive() && !value.is_null()) out[key] = std::move(value);
  return out;
}

}  // namespace

json environment() {
  json out = build_facts();
  utsname names{};
  if (::uname(&names) == 0) {
    out["host"] = names.nodename;
    out["kernel"] = std::string(names.sysname) + " " + names.release + " " + names.machine;
  }
  if (std::string os = line_value("/etc/os-release", "PRETTY_NAME", '='); !os.empty())
    out["os"] = std::move(os);
  if (std::string cpu = line_value("/proc/cpuinfo", "model name", ':'); !cpu.empty())
    out["cpu"] = std::move(cpu);
  out["cores"] = std::thread::hardware_concurrency();
  const std::string memory = line_value("/proc/meminfo", "MemTotal", ':');
  if (const double kib = std::strtod(memory.c_str(), nullptr); kib > 0)
    out["memory_gib"] = std::round(kib / (1 << 20) * 10) / 10;
  double load = 0;
  if (::getloadavg(&load, 1) == 1) out["load"] = std::round(load * 100) / 100;
  return out;
}

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace fficheck

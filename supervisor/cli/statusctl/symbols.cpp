#include "supervisor/cli/statusctl/symbols.h"

#include <boost/process/args.hpp>
#include <boost/process/child.hpp>
#include <boost/process/exe.hpp>
#include <boost/process/io.hpp>
#include <boost/process/pipe.hpp>
#include <boost/process/search_path.hpp>
#include <filesystem>
#include <map>
#include <set>

#include "supervisor/cli/statusctl/build_id.h"

namespace status::cli {
namespace {

namespace fs = std::filesystem;
namespace bp = boost::process;

using Functions = std::map<std::uint64_t, Value::Array>;  // by address in the file

bool is_below(const fs::path& file, const fs::path& folder) {
  const fs::path relative = file.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

bool may_be_read(const std::string& path, const std::string& build_id, const std::vector<std::string>& foreign) {
  std::error_code error;
  const fs::path file = fs::canonical(path, error);
  if (error || !fs::is_regular_file(file, error)) return false;
  for (const std::string& folder : foreign) {
    if (is_below(file, fs::weakly_canonical(folder, error))) return false;
  }
  return build_id_of(file) == build_id;
}

std::string base_name(const std::string& source) { return source.substr(source.rfind('/') + 1); }

// For each address a line "0x…", then for each function there, the innermost first, its name and "file:line".
Functions read_answer(std::istream& answer) {
  Functions found;
  Value::Array* functions = nullptr;
  for (std::string line; std::getline(answer, line);) {
    if (line.starts_with("0x")) {
      functions = &found[std::strtoull(line.c_str(), nullptr, 16)];
      continue;
    }
    std::string source;
    if (functions == nullptr || !std::getline(answer, source)) return found;
    if (line == "??") continue;
    Value function = Value::map({{"name", line}});
    if (!source.starts_with("??")) function.set("source", base_name(source.substr(0, source.find(" ("))));
    functions->push_back(std::move(function));
  }
  return found;
}

Functions look_up(const std::string& path, const std::set<std::uint64_t>& addresses) {
  const auto tool = bp::search_path("addr2line");
  if (tool.empty()) return {};
  std::vector<std::string> arguments = {"-e", path, "-f", "-C", "-i", "-a"};
  for (const std::uint64_t address : addresses) {
    char text[24];
    std::snprintf(text, sizeof(text), "0x%llx", static_cast<unsigned long long>(address));
    arguments.emplace_back(text);
  }
  bp::ipstream answer;
  std::error_code error;
  bp::child process(bp::exe = tool, bp::args = arguments, (bp::std_in < bp::null), (bp::std_out > answer),
                    (bp::std_err > bp::null), error);
  if (error) return {};
  Functions found = read_answer(answer);
  process.wait(error);
  return found;
}

template <class Visit>
void for_each(Value& map, std::string_view key, const Visit& visit) {
  Value* list = map.find(key);
  if (list == nullptr || list->as_array() == nullptr) return;
  for (Value& item : *list->as_array()) visit(item);
}

}  // namespace

void add_symbols(Value& crash, const std::vector<std::string>& foreign) {
  std::map<std::pair<std::string, std::string>, std::vector<Value*>> by_object;
  for_each(crash, "threads", [&](Value& thread) {
    for_each(thread, "frames", [&](Value& frame) {
      const std::string object = frame.string_or("object", "");
      if (!object.empty()) by_object[{object, frame.string_or("build_id", "")}].push_back(&frame);
    });
  });
  for (const auto& [object, frames] : by_object) {
    const auto& [path, build_id] = object;
    if (!may_be_read(path, build_id, foreign)) continue;
    std::set<std::uint64_t> addresses;
    for (const Value* frame : frames) addresses.insert(frame->uint_or("offset", 0));
    const Functions found = look_up(path, addresses);
    for (Value* frame : frames) {
      const auto functions = found.find(frame->uint_or("offset", 0));
      if (functions != found.end() && !functions->second.empty()) frame->set("functions", functions->second);
    }
  }
}

}  // namespace status::cli

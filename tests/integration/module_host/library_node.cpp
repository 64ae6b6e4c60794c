#include "tests/integration/module_host/library_node.h"

#include <sys/stat.h>

#include <filesystem>
#include <thread>

#include "ipc/base/codec.h"
#include "tests/support/scrape.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

std::vector<std::string> complete(std::vector<std::string> settings) {
  settings.insert(settings.begin(), "modules=[]");
  return without_backoff(std::move(settings));
}

// An example, or a library of the tests.
std::filesystem::path built(const std::string& library) {
  const std::string file = "lib" + library + ".so";
  const std::filesystem::path example =
      std::filesystem::path(binary("")).parent_path().parent_path() / "examples" / file;
  return std::filesystem::exists(example) ? example : std::filesystem::path(binary(file));
}

template <class Read>
std::string read_until(const std::string& part, Read read) {
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::string text = read();
  while (text.find(part) == std::string::npos && std::chrono::steady_clock::now() < until) {
    std::this_thread::yield();
    text = read();
  }
  return text;
}

}  // namespace

std::string add_library_module(const std::string& data_dir, const std::string& module, const std::string& library,
                               const std::string& settings, const std::vector<std::string>& callees) {
  const std::string folder = data_dir + "/modules.d/" + module;
  const std::string path = folder + "/lib" + module + ".so";
  std::string names;
  std::string granted = callees.empty() ? "" : "[" + module + "]\n";
  for (const std::string& callee : callees) {
    names += "\"" + callee + "\", ";
    granted += callee + " = [\"*\"]\n";
  }
  write_file(folder + "/module.toml", "name = \"" + module + "\"\nexecutable = \"" + binary("status-module-host") +
                                          "\"\ninterface = \"1.0\"\nrequires = [" + names +
                                          "]\n[owner]\nteam = \"test\"\ncontact = \"test\"\n" +
                                          "[settings]\nlibrary = \"" + path + "\"\n" + settings + "\n");
  if (!granted.empty()) write_file(data_dir + "/grants.toml", read_file(data_dir + "/grants.toml") + granted);
  if (!library.empty()) {
    std::filesystem::copy_file(built(library), path);
    std::filesystem::permissions(path, std::filesystem::perms(0644));
  }
  ::chmod(data_dir.c_str(), 0700);
  return path;
}

std::string fatal_of(const std::string& crash_record) {
  const Value record = parse_json(read_file(crash_record)).value_or(Value());
  const Value* const fatal = record.find("fatal");
  return fatal == nullptr ? "no record" : fatal->string_or("reason", "") + ": " + fatal->string_or("message", "");
}

LibraryNode::LibraryNode(const std::map<std::string, std::string>& modules, std::vector<std::string> settings)
    : node_({.settings = complete(std::move(settings))}) {
  for (const auto& [module, library] : modules) add_library_module(node_.data_dir(), module, library);
}

Result<Value> LibraryNode::call(const std::string& method, const Value& params, std::uint32_t deadline_ms) {
  return node_.front().call(method, params, {.deadline_ms = deadline_ms});
}

Outcome LibraryNode::statusctl(std::vector<std::string> words) const {
  words.insert(words.begin(), {"--data-dir", node_.data_dir()});
  return test::statusctl(std::move(words));
}

std::string LibraryNode::page_with(const std::string& line) {
  return read_until(line, [this] { return scrape(node_); });
}

std::string LibraryNode::log_with(const std::string& module, const std::string& text) {
  return read_until(text, [&] { return read_file(node_.data_dir() + "/logs/" + module + ".log"); });
}

}  // namespace status::test

// A node of real processes whose modules are libraries for status-module-host, and nothing else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/process_node.h"
#include "tests/support/statusctl.h"

namespace status::test {

// Puts the library of this build into <data-dir>/modules.d/<module>/, where its process may read it, with a manifest.
// `settings`: further lines of [settings]. `callees`: modules that it requires and may call. Returns the path of the
// copy. `library` empty: there is none.
std::string add_library_module(const std::string& data_dir, const std::string& module, const std::string& library,
                               const std::string& settings = {}, const std::vector<std::string>& callees = {});

// What a module gave as the reason of its end, of its crash record: "reason: message".
std::string fatal_of(const std::string& crash_record);

class LibraryNode {
 public:
  // Modules by name: the libraries.
  explicit LibraryNode(const std::map<std::string, std::string>& modules, std::vector<std::string> settings = {});

  ProcessNode* operator->() { return &node_; }
  ProcessNode& operator*() { return node_; }

  Result<Value> call(const std::string& method, const Value& params = Value::Map(), std::uint32_t deadline_ms = 10'000);
  Outcome statusctl(std::vector<std::string> words) const;
  // `/metrics`, once it has that line; when the time is up, as it is then.
  std::string page_with(const std::string& line);
  // The module's log once that text is in it; when the time is up, as it is then.
  std::string log_with(const std::string& module, const std::string& text);

 private:
  ProcessNode node_;
};

}  // namespace status::test

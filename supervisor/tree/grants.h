// grants.toml: what the operator lets modules of modules.d/ call. A manifest's `requires` is a wish; for a module that
// is not ours it comes true as far as it was granted. Pure: from a parsed document, no files. Any thread.
//
//   [bridge]                        # a module of modules.d/
//   waku = ["waku.send"]            # may call this of waku
//   chat = ["*"]                    # and everything of chat
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/value.h"
#include "supervisor/tree/manifest.h"

namespace status::supervisor {

class Grants {
 public:
  // INVALID_ARGUMENT (`supervisor.bad_configuration`) with file, line and key. Modules that are not there are no error:
  // they may come.
  static Result<Grants> parse(const Value& document, const std::string& file);
  std::string to_toml() const;

  // An empty list means everything. Adds to what was granted before.
  void grant(const std::string& module, const std::string& target, const std::vector<std::string>& methods);
  // False when nothing had been granted.
  bool revoke(const std::string& module, const std::string& target);
  // By module, by target: method patterns.
  const std::map<std::string, std::map<std::string, std::vector<std::string>>>& all() const { return by_module_; }

  // What is left of a module's wishes; a wish of which nothing is left is not among them.
  std::vector<Requirement> narrow(const std::string& module, const std::vector<Requirement>& wishes) const;

 private:
  std::map<std::string, std::map<std::string, std::vector<std::string>>> by_module_;
};

// What both patterns allow: a method's whole name, or a prefix and '*'. Empty: nothing.
std::string common_pattern(const std::string& a, const std::string& b);

}  // namespace status::supervisor

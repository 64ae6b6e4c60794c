// Takes out of what a node shows of its files what is nobody else's business: in a report, and on the dashboard. One
// thread.
//
// The first rule is not here: what is shown is known to hold no secret, and nobody opens node.key, databases or
// credentials for it. This is for what slips into texts: a message of a log, a setting, a path.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ipc/base/value.h"

namespace status::records {

struct RedactionRules {
  std::vector<std::string> secrets;                         // texts that must not appear, in any case of letters
  std::vector<std::pair<std::string, std::string>> places;  // paths and what stands for them; the first that fits
};

// Of a node on this machine: its folders and the user's get names, and its own credential is a secret.
RedactionRules rules_of_node(const std::string& data_dir, const std::string& run_dir);

// What is taken out gets a number, the same for the same text, so that a reader can still tell two of them apart:
// "[id 1]" for keys, hashes, ids and other long texts that look drawn, "[address 2]" for addresses of other machines,
// "[secret]".
class Redactor {
 public:
  explicit Redactor(RedactionRules rules);

  std::string text(std::string_view text);
  // Every text in it, keys too; binary becomes its size. Trace and build ids (`trace`, `trace_id`, `build_id`) stay:
  // they are drawn, but for this.
  Value value(const Value& value);

 private:
  std::string numbered(std::string_view kind, std::string_view found);
  std::string without_secrets(std::string_view text) const;
  std::string without_places(std::string text) const;
  std::string path(std::string_view text);
  std::string without_ids(std::string_view text);

  RedactionRules rules_;
  std::map<std::string, std::string, std::less<>> seen_;
};

}  // namespace status::records

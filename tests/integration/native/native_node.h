// A node of real processes with the module waku_native, as services/native/waku_native.toml declares it, over one of
// the libraries of tests/fixtures/native, and echo_a beside it.
//
//   NativeNode node({.quirks = {"noisy"}});
//   ASSERT_OK(node.start());
//   EXPECT_EQ(node.send("twice").value(), "request-1");
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/support/process_node.h"

namespace status::test {

struct NativeOptions {
  std::string library = "fixture_delivery_d";
  std::string family = "delivery";
  std::string generation = "D";
  std::vector<std::string> quirks = {};       // of the node that the library creates (tests/fixtures/native/quirks.h)
  std::vector<std::string> settings = {};     // more lines of [waku_native]
  std::vector<std::string> environment = {};  // of statusd: NAME=value
};

class NativeNode {
 public:
  explicit NativeNode(NativeOptions options = {});

  Status start() { return node_.start(); }
  ProcessNode* operator->() { return &node_; }
  ProcessNode& operator*() { return node_; }

  // `waku_native.call`: its reply.
  Result<std::string> call(const std::string& function, const Value& arguments = Value::Map(),
                           std::chrono::milliseconds within = kPatience);
  // The same of the function that takes messages, with one that has this quirk.
  Result<std::string> send(const std::string& quirk, std::chrono::milliseconds within = kPatience);
  // `waku_native.info`; null when it does not answer.
  Value info();
  std::uint64_t counter(const std::string& name);
  // True once `info` has that number under that key.
  bool wait_for(const std::string& key, std::uint64_t number);
  // The next event of the library with that name.
  std::optional<EventLog::Event> wait_for_event(const std::string& name);
  // Whether the module's log has a line with that text, now or soon.
  bool wait_for_log(const std::string& text);

  // What the module's generation left when it died (`last_crash` of `statusctl why`), once it is there.
  Value explain_death(std::uint64_t generation = 1);

  const std::string& library_path() const { return library_path_; }

 private:
  const NativeOptions options_;
  ProcessNode node_;
  const std::string library_path_;
};

// The names of all functions on the first thread of a crash record.
std::string functions_of_first_thread(const Value& crash);

}  // namespace status::test

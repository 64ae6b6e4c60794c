// Secrets that must turn up nowhere, in every form in which they could. One thread.
//
//   Canaries canaries;
//   canaries.add("node key", key);
//   EXPECT_THAT(canaries.found_in(log), IsEmpty());
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace status::test {

class Canaries {
 public:
  // As it is, as hex of either case, and as base64 of either alphabet, also in the middle of something longer. At least
  // 8 bytes: fewer are found by chance.
  void add(const std::string& name, std::string_view secret);
  // A key or an id that is written as hex: that text, and what it stands for.
  void add_hex(const std::string& name, std::string_view hex);

  // Names and forms of those that are in the text: "node key as hex".
  std::vector<std::string> found_in(std::string_view text) const;
  std::size_t size() const { return forms_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> forms_;  // what it is, and how it looks
};

}  // namespace status::test

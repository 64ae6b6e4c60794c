// A fixture library (tests/fixtures/native) put into a node as the README of services/native tells an operator to do.
#pragma once

#include <string>
#include <vector>

namespace status::test {

struct NativeLibrary {
  std::string library = "fixture_delivery_d";
  std::string family = "delivery";
  std::string generation = "D";
  std::string config = {};                 // of the node that the library creates, in TOML: `quirks = ["noisy"]`
  std::vector<std::string> settings = {};  // more lines of the module's table
  std::string module = "waku_native";
};

// Before the node starts. Returns the path of the library in the node's folder.
std::string install_native_library(const std::string& data_dir, const NativeLibrary& library);

}  // namespace status::test

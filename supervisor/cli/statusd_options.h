// The command line of statusd. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace status::supervisor {

struct StatusdOptions {
  std::string data_dir;
  std::string run_dir;                // empty: <data_dir>/run
  std::string config;                 // empty: <data_dir>/node.toml, if it is there
  std::vector<std::string> settings;  // key=value, in order
  bool allow_faults = false;          // let the operator put faults into modules
  bool foreground = false;            // print transitions, also when standard output is no terminal

  // As they were given, without those below: for another image of the program (supervisor/statusd/upgrade.h).
  std::vector<std::string> arguments;
  // Between images; descriptors, -1: none.
  int adopt = -1;
  int previous = -1;
  int check_adoption = -1;
  std::string not_adopted;
};

// Fills `options`, or returns the exit code to leave with (0 after --help or --version, 2 for a usage error),
// everything said. STATUS_DATA_DIR stands in for --data-dir, and a folder in HOME for both.
std::optional<int> parse_statusd_options(int argc, const char* const* argv, StatusdOptions& options);

}  // namespace status::supervisor

#include "supervisor/cli/statusd_options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string_view>

#include "supervisor/cli/default_data_dir.h"

namespace status::supervisor {

std::optional<int> parse_statusd_options(int argc, const char* const* argv, StatusdOptions& options) {
  CLI::App app("statusd: runs the modules of a Status node, one process each, and keeps them running.", "statusd");
  app.set_version_flag("--version", std::string("statusd ") + STATUS_VERSION);
  options.data_dir = default_data_dir();
  app.add_option("--data-dir", options.data_dir,
                 "Directory of this node; made if it is missing (STATUS_DATA_DIR, else .local/share/status in HOME)")
      ->capture_default_str()
      ->required(options.data_dir.empty())
      ->type_name("DIR");
  app.add_option("--run-dir", options.run_dir, "Directory of the sockets (default: run/ in the data directory)")
      ->type_name("DIR");
  app.add_option("--config", options.config, "Configuration (default: node.toml in the data directory, if it is there)")
      ->type_name("FILE");
  app.add_option("--set", options.settings,
                 "A setting over the file's, such as waku.backend=mesh or restart.budget=0; repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args();
  app.add_flag("--allow-faults", options.allow_faults,
               "Let `statusctl fault` delay, fail, hang or crash what the modules do: for tests and exercises");
  app.add_flag("--foreground", options.foreground,
               "Print one line per transition, also when the output is no terminal");
  // What one image of the program says to the next: not for people, so no help names it.
  app.add_option("--adopt", options.adopt)->group("");
  app.add_option("--previous", options.previous)->group("");
  app.add_option("--check-adoption", options.check_adoption)->group("");
  app.add_option("--not-adopted", options.not_adopted)->group("");
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool between = argument.starts_with("--adopt=") || argument.starts_with("--previous=") ||
                         argument.starts_with("--not-adopted=") || argument.starts_with("--check-adoption=");
    if (!between) options.arguments.emplace_back(argument);
  }
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    constexpr int kUsage = 2;
    return app.exit(error) == 0 ? 0 : kUsage;
  }
}

}  // namespace status::supervisor

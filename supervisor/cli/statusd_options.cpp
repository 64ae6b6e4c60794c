#include "supervisor/cli/statusd_options.h"

#include <CLI/CLI.hpp>
#include <iostream>

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
  app.add_flag("--foreground", options.foreground,
               "Print one line per transition, also when the output is no terminal");
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    constexpr int kUsage = 2;
    return app.exit(error) == 0 ? 0 : kUsage;
  }
}

}  // namespace status::supervisor

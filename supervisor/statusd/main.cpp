#include "supervisor/cli/statusd_options.h"
#include "supervisor/statusd/statusd.h"

int main(int argc, char** argv) {
  status::supervisor::StatusdOptions options;
  if (const auto code = status::supervisor::parse_statusd_options(argc, argv, options)) return *code;
  return status::supervisor::run_statusd(options);
}

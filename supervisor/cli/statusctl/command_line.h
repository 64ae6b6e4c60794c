// statusctl's command line: parses it and runs the command.
#pragma once

namespace status::cli {

// The exit code of WIRE.md section 7.
int run_statusctl(int argc, const char* const* argv);

}  // namespace status::cli

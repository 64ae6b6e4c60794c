// statusctl report: one redacted file about a node, for a bug report. One JSON document, so that whoever hands it on
// can read all of it first, and so that one pass over one tree redacts everything that is in it.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <filesystem>

#include "ipc/base/clock.h"
#include "ipc/base/codec.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/exit_codes.h"
#include "supervisor/cli/statusctl/output.h"
#include "supervisor/cli/statusctl/report_content.h"
#include "supervisor/records/redaction.h"

namespace status::cli {
namespace {

std::string default_name() {
  const std::time_t now = SystemClock().unix_ms() / 1'000;
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[64];
  std::strftime(text, sizeof(text), "status-report-%Y%m%dT%H%M%SZ.json", &utc);
  return text;
}

// Never over something else: whose it is and what its mode is nobody knows.
Status write_new(const std::string& path, const std::string& text) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file && errno == EEXIST) {
    return fail(Code::already_exists, "cli.file_exists", path + " is there already: choose another --output");
  }
  if (!file) return fail(errno_error(errno, "create " + path));
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errno_error(errno, "write " + path));
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

int run_report(const Shell& shell, const std::string& output) {
  if (std::error_code error; !std::filesystem::is_directory(shell.place.data_dir, error)) {
    return report(make_error(Code::not_found, "cli.no_node", "there is no node in " + shell.place.data_dir));
  }
  records::Redactor redactor(records::rules_of_node(shell.place.data_dir, shell.place.run_dir));
  const std::string text = to_json(redactor.value(report_content(shell)), true) + "\n";
  if (output == "-") {
    std::fputs(text.c_str(), stdout);
    return kDone;
  }
  const std::string path = output.empty() ? default_name() : output;
  if (const Status written = write_new(path, text); !written) return report(written.error());
  if (shell.json) {
    print_json(Value::map({{"file", path}, {"bytes", std::uint64_t{text.size()}}}), shell.terminal);
  } else {
    std::printf(
        "%s (%s) is for a bug report. Keys, contents and contacts are not in it; read it before you hand it on.\n",
        path.c_str(), size_text(text.size()).c_str());
  }
  return kDone;
}

}  // namespace status::cli

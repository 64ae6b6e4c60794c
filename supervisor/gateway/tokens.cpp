#include "supervisor/gateway/tokens.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "ipc/base/unique_fd.h"

namespace status::gateway {
namespace {

Result<std::string> read_token(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return fail(errno_error(errno, "open " + path));
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return fail(errno_error(errno, "stat " + path));
  if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return fail(Code::permission_denied, "gateway.unsafe_token", "others can read " + path + ": chmod 600 " + path);
  }
  char text[64];
  const ssize_t got = ::read(file.get(), text, sizeof(text));
  if (got < 0) return fail(errno_error(errno, "read " + path));
  std::string token(text, static_cast<std::size_t>(got));
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

}  // namespace

Result<std::shared_ptr<const ipc::AccessPolicy>> local_access(const std::string& token_file) {
  const Result<std::string> text = read_token(token_file);
  if (!text) return fail(text.error());
  const Result<ipc::Credential> token = ipc::parse_credential(*text);
  if (!token) {
    return fail(Code::failed_precondition, "gateway.bad_token", token_file + " does not hold 32 hex digits");
  }
  ipc::CredentialAccess::Entry local;
  local.sha256 = ipc::credential_digest(*token);
  local.caller = std::make_shared<ipc::Caller>(ipc::Caller{std::string(kLocalCaller), ipc::MethodSet::all()});
  return std::make_shared<const ipc::CredentialAccess>(std::vector{std::move(local)});
}

Status local_user_only(const ipc::Caller& caller, std::string_view what) {
  if (caller.name == kLocalCaller) return {};
  return fail(Code::permission_denied, "supervisor.local_only",
              "only the local user's own token (run/token) may " + std::string(what));
}

}  // namespace status::gateway

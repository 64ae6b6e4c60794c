#include "supervisor/process/sandbox/sandboxes.h"

#include <cerrno>

namespace status::supervisor {
namespace {

// Signals and abstract sockets are governed from here on.
constexpr int kScopes = 6;

}  // namespace

const char* ChildSandbox::enter() const noexcept {
  if (file_rules.descriptor) {
    if (const int error = restrict_files(file_rules.descriptor.get()); error != 0) {
      errno = error;
      return "landlock_restrict_self";
    }
  }
  if (filter != nullptr) {
    if (const int error = filter->install(); error != 0) {
      errno = error;
      return "seccomp";
    }
  }
  return nullptr;
}

SandboxSupport SandboxSupport::of_this_kernel() { return {SystemCallFilter::supported(), landlock_version()}; }

Result<ChildSandbox> Sandboxes::prepare(Sandbox profile, const FileGrants& grants, ChildSandbox ahead) {
  ChildSandbox out;
  if (profile == Sandbox::none) return out;
  if (ahead.file_rules.hold_for(grants, profile)) {
    out.file_rules = std::move(ahead.file_rules);
  } else if (support_.landlock > 0) {
    auto rules = make_file_rules(grants, profile, support_.landlock);
    if (!rules) return fail(rules.error());
    out.file_rules = std::move(*rules);
  }
  if (support_.system_calls) {
    auto found = filters_.find(profile);
    if (found == filters_.end()) {
      auto filter = SystemCallFilter::compile(profile);
      if (!filter) return fail(filter.error());
      found = filters_.emplace(profile, std::move(*filter)).first;
    }
    out.filter = &found->second;
  }
  return out;
}

SandboxLevel Sandboxes::level(Sandbox profile) const {
  if (profile == Sandbox::none || !support_.system_calls) return SandboxLevel::none;
  return support_.landlock > 0 ? SandboxLevel::files : SandboxLevel::system_calls;
}

std::vector<std::string> Sandboxes::missing(Sandbox profile) const {
  std::vector<std::string> out;
  if (profile == Sandbox::none) return out;
  if (!support_.system_calls) out.emplace_back("system calls are not filtered: this kernel has no seccomp filters");
  if (support_.landlock == 0) {
    out.emplace_back("files are not restricted: this kernel has no Landlock (5.13 and newer, lsm=landlock)");
  } else if (support_.landlock < kScopes) {
    out.emplace_back("signals to other processes are not restricted: this kernel's Landlock is version " +
                     std::to_string(support_.landlock) + ", from 6 on it can");
  }
  return out;
}

}  // namespace status::supervisor

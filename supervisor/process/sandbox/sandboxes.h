// The sandbox profiles as this machine can apply them. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "supervisor/process/sandbox/file_access.h"
#include "supervisor/process/sandbox/system_call_filter.h"

namespace status::supervisor {

// What a module is held by; each level has what is below it.
enum class SandboxLevel : std::uint8_t { none = 0, system_calls = 1, files = 2 };

// What a child takes on between fork and exec. Ends before the Sandboxes that made it.
struct ChildSandbox {
  const SystemCallFilter* filter = nullptr;  // null: none
  FileRules file_rules;

  // The step that failed, with errno set; null: all is on. System calls only.
  const char* enter() const noexcept;
};

// What the kernel has, for tests of one that has less.
struct SandboxSupport {
  bool system_calls = false;
  int landlock = 0;  // landlock_version()

  static SandboxSupport of_this_kernel();
};

class Sandboxes {
 public:
  explicit Sandboxes(SandboxSupport support = SandboxSupport::of_this_kernel()) : support_(support) {}

  // The filter is compiled once per profile; the rules are those of `ahead` if they still hold: a program that was
  // replaced is another file.
  Result<ChildSandbox> prepare(Sandbox profile, const FileGrants& grants, ChildSandbox ahead = {});

  // What prepare() gives of the profile.
  SandboxLevel level(Sandbox profile) const;
  // What it cannot give, for people; empty when nothing is missing, or nothing was asked for.
  std::vector<std::string> missing(Sandbox profile) const;

 private:
  SandboxSupport support_;
  std::map<Sandbox, SystemCallFilter> filters_;
};

}  // namespace status::supervisor

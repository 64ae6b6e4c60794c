// The interface `supervisor`: the node as front ends and operators see it. The gateway answers; statusd decides.
//
// Calls of any other module go through the same socket unchanged: `chat.send_message` and so on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ipc/api/interface.h"

namespace status::gateway {

// How the incarnation before this one ended.
struct ExitInfo {
  std::uint64_t generation = 0;
  std::string cause;
  std::int64_t time_ms = 0;
  std::uint64_t uptime_ms = 0;
  bool asked = false;
  static void describe(api::Fields<ExitInfo>& f);
};

// One module as the supervisor knows it. The gateway is one of them.
struct ModuleInfo {
  std::string name;
  std::string state;
  std::string why;
  bool locked = false;
  std::uint64_t generation = 0;
  std::int64_t pid = 0;
  std::int64_t started_ms = 0;
  std::int64_t ready_ms = 0;
  std::int64_t uptime_seconds = 0;
  std::uint64_t restarts = 0;
  std::uint64_t rss_bytes = 0;
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t memory_limit_bytes = 0;
  std::string sandbox;
  std::uint32_t sandbox_level = 0;
  std::vector<std::string> unprotected;
  std::vector<std::string> ungranted;
  std::string owner;
  std::string backend;
  std::string interface;
  std::vector<std::string> requires_;
  std::optional<ExitInfo> last_exit;
  std::int64_t next_attempt_ms = 0;
  static void describe(api::Fields<ModuleInfo>& f);
};

struct ModuleName {
  std::string module;
  static void describe(api::Fields<ModuleName>& f);
};

// The first thing that a front end asks. A `boot_id` other than last time means that the node itself was restarted.
struct Hello {
  using Request = api::Empty;
  struct Module {
    std::string name;
    std::string state;
    bool locked = false;
    std::uint64_t generation = 0;
    std::string interface;
    static void describe(api::Fields<Module>& f);
  };
  // The door for front ends on other machines.
  struct Remote {
    std::string url;
    std::string fingerprint;
    std::string problem;
    static void describe(api::Fields<Remote>& f);
  };
  struct Reply {
    std::string version;
    std::uint32_t protocol = 0;
    std::string boot_id;
    std::string metrics_url;
    Remote remote;
    std::vector<Module> modules;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct ListModules {
  using Request = api::Empty;
  struct Reply {
    std::vector<ModuleInfo> modules;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct OneModule {
  struct Request {
    std::string name;
    static void describe(api::Fields<Request>& f);
  };
  using Reply = ModuleInfo;
  static api::MethodInfo info();
};

// Answered when the supervisor has taken the order; the states that follow are events `supervisor.module_state`.
struct Start {
  using Request = ModuleName;
  using Reply = api::Empty;
  static api::MethodInfo info();
};
struct Stop {
  using Request = ModuleName;
  using Reply = api::Empty;
  static api::MethodInfo info();
};
struct Restart {
  using Request = ModuleName;
  using Reply = api::Empty;
  static api::MethodInfo info();
};
struct Pause {
  using Request = ModuleName;
  using Reply = api::Empty;
  static api::MethodInfo info();
};
struct Resume {
  using Request = ModuleName;
  using Reply = api::Empty;
  static api::MethodInfo info();
};

struct Describe {
  struct Request {
    std::optional<std::string> module;
    static void describe(api::Fields<Request>& f);
  };
  struct Document {
    std::string module;
    Value document;
    std::string error;
    static void describe(api::Fields<Document>& f);
  };
  struct Reply {
    std::vector<Document> modules;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct ModuleStateEvent {
  std::string module;
  std::string from;
  std::string to;
  std::string cause;
  std::int64_t pid = 0;
  std::int64_t next_attempt_ms = 0;
  static void describe(api::Fields<ModuleStateEvent>& f);
};
struct ModuleLockedEvent {
  std::string module;
  bool locked = false;
  static void describe(api::Fields<ModuleLockedEvent>& f);
};
struct EventsLostEvent {
  std::uint64_t count = 0;
  static void describe(api::Fields<EventsLostEvent>& f);
};

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
const api::Interface& interface();

}  // namespace status::gateway

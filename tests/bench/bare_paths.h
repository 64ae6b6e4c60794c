// The floors of ipc_bench: the same ping-pong without our code, the other ends in processes of their own.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ipc/base/bytes.h"

namespace status::bench {

// One way to get an answer to a request of any size. `start` begins a call and `done` is called once, on any thread,
// when the answer is there.
class Path {
 public:
  virtual ~Path() = default;
  virtual const char* name() const = 0;
  virtual void start(ByteView payload, std::function<void()> done) = 0;
  // Calls a second with so many in flight, each answer starting the next.
  virtual double rate(ByteView payload, int calls, int in_flight);
};

// A child process that runs one of ipc_bench's roles; killed and reaped by the destructor.
class Role {
 public:
  Role(const std::string& role, const std::vector<std::string>& arguments);
  ~Role();
  Role(const Role&) = delete;
  Role& operator=(const Role&) = delete;

 private:
  pid_t pid_ = -1;
};

// The bodies of the roles; they do not return. `argv` after the role's name.
int run_role(const std::string& role, const std::vector<std::string>& arguments);

// A stream socket, blocking, one call at a time. The child echoes on the path.
std::unique_ptr<Path> raw_socket(const std::string& socket_path);
// NNG REQ with one context a call and callbacks. `hops` is only for the name.
std::unique_ptr<Path> bare_nng(const std::string& url, int hops);

}  // namespace status::bench

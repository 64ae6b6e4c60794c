// Which denials were said already: an attacker, or a program with a wrong token, must not fill the log. Any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "ipc/base/error.h"

namespace status::ipc {

class Denials {
 public:
  // Different ones that are said; what comes after is counted in the metrics alone.
  static constexpr std::size_t kMost = 256;

  // `caller` is empty where nobody knows who it was. Runs on NNG's threads: only for the log.
  using Listener = std::function<void(const std::string& caller, const std::string& method, const Error& error)>;

  // Before the server listens.
  void listen(Listener listener) { listener_ = std::move(listener); }

  // UNAUTHENTICATED and PERMISSION_DENIED are told once for each caller, method and reason; of a caller that is not
  // known the method is its own word, and is left out.
  void note(const std::string& caller, std::string_view method, const Error& error);

 private:
  Listener listener_;
  std::mutex mutex_;  // guards the next one
  std::set<std::string> said_;
};

}  // namespace status::ipc

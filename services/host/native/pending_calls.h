// Calls into a foreign library that wait for its callback, each known by a number that travels through the library:
// never a pointer, so that a callback that comes late, twice or out of nowhere finds nothing to destroy.
//
// A call is over when the function has returned and its terminal callback has come, in whatever order. One whose
// deadline passes is answered DEADLINE_EXCEEDED and keeps its number until that callback comes, if it ever does.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "ipc/base/clock.h"
#include "ipc/base/result.h"
#include "services/host/native/callback_sink.h"

namespace status::host::native {

// Any thread.
class PendingCalls {
 public:
  // Gets the reply's text or an error, once. Runs within a CpuScope that holds what the function has computed.
  using Done = std::function<void(Result<std::string>)>;
  static constexpr std::size_t kMost = 1'024;  // given up ones among them

  struct Counters {
    std::uint64_t late = 0;       // terminal callbacks of calls that were given up
    std::uint64_t duplicate = 0;  // of calls that had theirs
    std::uint64_t unknown = 0;    // with a number that was never given out
  };

  // `function` is a constant of the code. Error: RESOURCE_EXHAUSTED (`native.too_many_calls`), retryable.
  Result<Token> add(const char* function, MonotonicTime deadline, Done done);

  // Before the function is called. False: nobody waits for it any more, and its number is gone.
  [[nodiscard]] bool still_wanted(Token token);
  // The terminal callback. True: the caller of this sees to it that settle() is called, on another thread than the
  // library's.
  [[nodiscard]] bool answered(Token token, Result<std::string> answer);
  // The function has returned; `accepted`: it says that a callback will come. `cpu`: what this thread computed in it.
  // True: as above.
  [[nodiscard]] bool returned(Token token, bool accepted, std::chrono::nanoseconds cpu);
  // Gives the answer to whoever waits for it.
  void settle(Token token);
  // Answers those whose deadline is over. The next deadline, if there is one, is the moment to call this again.
  void expire(MonotonicTime now);
  std::optional<MonotonicTime> next_deadline() const;
  // Answers all with this error: nothing more will come.
  void fail_all(const Error& error);

  std::size_t waiting() const;   // somebody waits for them
  std::size_t given_up() const;  // nobody does any more
  Counters counters() const;

 private:
  struct Entry {
    const char* function;
    MonotonicTime deadline;
    Done done;  // null: given up
    std::optional<Result<std::string>> answer;
    std::optional<std::chrono::nanoseconds> returned;  // what was computed
  };
  Done take_done(Token token, Entry& entry);

  mutable std::mutex mutex_;  // guards what follows
  std::map<Token, Entry> entries_;
  std::set<std::pair<MonotonicTime, Token>> deadlines_;  // of those that somebody waits for
  Token next_ = 1;
  Counters counters_;
};

}  // namespace status::host::native

// Another image of statusd in the place of this one: same pid, children and descriptors stay. Runs on the loop's
// thread.
//
//   upgrade.check(executable, arguments, handover, done)    // a process of the new one says whether it could go on
//   execute_in_place(...)                                   // becomes it; comes back only when that fails
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"
#include "supervisor/process/guarded.h"

namespace status::supervisor {

// The arguments that one image gives to another; options of statusd that nobody else uses.
inline constexpr const char* kAdopt = "--adopt=";                   // descriptor of the handover
inline constexpr const char* kPrevious = "--previous=";             // descriptor of the executable before
inline constexpr const char* kNotAdopted = "--not-adopted=";        // why the image in between gave back
inline constexpr const char* kCheckAdoption = "--check-adoption=";  // only look whether it can be adopted

// What a statusd says that can go on: leaving with 0 alone, any program can.
inline constexpr const char* kCanAdopt = "this statusd can take the node over";

class UpgradeCheck {
 public:
  static constexpr std::chrono::seconds kPatience{10};
  using Done = std::function<void(Status)>;

  explicit UpgradeCheck(boost::asio::io_context& loop) : timer_(loop), process_(loop) {}
  ~UpgradeCheck();

  bool busy() const { return pid_ > 0; }
  // Runs the executable with the arguments and kCheckAdoption; the handover is its descriptor 3. One at a time. `done`
  // is called once, on the loop: FAILED_PRECONDITION (`supervisor.cannot_adopt`) with what it said unless that is
  // kCanAdopt and it leaves with 0; errors of the system when it cannot be started.
  void check(const std::string& executable, const std::vector<std::string>& arguments, int handover, Done done);

 private:
  Status start(const std::string& executable, const std::vector<std::string>& arguments, int handover);
  void finish();

  boost::asio::steady_timer timer_;
  boost::asio::posix::stream_descriptor process_;
  pid_t pid_ = 0;
  bool late_ = false;
  UniqueFd said_;
  std::string executable_;
  Done done_;
  Guard guard_;
};

// `keep` stay open in the image that follows; everything else is close-on-exec. Returns why it did not work, with
// everything as it was.
Error execute_in_place(const std::string& executable, const std::vector<std::string>& arguments,
                       const std::vector<int>& keep);
// The same for an executable that is open, whatever its path holds by now.
Error execute_in_place(int executable, const std::vector<std::string>& arguments, const std::vector<int>& keep);

}  // namespace status::supervisor

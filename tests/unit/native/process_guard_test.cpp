#include "services/host/native/process_guard.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace status::host::native {
namespace {

void of_the_library(int) {}

void (*handler_of(int signal))(int) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler;
}

TEST(ProcessGuard, PutsBackWhatWasReplacedAndNamesIt) {
  ::signal(SIGPIPE, SIG_IGN);
  const auto before = handler_of(SIGFPE);
  const ProcessGuard guard;
  EXPECT_THAT(guard.restore(), testing::IsEmpty());
  ::signal(SIGFPE, of_the_library);
  ::signal(SIGINT, of_the_library);
  ::signal(SIGPIPE, SIG_DFL);
  EXPECT_THAT(guard.restore(), testing::UnorderedElementsAre("SIGFPE", "SIGINT", "SIGPIPE"));
  EXPECT_EQ(handler_of(SIGFPE), before);
  EXPECT_EQ(handler_of(SIGPIPE), SIG_IGN);
  EXPECT_THAT(guard.restore(), testing::IsEmpty());
}

TEST(ProcessGuard, LeavesSignalsAloneThatAreNoneOfOurs) {
  const ProcessGuard guard;
  ::signal(SIGUSR2, of_the_library);
  EXPECT_THAT(guard.restore(), testing::IsEmpty());
  EXPECT_EQ(handler_of(SIGUSR2), of_the_library);
  ::signal(SIGUSR2, SIG_DFL);
}

TEST(ProcessGuardDeathTest, ExitIsADeathByAbort) {
  EXPECT_EXIT(
      {
        ProcessGuard().turn_exit_into_abort();
        std::exit(0);
      },
      testing::KilledBySignal(SIGABRT), "");
}

}  // namespace
}  // namespace status::host::native

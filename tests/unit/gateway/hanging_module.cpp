// A module for a test to kill: it answers nothing and says what comes in. Arguments: URL, name.
#include <unistd.h>

#include <iostream>
#include <mutex>
#include <vector>

#include "ipc/server/server.h"

int main(int argc, char** argv) {
  using namespace status::ipc;
  if (argc != 3) return 2;
  ServerOptions options;
  options.url = argv[1];
  options.module = argv[2];
  static std::mutex mutex;
  static std::vector<Call> calls;
  Server server(options, std::make_shared<OpenAccess>());
  server.handle_others([](Call call) {
    std::lock_guard lock(mutex);
    // A test counts its own calls. The gateway follows every module's events, with polls of half a minute at most, and
    // asks for its figures.
    if (call.method().ends_with(".next") && call.header().deadline_ms <= 40'000) return;
    if (call.method().find("._sys.") != std::string_view::npos) return;
    calls.push_back(std::move(call));
    std::cout << "call " << calls.size() << std::endl;
  });
  if (!server.listen()) return 1;
  std::cout << "listening" << std::endl;
  while (true) ::pause();
}

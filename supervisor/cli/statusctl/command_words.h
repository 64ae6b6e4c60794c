// What the words of a command line become on their way to a command. Private to the command line; one thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "supervisor/cli/statusctl/commands.h"
#include "supervisor/cli/statusctl/storage_commands.h"

namespace CLI {
class App;
}

namespace status::cli {

struct Words {
  std::string data_dir;
  std::string run_dir;
  bool json = false;
  std::string subject;
  std::string params;
  std::uint32_t deadline_ms = 10'000;
  std::string key;
  bool follow = false;
  TokenWish token;
  StoragePutWish put;
  StorageGetWish get;
  std::string target;
  std::vector<std::string> methods;
  LogsOptions logs;
  std::uint64_t id = 0;
  FaultWish fault;
  BlameWish blame;
  FlightWish flight;
  std::string remote_url;
  std::string peer;
  RemotePlace remote;
};

using Command = std::function<int(const Shell&)>;

// blame, trace, flight, message, fault: where time goes, and what happens when more of it goes there.
void add_diagnosis(CLI::App& app, Words& words, Command& chosen);

}  // namespace status::cli

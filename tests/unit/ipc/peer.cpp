// The other end of the trap tests, in a process of its own.
//
//   peer serve URL COUNT_FILE   echo.say answers; echo.hang writes a byte to COUNT_FILE and never does
//   peer call URL               one echo.say; prints "answer" or the error's reason
//   peer dial URL               says "dialling", opens a client and says "dialled": to be killed
//   peer threads URL            a server and its client; prints "threads N" after some calls
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <future>

#include "ipc/client/client.h"
#include "ipc/server/server.h"

namespace status::ipc {
namespace {

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::unique_ptr<Server> serve(const std::string& url, const std::string& count_file) {
  ServerOptions options;
  options.module = "echo";
  options.url = url;
  auto server = std::make_unique<Server>(options, std::make_shared<OpenAccess>());
  server->handle("echo.say", Run::worker, [](Call call) { call.reply(call.params()); });
  server->handle("echo.hang", Run::worker, [count_file](Call) {
    const int fd = ::open(count_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (::write(fd, "x", 1) != 1) std::abort();
    say("hanging");
    while (true) ::pause();
  });
  if (Status status = server->listen(); !status) {
    say(status.error().describe());
    return nullptr;
  }
  return server;
}

std::unique_ptr<Client> open(const std::string& url) {
  return std::move(*Client::open({.url = url, .target = "echo", .connect_patience = std::chrono::milliseconds(500)}));
}

Result<Response> call(Client& client) {
  Request request;
  request.method = "echo.say";
  return client.call_and_wait(request);
}

std::size_t threads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

int run(const std::string& role, const std::string& url, const std::string& count_file) {
  if (role == "serve") {
    const auto server = serve(url, count_file);
    if (!server) return 1;
    say("serving");
    while (true) ::pause();
  }
  if (role == "threads") {
    const auto server = serve(url, "");
    const auto client = open(url);
    for (int i = 0; i < 200; ++i) {
      if (const auto response = call(*client); !response) return 1;
    }
    say("threads " + std::to_string(threads()));
    ::_exit(0);
  }
  if (role == "dial") say("dialling");
  const auto client = open(url);
  if (role == "dial") {
    say("dialled");
    while (true) ::pause();
  }
  const Result<Response> response = call(*client);
  say(response ? "answer" : response.error().reason);
  ::_exit(0);
}

}  // namespace
}  // namespace status::ipc

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  return status::ipc::run(argv[1], argv[2], argc > 3 ? argv[3] : "");
}

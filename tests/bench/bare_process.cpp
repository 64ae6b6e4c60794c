#include "tests/bench/bare_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "tests/support/test_node.h"

namespace status::bench {
namespace {

void make_pipe(UniqueFd& out, UniqueFd& in) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  out.reset(ends[0]);
  in.reset(ends[1]);
}

}  // namespace

BareProcess::BareProcess(const std::string& role, const std::vector<std::string>& addresses) {
  std::vector<std::string> words = {test::binary("ipc-bench-bare"), role};
  words.insert(words.end(), addresses.begin(), addresses.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  UniqueFd its_orders;
  UniqueFd its_answers;
  make_pipe(its_orders, orders_);
  make_pipe(answers_, its_answers);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(its_orders.get(), STDIN_FILENO);
  ::dup2(its_answers.get(), STDOUT_FILENO);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

BareProcess::~BareProcess() {
  if (pid_ <= 0) return;  // kill(-1) would be everybody
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Sample BareProcess::measure(std::size_t payload_bytes) {
  const std::string order = std::to_string(payload_bytes) + "\n";
  std::string line;
  bool alive = ::write(orders_.get(), order.data(), order.size()) == static_cast<ssize_t>(order.size());
  for (char c = 0; alive && c != '\n'; line += c) alive = ::read(answers_.get(), &c, 1) == 1;
  Sample sample;
  if (!alive || std::sscanf(line.c_str(), "%lf %lf %lf", &sample.p50_us, &sample.p99_us, &sample.rate) != 3) {
    std::fputs("ipc_bench: a process of the bare paths has died\n", stderr);
    std::_Exit(2);
  }
  return sample;
}

}  // namespace status::bench

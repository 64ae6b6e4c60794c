// A front end that calls every process of a node all the time, and holds against the node every call that fails though
// neither its own process nor the gateway was being killed: reads, a database's reads and writes, in every module.
//
// Its reads of the conversation are part of the history (history.h), and its times before the storm are what those
// during the storm are held against.
//
// Excused is a call to a process from just before its SIGKILL until the gateway shows another incarnation as up; and,
// since everything passes through it, every call at a node from just before its gateway's SIGKILL until the next
// gateway has answered one. Nothing else: chat has to answer while keys and waku are dead.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/chaos/history.h"
#include "tests/support/node.h"

namespace status::chaos {

class Bystander {
 public:
  // `gateways_away`: shared by the bystanders of all nodes; what is answered at one while another has no gateway counts
  // as answered while a gateway was away.
  Bystander(test::Node& node, const std::string& conversation, std::atomic<int>& gateways_away);
  ~Bystander() { finish(); }
  void finish();

  // True once so many calls are answered.
  bool wait_for(std::size_t calls, std::chrono::milliseconds patience);
  // The first process is about to be killed: what was measured so far was the calm.
  void storm_begins();

  // That process is about to be killed.
  void excuse(const std::string& module, std::int64_t pid);

  // After finish().
  using Counts = std::map<std::string, std::size_t>;
  const Counts& answered() const { return answered_; }      // by method
  const Counts& excused() const { return excused_; }        // by method: calls that failed
  const Counts& while_away() const { return while_away_; }  // calls to other modules answered, by who was dead
  const std::vector<std::string>& failures() const { return failures_; }
  const std::vector<Read>& reads() const { return reads_; }
  // The times of all calls in the storm to processes that were up, each as a multiple of what 99 of 100 calls of its
  // method took in the calm at most. Its own 99th percentile is how much slower the others became.
  std::vector<double> slowdown() const;

 private:
  struct Target {
    std::string module;
    std::string method;
    Value params;
  };

  void run();
  // Whether calls to that module may fail now. Under the mutex.
  bool away(const std::string& module) const { return struck_.contains(module) || struck_.contains("gateway"); }
  // How often calls to that module became excused. Under the mutex.
  std::uint64_t strikes(const std::string& module) const;
  Result<Value> call(const Target& target);
  // A reply of chat.get_messages. Under the mutex.
  void keep_read(const Value& reply, Moment called, Moment answered);
  // Ends the excuse of those that the gateway shows as up in another incarnation.
  void look();

  std::unique_ptr<test::FrontDoor> front_;
  const std::vector<Target> targets_;
  std::atomic<int>& gateways_away_;
  std::mutex mutex_;
  std::condition_variable grown_;
  std::map<std::string, std::set<std::int64_t>> struck_;  // by module that is away: the pids that it had
  std::map<std::string, std::uint64_t> strikes_;
  Counts answered_;
  Counts excused_;
  Counts while_away_;
  std::vector<std::string> failures_;
  std::vector<Read> reads_;
  std::size_t calls_ = 0;
  bool storm_ = false;
  using Times = std::map<std::string, std::vector<double>>;  // by method; microseconds
  Times calm_us_;
  Times storm_us_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace status::chaos

// One thread for what must go on while all workers are busy: a periodic task (the listener watchdog) and the system methods that take longer than an NNG
// callback may.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace status::ipc {

class Housekeeper {
 public:
  using Job = std::function<void()>;

  Housekeeper(std::chrono::milliseconds period, Job periodic);
  ~Housekeeper();

  // False when 64 jobs wait already. Any thread; never blocks.
  bool post(Job& job);

 private:
  void run(std::chrono::milliseconds period);

  Job periodic_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace status::ipc

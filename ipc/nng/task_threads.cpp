#include "ipc/nng/task_threads.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "ipc/nng/aio.h"

namespace status::ipc {
namespace {

class ParkedThread {
 public:
  ParkedThread() : park_(&ParkedThread::park, this), probe_(&ParkedThread::probe, this) {}

  void start() {
    std::unique_lock lock(mutex_);
    finish(park_);
    changed_.wait(lock, [this] { return parked_; });
    finish(probe_);
    given_back_ = !changed_.wait_for(lock, kPatience, [this] { return another_runs_; });
    changed_.notify_all();
  }

 private:
  static constexpr std::chrono::seconds kPatience{1};

  // Has its callback run on a task thread.
  static void finish(Aio& aio) {
    if (nng_aio_begin(aio.get())) nng_aio_finish(aio.get(), 0);
  }
  static void park(void* self) {
    auto& thread = *static_cast<ParkedThread*>(self);
    std::unique_lock lock(thread.mutex_);
    thread.parked_ = true;
    thread.changed_.notify_all();
    thread.changed_.wait(lock, [&thread] { return thread.given_back_; });
  }
  static void probe(void* self) {
    auto& thread = *static_cast<ParkedThread*>(self);
    const std::lock_guard lock(thread.mutex_);
    thread.another_runs_ = true;
    thread.changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool parked_ = false;
  bool another_runs_ = false;
  bool given_back_ = false;
  Aio park_;
  Aio probe_;
};

}  // namespace

void keep_one_task_thread() {
  // Never destroyed: the thread is in it as long as the process lives.
  static ParkedThread* const thread = [] {
    auto* made = new ParkedThread();
    made->start();
    return made;
  }();
  static_cast<void>(thread);
}

}  // namespace status::ipc

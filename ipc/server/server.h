// Answers requests on one REP socket (TRANSPORT.md section 1.7).
//
// A request arrives on an NNG thread, which parses the prefix, asks the access policy and finds the method. Depending
// on the method it is handled there (`inline_thread`: forwarders and answers that are at hand), on a bounded pool
// (`worker`), or on the housekeeping thread (`system`). When the pool's queue is full the answer is RESOURCE_EXHAUSTED
// at once. Contexts = workers + queue + 8 kept free, and one more for each parked poll, so that somebody can always
// receive the next request. A peer that does not take its answers holds their contexts for five seconds, and when
// contexts are short for a tenth of one; then its client is hung up on. A client that goes on sending what is refused
// is not answered (peers.h). A call that nobody answered by its deadline
// gets DEADLINE_EXCEEDED; the late answer is dropped.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ipc/control/crash_area.h"
#include "ipc/nng/socket.h"
#include "ipc/nng/timer_queue.h"
#include "ipc/server/access.h"
#include "ipc/server/call.h"
#include "ipc/server/denials.h"
#include "ipc/server/housekeeper.h"
#include "ipc/server/interceptor.h"
#include "ipc/server/listener.h"
#include "ipc/server/running_call.h"
#include "ipc/server/worker_pool.h"
#include "ipc/wire/limits.h"
#include "ipc/wire/observer.h"

namespace status::ipc {

enum class Run : std::uint8_t { inline_thread, worker, system };

struct ServerOptions {
  std::string module;                 // fills in Error::module
  std::string url;                    // ipc://<path> or inproc://<name>
  std::uint64_t generation = 1;       // `g` of every response
  std::uint32_t interface_major = 0;  // what a caller's `i` must be, if it has one; 0: anything
  unsigned workers = 2;
  std::size_t queue = 64;
  std::size_t reserve = 8;
  std::size_t max_parked = 2'048;             // polls
  std::size_t max_parked_per_client = 2'048;  // of them; less where clients do not trust each other
  std::size_t in_flight_contexts = 0;  // beside the pool's, for inline methods that answer later (a forwarder: 64)
  std::uint32_t max_in_flight_per_client = kMaxInFlightPerClient;
  std::size_t max_message = kMaxMessage;  // bytes of a request
  // A call that brings no trace gets one of its own; null: it has none. Any thread; outlives the server.
  Random* trace_ids = nullptr;
};

// What `pong` says (WIRE.md section 5).
struct ServerLoad {
  std::uint64_t queued = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;          // handlers that returned: not what a deadline answered
  std::uint64_t oldest_overrun_ms = 0;  // of the oldest handler that a thread is in
  std::string oldest;                   // its method and, if it has one, its trace id
};

class Slot;

class Server {
 public:
  using Handler = std::function<void(Call)>;

  // No Call may outlive the server: streams and forwarding clients are destroyed first. `observer` (may be null)
  // outlives it; `crash` (may be null) records calls in flight.
  Server(ServerOptions options, std::shared_ptr<const AccessPolicy> access, ServerObserver* observer = nullptr,
         control::CrashArea* crash = nullptr);
  // shutdown() if that has not been done.
  ~Server();

  // Any time: a module that waits for its key registers its methods when it has it. A method that is there is replaced.
  void handle(std::string method, Run run, Handler handler);
  // For methods that have no handler of their own: a forwarder. Runs inline.
  void handle_others(Handler handler);
  // Before listen(): where denials are said, each once (denials.h).
  void on_denied(Denials::Listener listener) { denials_.listen(std::move(listener)); }

  // Before listen(): what comes before the handlers on the workers. It outlives the server.
  void intercept(Interceptor* interceptor) { interceptor_ = interceptor; }

  // Binds (socket file mode 0600) and starts to receive. Errors: the path is too long or taken, with what to do.
  Status listen();

  // From now on everything but `_sys.*` is answered UNAVAILABLE (retryable, `ipc.draining`); waits until `deadline` for
  // the calls that are being answered, parked polls not among them. True when none is left.
  bool drain(MonotonicTime deadline);
  // Answers what waits UNAVAILABLE, ends the workers and lingers until the peers have the last replies (TRANSPORT.md
  // section 1.6). Idempotent. A process exits after this without closing its sockets: see Socket::abandon.
  void finish();
  // finish(), and closes.
  void shutdown();

  void set_access(std::shared_ptr<const AccessPolicy> access);
  // Somebody whom the access policy no longer knows: what waits parked for that caller is answered with the error, and
  // so is what was let in before and would park later. Its other calls come to their end. Any thread.
  void end_polls(const std::shared_ptr<const Caller>& caller, const Error& error);
  // A gate before every method but `_sys.*`: an error refuses the call (a locked module). Null opens.
  void set_gate(std::function<std::optional<Error>(const Call&)> gate);
  // Runs a job on the pool beside the calls; false when the queue is full.
  bool post(WorkerPool::Job job) { return pool_ != nullptr && pool_->post(job); }
  TimerQueue& timers() { return timers_; }
  ServerLoad load() const;
  // How long the housekeeping thread has been seen at one task, in time that the process had; zero before listen().
  // Past a few seconds NNG is stuck for good and only a new process helps. At each ping, one thread.
  std::chrono::milliseconds housekeeping_stall() {
    return housekeeper_ == nullptr ? std::chrono::milliseconds(0) : housekeeper_->busy_for();
  }
  const ServerOptions& options() const { return options_; }
  std::uint64_t listener_revivals() const { return listener_ == nullptr ? 0 : listener_->revivals(); }

 private:
  friend class Slot;
  friend class Call;
  friend class RunningCall;
  struct Method {
    Run run;
    Handler handler;
  };

  void keep_house();
  void drop_deaf_peers();
  Status add_slot();
  void received(Slot& slot, Message message);
  void dispatch(std::shared_ptr<const Method> method, Call call);
  void run_handler(const Method& method, Call call);
  static bool goes_on(Call& call, const Result<Interceptor::Go>& verdict);
  void begin(Slot& slot, Message message, RequestView view);
  void refuse(Slot& slot, std::uint32_t id, Error error);
  std::optional<Error> admission_error(const Call& call, std::shared_ptr<const Method>& method);
  bool closing() const { return closing_.load(); }
  void connection_refused(const Error& error);
  bool offends(Slot& slot);
  std::optional<Error> count_in(std::uint64_t client, std::string_view method);
  void count_out_locked(std::uint64_t client);
  Error queue_full() const;
  Error stopping() const;
  std::size_t working_contexts() const;
  // Errors: why it may not wait.
  Status park(Slot& slot, std::uint64_t ticket);
  void answered(Slot& slot, const Stages& stages, std::optional<Code> code, std::size_t response_bytes = 0);
  void sending() { sends_.fetch_add(1); }
  void sent();
  void watch_deadline(std::uint64_t deadline_ns);
  void expire_overdue();
  void linger();

  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

  const ServerOptions options_;
  ServerObserver* observer_;
  Interceptor* interceptor_ = nullptr;
  Denials denials_;
  control::CrashArea* crash_;

  mutable std::mutex mutex_;  // guards what follows
  std::map<std::string, std::shared_ptr<const Method>, std::less<>> methods_;
  std::shared_ptr<const Method> others_;
  std::shared_ptr<const AccessPolicy> access_;
  struct Ended {
    std::weak_ptr<const Caller> caller;  // dead once no slot has a call of it
    Error error;
  };
  std::vector<Ended> ended_;
  std::function<std::optional<Error>(const Call&)> gate_;
  std::unordered_map<std::uint64_t, std::uint32_t> in_flight_by_client_;
  std::size_t busy_ = 0;
  std::size_t parked_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> parked_by_client_;
  std::list<RunningHandler> running_;
  std::uint64_t watched_ns_ = kNever;  // the deadline that the timer stands at
  std::optional<TimerQueue::Id> deadline_timer_;
  std::condition_variable drained_;

  std::atomic<bool> draining_{false};
  std::atomic<bool> closing_{false};
  std::atomic<bool> listening_{false};
  std::atomic<std::uint64_t> sends_{0};  // under way
  std::atomic<std::uint64_t> last_sent_ns_{0};
  std::atomic<std::uint64_t> tickets_{0};
  std::atomic<std::uint64_t> completed_{0};

  Socket socket_;
  std::vector<std::unique_ptr<Slot>> slots_;  // grows under mutex_, shrinks only in shutdown()
  TimerQueue timers_;
  std::unique_ptr<WorkerPool> pool_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<Housekeeper> housekeeper_;
  std::uint64_t house_rounds_ = 0;  // housekeeping thread
};

}  // namespace status::ipc

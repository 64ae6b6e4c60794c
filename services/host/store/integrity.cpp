#include "services/host/store/integrity.h"

#include <sqlite3.h>

#include <fstream>
#include <utility>

#include "services/host/store/connection.h"
#include "services/host/store/meta.h"

namespace status::store {
namespace {

constexpr std::chrono::seconds kBetweenFaults{60};
constexpr int kStepsBetweenPolls = 2000;  // virtual machine instructions: well under a millisecond
constexpr const char* kBootId = "checked_boot_id";

Result<std::optional<std::string>> remembered_boot(Database& database) {
  if (Status created = ensure_meta(database); !created) return fail(created.error());
  Result<Transaction> tx = database.read();
  if (!tx) return fail(tx.error());
  return get_meta(*tx, kBootId);
}

Status remember_boot(Database& database, const std::string& boot_id) {
  Result<Transaction> tx = database.write(Durability::normal);
  if (!tx) return fail(tx.error());
  if (Status set = set_meta(*tx, kBootId, boot_id); !set) return set;
  return tx->commit();
}

Error damaged(const std::string& path, const std::string& finding) {
  return make_error(Code::data_loss, "store.damaged",
                    path + " is damaged: " + finding + "; stop the module and restore the file from a copy");
}

}  // namespace

// Goes with the job of a look, be it done or dropped.
class IntegrityMonitor::Turn {
 public:
  explicit Turn(IntegrityMonitor& monitor) : monitor_(monitor) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    const std::lock_guard lock(monitor_.mutex_);
    monitor_.running_ = false;
    monitor_.idle_.notify_all();
  }

 private:
  IntegrityMonitor& monitor_;
};

Result<std::unique_ptr<IntegrityMonitor>> IntegrityMonitor::start(Database& database, Callback done,
                                                                  const IntegrityOptions& options) {
  std::string boot_id;
  std::getline(std::ifstream(options.boot_id_path), boot_id);
  const Result<std::optional<std::string>> remembered = remembered_boot(database);
  if (!remembered) return fail(remembered.error());
  std::unique_ptr<IntegrityMonitor> monitor(new IntegrityMonitor(database, std::move(done), boot_id, options));
  database.on_fault([raw = monitor.get()](const Error&) { raw->request(CheckCause::fault); });
  if (*remembered != boot_id) monitor->request(CheckCause::new_boot);
  return monitor;
}

IntegrityMonitor::IntegrityMonitor(Database& database, Callback done, std::string boot_id,
                                   const IntegrityOptions& options)
    : database_(database),
      done_(std::move(done)),
      boot_id_(std::move(boot_id)),
      post_(options.post),
      ending_(options.ending) {}

IntegrityMonitor::~IntegrityMonitor() {
  stopping_ = true;
  database_.on_fault({});
  wait_idle();
  if (thread_.joinable()) thread_.join();
}

void IntegrityMonitor::request(CheckCause cause) {
  std::unique_lock lock(mutex_);
  if (running_ || stop_requested()) return;
  const MonotonicTime now = database_.clock().monotonic();
  if (cause == CheckCause::fault) {
    if (last_fault_ && now - *last_fault_ < kBetweenFaults) return;
    last_fault_ = now;
  }
  if (thread_.joinable()) thread_.join();  // of an earlier look, past its last line
  running_ = true;
  std::function<void()> look = [this, cause, turn = std::make_shared<Turn>(*this)] { run(cause); };
  if (!post_) {
    thread_ = std::thread(std::move(look));
    return;
  }
  lock.unlock();  // a job that is refused goes at once, and its turn with it
  post_(std::move(look));
}

void IntegrityMonitor::wait_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !running_; });
}

void IntegrityMonitor::run(CheckCause cause) {
  const CheckReport report = look(cause);
  if (!report.error && !stop_requested()) {
    // Forgetting it costs one more look.
    [[maybe_unused]] const Status remembered = remember_boot(database_, boot_id_);
  }
  if (!stop_requested()) done_(report);
}

CheckReport IntegrityMonitor::look(CheckCause cause) {
  CheckReport report{cause, std::nullopt};
  Result<Connection> connection = Connection::open(database_.path(), database_.key(), std::chrono::seconds(5));
  if (!connection) {
    report.error = connection.error();
    // The module itself opened the file with this key: the first page went bad since.
    if (report.error->reason == "store.wrong_key")
      report.error = damaged(database_.path(), "the first page is unreadable");
    return report;
  }
  const auto poll = [](void* self) { return static_cast<const IntegrityMonitor*>(self)->stop_requested() ? 1 : 0; };
  sqlite3_progress_handler(connection->handle(), kStepsBetweenPolls, poll, this);
  const Result<std::string> finding = connection->query_word("PRAGMA quick_check(1)");
  if (!finding) {
    report.error = finding.error();
  } else if (*finding != "ok") {
    report.error = damaged(database_.path(), *finding);
  }
  return report;
}

}  // namespace status::store

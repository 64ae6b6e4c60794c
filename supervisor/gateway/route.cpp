#include "supervisor/gateway/route.h"

#include <algorithm>

namespace status::gateway {
namespace {

using namespace std::chrono_literals;

// The supervisor says when a module is down, so a call that finds no connection is only early: the redial is on its
// way.
// A module that is ready but cannot be reached has lost its listener (ipc/server/listener.h): it has it back within
// half a second.
constexpr auto kConnectPatience = 1s;
constexpr auto kRedialMax = 50ms;

}  // namespace

void Route::set_row(Row row) {
  std::lock_guard lock(mutex_);
  row_ = std::make_shared<const Row>(std::move(row));
  if (!calls_ && is_up(*row_) && row_->name != kOwnRow) open_locked();
}

std::shared_ptr<const Row> Route::row() const {
  std::lock_guard lock(mutex_);
  return row_;
}

ipc::Client* Route::calls() const {
  std::lock_guard lock(mutex_);
  return calls_.get();
}

ipc::Client* Route::quiet() const {
  std::lock_guard lock(mutex_);
  return quiet_.get();
}

ipc::Credential Route::credential() const {
  std::lock_guard lock(mutex_);
  return credential_;
}

void Route::open_locked() {
  ipc::ClientOptions options;
  options.url = row_->url;
  options.target = row_->name;
  if (row_->credential.size() == credential_.size()) {
    std::ranges::copy(row_->credential, credential_.begin());
    options.credential = credential_;
  }
  options.connect_patience = kConnectPatience;
  options.redial_max = kRedialMax;
  options.max_in_flight = kMaxCalls;
  Result<std::unique_ptr<ipc::Client>> calls = ipc::Client::open(options, observer_);
  options.max_in_flight = kMaxQuiet;
  Result<std::unique_ptr<ipc::Client>> quiet = ipc::Client::open(options);
  if (!calls || !quiet) return;  // out of descriptors: the next row tries again
  calls_ = std::move(*calls);
  quiet_ = std::move(*quiet);
}

void Route::close() {
  std::unique_ptr<ipc::Client> calls;
  std::unique_ptr<ipc::Client> quiet;
  std::lock_guard lock(mutex_);
  calls.swap(calls_);
  quiet.swap(quiet_);
}

}  // namespace status::gateway

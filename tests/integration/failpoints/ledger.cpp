#include "tests/integration/failpoints/ledger.h"

namespace status::failpoints {

void Ledger::said(chaos::Append append) {
  const std::lock_guard lock(mutex_);
  history_.appends.push_back(std::move(append));
}

chaos::History Ledger::history() const {
  const std::lock_guard lock(mutex_);
  return history_;
}

void Ledger::published(std::string payload) {
  const std::lock_guard lock(mutex_);
  publications_.push_back(std::move(payload));
}

std::vector<std::string> Ledger::publications() const {
  const std::lock_guard lock(mutex_);
  return publications_;
}

void Ledger::delivered(std::string payload) {
  const std::lock_guard lock(mutex_);
  deliveries_.push_back(std::move(payload));
}

std::vector<std::string> Ledger::deliveries() const {
  const std::lock_guard lock(mutex_);
  return deliveries_;
}

void Ledger::opened(const std::string& conversation) {
  const std::lock_guard lock(mutex_);
  conversations_.insert(conversation);
}

void Ledger::deleted(const std::string& conversation) {
  const std::lock_guard lock(mutex_);
  conversations_.erase(conversation);
}

std::set<std::string> Ledger::conversations() const {
  const std::lock_guard lock(mutex_);
  return conversations_;
}

void Ledger::named(std::string nickname) {
  const std::lock_guard lock(mutex_);
  nickname_ = std::move(nickname);
}

std::string Ledger::nickname() const {
  const std::lock_guard lock(mutex_);
  return nickname_;
}

void Ledger::stored(std::string cid, Bytes contents) {
  const std::lock_guard lock(mutex_);
  file_ = {std::move(cid), std::move(contents)};
}

std::pair<std::string, Bytes> Ledger::file() const {
  const std::lock_guard lock(mutex_);
  return file_;
}

}  // namespace status::failpoints

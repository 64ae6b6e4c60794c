// What one node has promised to its front ends. Any thread.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ipc/base/bytes.h"
#include "tests/chaos/history.h"

namespace status::failpoints {

class Ledger {
 public:
  // Messages of the conversation.
  void said(chaos::Append append);
  chaos::History history() const;
  // Payloads that waku took.
  void published(std::string payload);
  std::vector<std::string> publications() const;
  // Payloads that came out of the durable stream, in their order.
  void delivered(std::string payload);
  std::vector<std::string> deliveries() const;
  // Conversations with people who are none.
  void opened(const std::string& conversation);
  void deleted(const std::string& conversation);
  std::set<std::string> conversations() const;
  // The nickname that was acknowledged last.
  void named(std::string nickname);
  std::string nickname() const;
  // The contents of the file that was stored last, and its address.
  void stored(std::string cid, Bytes contents);
  std::pair<std::string, Bytes> file() const;

 private:
  mutable std::mutex mutex_;
  chaos::History history_;
  std::vector<std::string> publications_;
  std::vector<std::string> deliveries_;
  std::set<std::string> conversations_;
  std::string nickname_;
  std::pair<std::string, Bytes> file_;
};

}  // namespace status::failpoints

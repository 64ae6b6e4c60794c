// What a backend has reported, as lines; messages are called by their payloads, or by a name that the test gives them.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "services/waku/backend.h"

namespace status::waku::native {

class RecordedEvents final : public BackendEvents {
 public:
  RecordedEvents() {
    for (const char letter : {'a', 'b', 'c'}) {
      WakuMessage message;
      message.content_topic = "/test/1/a/proto";
      message.payload = {static_cast<std::uint8_t>(letter)};
      message.timestamp_ns = 1;
      names_[message_hash("/waku/2/rs/16/0", message)] = std::string(1, letter);
    }
  }

  bool on_message(ReceivedMessage message) override {
    const std::lock_guard lock(mutex_);
    if (room_ == 0) return false;
    --room_;
    messages_.push_back(std::move(message));
    changed_.notify_all();
    return true;
  }
  void on_propagated(const MessageHash& hash) override { add("propagated " + name_of(hash)); }
  void on_propagated_as(const MessageHash& hash, const MessageHash& network_hash) override {
    add("propagated " + name_of(hash) + " as " + name_of(network_hash));
  }
  void on_sent(const MessageHash& hash) override { add("sent " + name_of(hash)); }
  void on_unconfirmed(const MessageHash& hash) override { add("unconfirmed " + name_of(hash)); }
  void on_error(const MessageHash& hash, const Error& error) override {
    add("error " + name_of(hash) + " " + error.reason + ": " + error.message);
  }
  void on_connection(Connection connection) override {
    static constexpr const char* kWords[] = {"disconnected", "partially connected", "connected"};
    add(kWords[static_cast<std::size_t>(connection)]);
  }
  void on_position(std::uint64_t position) override {
    const std::lock_guard lock(mutex_);
    position_ = position;
    changed_.notify_all();
  }
  void on_notice(const std::string& text) override { add("notice " + text); }

  void name(const MessageHash& hash, const std::string& name) {
    const std::lock_guard lock(mutex_);
    names_[hash] = name;
  }
  void make_room(std::size_t messages) {
    const std::lock_guard lock(mutex_);
    room_ = messages;
  }
  bool wait(const std::function<bool()>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
  }
  bool wait_for(const std::string& line) {
    return wait([&] { return std::find(lines_.begin(), lines_.end(), line) != lines_.end(); });
  }
  bool wait_for_messages(std::size_t count) {
    return wait([&] { return messages_.size() >= count; });
  }
  bool wait_for_position(std::uint64_t least) {
    return wait([&] { return position_ >= least; });
  }
  std::vector<std::string> lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<ReceivedMessage> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  std::vector<std::string> payloads() {
    std::vector<std::string> out;
    for (const ReceivedMessage& message : messages()) out.emplace_back(as_text(message.message.payload));
    return out;
  }

 private:
  void add(std::string line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
    changed_.notify_all();
  }
  std::string name_of(const MessageHash& hash) {
    const std::lock_guard lock(mutex_);
    const auto found = names_.find(hash);
    return found != names_.end() ? found->second : std::to_string(hash[0]);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<MessageHash, std::string> names_;
  std::vector<std::string> lines_;
  std::vector<ReceivedMessage> messages_;
  std::size_t room_ = SIZE_MAX;
  std::uint64_t position_ = 0;
};

}  // namespace status::waku::native

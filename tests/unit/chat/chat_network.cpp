#include "tests/unit/chat/chat_network.h"

#include "services/chat/store/rows.h"

namespace status::chat::test {

using std::chrono::milliseconds;

namespace {

// Where a commit costs nothing: what survives power loss is not the question here.
std::filesystem::path fast_folder() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

Node::Node(Network& network, std::string name, milliseconds clock_offset, std::uint64_t seed, const ChatConfig& config)
    : network_(network),
      name_(std::move(name)),
      clock_(network.clock(), clock_offset),
      random_(seed),
      config_(config),
      folder_(fast_folder()) {}

void Node::start() {
  store::DatabaseOptions options;
  options.path = folder_.file("chat.db");
  options.clock = &clock_;
  options.disk = &disk;
  options.commits = &commits;
  Result<std::unique_ptr<store::Database>> database = store::Database::open(store::test_key(), options);
  ASSERT_TRUE(database) << database.error().describe();
  database_ = std::move(*database);
  Result<std::unique_ptr<ChatService>> service =
      ChatService::open({*database_, *this, *this, clock_, random_}, config_);
  ASSERT_TRUE(service) << service.error().describe();
  service_ = std::move(*service);
  const std::string cursor = service_->waku_cursor().value();
  drained_ = cursor.empty() ? 0 : std::stoul(cursor);
  drain();
}

void Node::stop() {
  service_.reset();
  database_.reset();
}

std::string Node::introduce(bool single_use) {
  CreateIntroduction::Request request;
  request.single_use = single_use;
  return chat().create_introduction(request, {}).value().introduction;
}

std::string Node::converse_with(const std::string& introduction) {
  const auto reply = chat().create_conversation({introduction}, {});
  EXPECT_TRUE(reply) << reply.error().describe();
  return reply ? reply->conversation : "";
}

HexBytes Node::send(const std::string& conversation, const std::string& text) {
  const auto reply = chat().send_message({conversation, text}, {});
  EXPECT_TRUE(reply) << reply.error().describe();
  return reply ? reply->message_id : HexBytes();
}

std::vector<std::string> Node::texts(const std::string& conversation, bool outgoing) {
  std::vector<std::string> out;
  GetMessages::Request request{conversation, {}, 200, "newer"};
  while (true) {
    const auto page = chat().get_messages(request, {});
    if (!page || page->messages.empty()) return out;
    for (const MessageView& message : page->messages) {
      if (message.outgoing == outgoing) out.push_back(message.content);
    }
    request.cursor = page->cursor;
  }
}

std::vector<Event> Node::events_named(std::string_view name) const {
  std::vector<Event> out;
  std::copy_if(events.begin(), events.end(), std::back_inserter(out), [&](const Event& e) { return e.name == name; });
  return out;
}

std::string Node::dump(const std::set<std::string>& except) {
  std::string out;
  store::Transaction tx = database_->read().value();
  const auto tables =
      tables::all_rows<std::string>(tx, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", {},
                                    [](const store::Statement& row) { return row.text(0); });
  for (const std::string& table : tables.value()) {
    if (except.contains(table)) continue;
    std::size_t columns = 0;
    std::string list;
    const auto names = tables::all_rows<std::string>(tx, "PRAGMA table_info(" + table + ")", {},
                                                     [](const store::Statement& row) { return row.text(1); });
    for (const std::string& column : names.value()) {
      list += (columns++ == 0 ? "quote(" : " || ',' || quote(") + column + ")";
    }
    const auto rows = tables::all_rows<std::string>(tx, "SELECT " + list + " FROM " + table + " ORDER BY 1", {},
                                                    [](const store::Statement& row) { return row.text(0); });
    for (const std::string& row : rows.value()) out += table + ": " + row + "\n";
  }
  return out;
}

void Node::send(Parcel parcel, Done done) { network_.send(*this, std::move(parcel), std::move(done)); }

void Node::arrive(const std::string& topic, const Bytes& payload) {
  const Digest hash = sha256({as_bytes(std::to_string(stream_.size())), payload});
  stream_.push_back({to_bytes(hash), topic, payload});
  drain();
}

void Node::drain() {
  if (!service_ || drained_ == stream_.size()) return;
  const auto from = stream_.begin() + static_cast<std::ptrdiff_t>(drained_);
  // One message, or all that came while the node was away.
  if (service_->on_waku_page({{from, stream_.end()}, std::to_string(stream_.size())})) drained_ = stream_.size();
}

Node& Network::add(const std::string& name, milliseconds clock_offset, const ChatConfig& config) {
  nodes_.push_back(std::make_unique<Node>(*this, name, clock_offset, seed_ * 31 + nodes_.size(), config));
  nodes_.back()->start();
  return *nodes_.back();
}

void Network::send(Node& from, Parcel parcel, Delivery::Done done) {
  sent.push_back({from.name(), parcel.topic, parcel.payload, parcel.ephemeral});
  const bool accepted = from.accepts;
  at(milliseconds(0), [accepted, done = std::move(done)] {
    done(accepted ? Status() : fail(Code::unavailable, "waku.disconnected", "no peers"));
  });
  if (!accepted || (drops && drops(sent.back()))) return;
  for (const std::unique_ptr<Node>& node : nodes_) {
    for (int copies = chance() < weather.duplication ? 2 : 1; copies > 0; --copies) {
      if (chance() < weather.loss) continue;
      const auto spread = (weather.max_delay - weather.min_delay).count();
      const milliseconds delay = weather.min_delay + milliseconds(static_cast<std::int64_t>(chance() * double(spread)));
      at(delay, [to = node.get(), parcel] {
        if (to->subscribed(parcel.topic)) to->arrive(parcel.topic, parcel.payload);
      });
    }
  }
}

void Network::at(milliseconds delay, std::function<void()> action) {
  queue_.emplace(clock_.monotonic() + delay, std::move(action));
}

std::optional<MonotonicTime> Network::next_time() const {
  std::optional<MonotonicTime> next;
  if (!queue_.empty()) next = queue_.begin()->first;
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (!node->running()) continue;
    const std::optional<MonotonicTime> attention = node->chat().next_attention();
    if (attention && (!next || *attention < *next)) next = attention;
  }
  return next;
}

void Network::happen() {
  while (!queue_.empty() && queue_.begin()->first <= clock_.monotonic()) {
    const std::function<void()> action = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    action();
  }
  for (const std::unique_ptr<Node>& node : nodes_) {
    if (!node->running()) continue;
    const std::optional<MonotonicTime> attention = node->chat().next_attention();
    if (attention && *attention <= clock_.monotonic()) node->chat().tick();
  }
}

bool Network::run_until(const std::function<bool()>& done, milliseconds limit) {
  const MonotonicTime end = clock_.monotonic() + limit;
  while (!done()) {
    const std::optional<MonotonicTime> next = next_time();
    if (!next || *next > end) return false;
    if (*next > clock_.monotonic()) {
      clock_.advance(std::chrono::ceil<milliseconds>(*next - clock_.monotonic()));
    }
    happen();
  }
  return true;
}

void Network::run_for(milliseconds duration) {
  const MonotonicTime end = clock_.monotonic() + duration;
  bool over = false;
  at(duration, [&over] { over = true; });
  run_until([&over] { return over; }, duration);
  if (clock_.monotonic() < end) clock_.advance(std::chrono::ceil<milliseconds>(end - clock_.monotonic()));
}

}  // namespace status::chat::test

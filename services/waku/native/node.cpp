#include "services/waku/native/node.h"

#include <algorithm>

namespace status::waku::native {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstCheck{100};
constexpr milliseconds kLastCheck{2'000};
constexpr milliseconds kUnfitCheck{10'000};
constexpr std::size_t kAtOnce = 32;  // calls that subscribe

// Calls that are made for each of some names, so many at a time.
struct Round {
  std::vector<std::string> names;
  std::size_t next = 0;
  std::size_t open = 0;
  Status outcome;
  std::function<void(const Status&)> done;
};

}  // namespace

Node::Node(NodeParts parts, const Resume& resume)
    : parts_(std::move(parts)),
      library_(parts_.client, parts_.executor),
      outgoing_(*this, parts_.events, parts_.clock, counters_, parts_.settings.confirms),
      watermark_(resume.position),
      catch_up_(
          [this](const StoreQuery& query, Done<StorePage> done) {
            pick_store([this, query, done = std::move(done)](const Result<std::string>& store) {
              store ? ask_store(query, *store, done) : done(fail(store.error()));
            });
          },
          [this](std::vector<StoredMessage> messages, std::function<void()> go_on) {
            for (StoredMessage& stored : messages) {
              ReceivedMessage message{stored.hash, std::move(stored.pubsub_topic), std::move(stored.message), 0};
              if (!outgoing_.keep_own(message)) deliver(std::move(message));
            }
            when_drained(std::move(go_on));
          }),
      topics_(resume.subscriptions),
      peers_(resume.peers.begin(), resume.peers.end()) {}

void Node::begin() {
  follow();
  check();
}

void Node::call(const LibraryCall& call, Done<std::string> done) { library_.call(call, std::move(done)); }

// From the oldest that the library's host has: what came while this process was away is there, too.
void Node::follow() {
  subscription_.reset();
  const auto post = [executor = parts_.executor](std::function<void()> job) {
    if (const auto alive = executor.lock()) alive->post(std::move(job));
  };
  subscription_ = std::make_unique<ipc::Subscription>(
      parts_.client,
      ipc::SubscriptionOptions{
          .method = "waku_native.events.next", .cursor = "0", .topics = {"waku_native.event"}, .max = 100},
      [this, post](api::StreamReply page, ipc::Subscription::Resume resume) {
        post([this, page = std::make_shared<const api::StreamReply>(std::move(page)), resume = std::move(resume)] {
          on_page(*page, resume);
        });
      },
      [this, post](const Error& error) { post([this, error] { away(error); }); });
}

void Node::away(const Error& error) {
  if (std::exchange(attached_, false) || !away_) {
    away_ = true;
    parts_.events.on_notice("the library is away: " + error.message);
    parts_.health("library", "the library's process is away: " + error.message);
  }
  outgoing_.close();
  catch_up_.cancel();
  connection_known_ = false;
  set_connection(Connection::disconnected);
  if (!check_at_ && !checking_) check_at_ = parts_.clock.monotonic() + kFirstCheck;
}

void Node::check() {
  check_at_.reset();
  if (std::exchange(checking_, true)) return;
  library_.facts([this](const Result<LibraryFacts>& facts) {
    checking_ = false;
    if (facts) {
      check_pause_ = {};
      return attach(*facts);
    }
    check_pause_ = std::clamp(check_pause_ * 2, kFirstCheck, kLastCheck);
    check_at_ = parts_.clock.monotonic() + check_pause_;
  });
}

void Node::attach(const LibraryFacts& facts) {
  if (!facts_ || facts_->incarnation != facts.incarnation) {
    ++counters_.incarnations;
    outgoing_.forget_library();
    subscribed_.clear();
    refused_.clear();
    attached_ = false;
    miss();
  }
  facts_ = facts;
  const Result<Tier> tier = facts.tier(parts_.settings);
  if (!tier) {
    parts_.health("library", tier.error().message);
    check_at_ = parts_.clock.monotonic() + kUnfitCheck;
    return;
  }
  tier_ = *tier;
  if (!attached_) put_subscriptions_in_place();
}

std::set<std::string> Node::missing_subscriptions() const {
  std::set<std::string> out;
  for (const auto& [topic, since] : topics_) {
    const Result<Shard> shard = autoshard(topic, parts_.settings.network);
    if (!shard) continue;
    const std::string& name = tier_ == Tier::messaging ? topic : shard->pubsub_topic;
    if (!subscribed_.contains(name) && !refused_.contains(name)) out.insert(name);
  }
  return out;
}

void Node::put_subscriptions_in_place() {
  const std::set<std::string> missing = missing_subscriptions();
  if (missing.empty()) return attached();
  subscribe_to(missing, [this, incarnation = facts_->incarnation](const Status& outcome) {
    if (facts_->incarnation != incarnation) return;  // another one is attached by itself
    if (!outcome && outcome.error().retryable) {
      check_at_ = parts_.clock.monotonic() + kFirstCheck;
      return;
    }
    put_subscriptions_in_place();  // what was asked for meanwhile
  });
}

// The first error, after all have been asked for.
void Node::subscribe_to(const std::set<std::string>& names, std::function<void(const Status&)> done) {
  const auto round = std::make_shared<Round>();
  round->names.assign(names.begin(), names.end());
  round->done = std::move(done);
  const auto step = std::make_shared<std::function<void()>>();
  *step = [this, round, again = std::weak_ptr(step)] {
    while (round->open < kAtOnce && round->next < round->names.size()) {
      const std::string name = round->names[round->next++];
      ++round->open;
      const LibraryCall call = tier_ == Tier::messaging ? functions::subscribe(name) : functions::subscribe_shard(name);
      library_.call(call, [this, round, name, step = again.lock()](const Result<std::string>& answer) {
        --round->open;
        if (answer) {
          subscribed_.insert(name);
        } else {
          if (round->outcome) round->outcome = fail(answer.error());
          if (!answer.error().retryable) {
            refused_.insert(name);
            parts_.events.on_notice("the library does not subscribe to " + name + ": " + answer.error().message);
          }
        }
        (*step)();
      });
    }
    if (round->open == 0 && round->done != nullptr) std::exchange(round->done, nullptr)(round->outcome);
  };
  (*step)();
}

void Node::attached() {
  attached_ = true;
  away_ = false;
  parts_.health("library", std::nullopt);
  outgoing_.open(tier_);
  learn_own_names();
  if (!connection_known_) ask_connection();
  for (const std::string& address : peers_) {
    library_.call(functions::connect(address), [this, address](const Result<std::string>& answer) {
      if (!answer) parts_.events.on_notice("no link to " + address + ": " + answer.error().message);
    });
  }
  begin_catch_up();
}

void Node::learn_own_names() {
  const bool kernel = facts_->has("waku_get_my_peerid");
  library_.call(functions::own_id(kernel), [this](const Result<std::string>& id) {
    if (id) own_id_ = *id;
  });
  library_.call(functions::own_addresses(kernel), [this](const Result<std::string>& addresses) {
    if (addresses) own_addresses_ = from_list(*addresses);
  });
}

void Node::subscribe(const std::vector<std::string>& topics, Done<void> done) {
  for (const std::string& topic : topics) topics_.emplace(topic, now_ns());
  if (!attached_) return done({});  // they are put in place with the rest, and a store has what comes until then
  const std::set<std::string> missing = missing_subscriptions();
  if (missing.empty()) return done({});
  subscribe_to(missing, [done = std::move(done)](const Status& outcome) {
    const bool later = !outcome && outcome.error().retryable;
    done(later ? Status() : outcome);
  });
}

void Node::unsubscribe(const std::vector<std::string>& topics) {
  for (const std::string& topic : topics) {
    topics_.erase(topic);
    refused_.erase(topic);
    // A shard stays: it carries others' messages, too, and what nobody wants is dropped.
    if (subscribed_.erase(topic) == 0) continue;
    library_.call(functions::unsubscribe(topic), [](const Result<std::string>&) {});
  }
}

void Node::tick() {
  const MonotonicTime now = parts_.clock.monotonic();
  if (check_at_ && now >= *check_at_) check();
  if (catch_up_at_ && now >= *catch_up_at_) begin_catch_up();
  outgoing_.tick();
  for (ReceivedMessage& message : outgoing_.take_foreign()) deliver(std::move(message));
}

std::optional<MonotonicTime> Node::next_tick() const {
  std::optional<MonotonicTime> next = outgoing_.next_tick();
  for (const Timer& timer : {check_at_, catch_up_at_}) {
    if (timer) next = next ? std::min(*next, *timer) : timer;
  }
  return next;
}

}  // namespace status::waku::native

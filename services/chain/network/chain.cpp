#include "services/chain/network/chain.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"

namespace status::chain {

using rpc::Endpoint;
using rpc::Flow;
using rpc::Question;

namespace {

constexpr std::size_t kKnown = 2'048;
// So many blocks may be reorganised away unnoticed between two looks.
constexpr std::uint64_t kUnsettled = 64;
constexpr unsigned kMostDissents = 3;

std::int64_t unix_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Chain::Chain(boost::asio::io_context& io, const Network& network, Belief belief, rpc::Pool& pool, BackendEvents& events)
    : network_(network),
      belief_(belief),
      pool_(pool),
      events_(events),
      timer_(io),
      why_("no endpoint has answered yet") {}

void Chain::poke() {
  poked_ = true;
  timer_.cancel();
}

void Chain::stop() {
  stopped_ = true;
  timer_.cancel();
}

boost::asio::awaitable<void> Chain::follow() {
  while (!stopped_) {
    co_await look();
    if (stopped_) break;
    say_readiness();
    if (std::exchange(poked_, false)) continue;
    boost::system::error_code woken;
    timer_.expires_after(std::chrono::milliseconds(network_.settings.poll_ms));
    co_await timer_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, woken));
    poked_ = false;
  }
}

boost::asio::awaitable<void> Chain::look() {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(2 * network_.settings.attempt_ms);
  if (pool_.endpoints().empty()) {
    trouble_ = "no endpoint is configured: set chain.endpoints";
    co_return;
  }
  co_await greet(deadline);
  std::vector<Seen> heads = co_await see("latest", deadline);
  if (heads.empty()) {
    trouble_ = "no endpoint answers as it should";
    for (const auto& endpoint : pool_.endpoints()) {
      if (!endpoint->last_error().empty()) trouble_ += "; " + endpoint->name() + ": " + endpoint->last_error();
    }
    co_return;
  }
  answered_ = true;
  std::uint64_t highest = 0;
  for (const Seen& seen : heads) highest = std::max(highest, seen.block.head.against.number);
  std::optional<Block> block = co_await choose_head(std::move(heads), deadline);
  if (!block) co_return;
  seen_ = std::chrono::steady_clock::now();
  trouble_.clear();
  if (head_ && head_->head.against.hash == block->head.against.hash) {
    head_->head.endpoint = block->head.endpoint;
    head_->head.against.verified = block->head.against.verified;
    co_return;
  }
  co_await advance(std::move(*block), highest, deadline);
}

boost::asio::awaitable<std::vector<Chain::Seen>> Chain::see(std::string tag, MonotonicTime deadline) {
  std::vector<Endpoint*> endpoints;
  for (Endpoint* const endpoint : pool_.ranked()) {
    if (is_greeted(*endpoint)) endpoints.push_back(endpoint);
  }
  Question question{"eth_getBlockByNumber", {Value(std::move(tag)), Value(false)}};
  const std::vector<rpc::Answer> answers = co_await pool_.ask_all(std::move(endpoints), std::move(question), deadline);
  std::vector<Seen> seen;
  for (const rpc::Answer& answer : answers) {
    if (!answer.value || answer.value->is_null()) continue;
    Result<Block> block = read(*answer.value, *answer.endpoint);
    if (block) {
      seen.push_back({answer.endpoint, std::move(*block)});
    } else {
      pool_.lied(*answer.endpoint, block.error());
    }
  }
  co_return seen;
}

boost::asio::awaitable<std::optional<Block>> Chain::choose_head(std::vector<Seen> heads, MonotonicTime deadline) {
  if (belief_ == Belief::word) co_return take_word(heads);
  std::vector<Vote> votes;
  for (const Seen& seen : heads) {
    votes.push_back({seen.endpoint->name(), seen.endpoint->is_proxy(), seen.block.head.against.number, {}});
  }
  const std::size_t needed = network_.settings.needed();
  const std::optional<std::uint64_t> height = common_height(votes, needed);
  if (!height) {
    trouble_ = std::to_string(needed) + " endpoints have to agree, and " + std::to_string(heads.size()) + " answer";
    co_return std::nullopt;
  }
  bool some_are_ahead = false;
  std::vector<Seen> at_height;
  for (Seen& seen : heads) {
    some_are_ahead = some_are_ahead || seen.block.head.against.number > *height;
    if (seen.block.head.against.number == *height) at_height.push_back(std::move(seen));
  }
  if (some_are_ahead) at_height = co_await see(quantity(*height), deadline);
  std::optional<Block> block = settle(at_height);
  if (!block) trouble_ = "the endpoints do not agree on block " + std::to_string(*height);
  co_return block;
}

// The first in the list is the best endpoint; the highest block, where several are near each other.
std::optional<Block> Chain::take_word(const std::vector<Seen>& heads) const {
  const Seen* best = &heads.front();
  for (const Seen& seen : heads) {
    const bool is_better = seen.endpoint->is_proxy() && !best->endpoint->is_proxy();
    const bool is_higher = seen.endpoint->is_proxy() == best->endpoint->is_proxy() &&
                           seen.block.head.against.number > best->block.head.against.number;
    if (is_better || is_higher) best = &seen;
  }
  return best->block;
}

std::optional<Block> Chain::settle(const std::vector<Seen>& seen) {
  std::vector<Vote> votes;
  for (const Seen& one : seen) {
    const Against& against = one.block.head.against;
    votes.push_back({one.endpoint->name(), one.endpoint->is_proxy(), against.number, against.hash});
  }
  const std::optional<Verdict> verdict = decide(votes, network_.settings.needed());
  if (!verdict) return {};
  std::optional<Block> chosen;
  for (const Seen& one : seen) {
    const Hash& hash = one.block.head.against.hash;
    if (hash == verdict->hash) {
      if (!chosen) chosen = one.block;
      dissents_.erase(one.endpoint->name());
    } else if (++dissents_[one.endpoint->name()] >= kMostDissents) {
      dissents_.erase(one.endpoint->name());
      pool_.lied(*one.endpoint, make_error(Code::data_loss, "chain.endpoint_lied",
                                           "it says that block " + std::to_string(one.block.head.against.number) +
                                               " is " + to_text(hash) + ", the others say " + to_text(verdict->hash)));
    }
  }
  chosen->head.against.verified = network_.checkpoint == verdict->hash ? Verified::full : verdict->verified;
  return chosen;
}

boost::asio::awaitable<void> Chain::advance(Block block, std::uint64_t highest, MonotonicTime deadline) {
  const Against next = block.head.against;
  bool reorganised = false;
  if (head_) {
    const Against last = head_->head.against;
    const auto at = known_.find(next.number);
    const bool is_of_the_same = at != known_.end() && at->second.head.against.hash == next.hash;
    // An endpoint that is behind is no news, and neither is that it was asked alone.
    if (next.number < last.number && is_of_the_same && highest >= last.number) co_return;
    if (next.number > last.number + 1 && belief_ == Belief::proof) {
      forget_above(last.number < kUnsettled ? 0 : last.number - kUnsettled);
      const Result<Block> again = co_await by_number(last.number, deadline);
      reorganised = again && again->head.against.hash != last.hash;
    } else if (next.number == last.number + 1) {
      reorganised = block.head.parent != last.hash;
    } else {
      reorganised = next.number <= last.number;
    }
    moving_ = next.number > last.number;
  }
  if (reorganised) {
    known_.clear();
    if (checkpoint_) remember(*checkpoint_);
  }
  if (belief_ == Belief::proof) remember(block);
  head_ = std::move(block);
  events_.on_head(head_->head, reorganised);
}

void Chain::remember(const Block& block) {
  const auto known = known_.find(block.head.against.number);
  const bool is_better = known != known_.end() && known->second.head.against.hash == block.head.against.hash &&
                         known->second.head.against.verified > block.head.against.verified;
  if (is_better) return;
  known_.insert_or_assign(block.head.against.number, block);
  if (known_.size() > kKnown) known_.erase(known_.begin());
}

void Chain::forget_above(std::uint64_t number) { known_.erase(known_.upper_bound(number), known_.end()); }

Result<Block> Chain::read(const Value& value, const Endpoint& endpoint) const {
  Block block;
  block.head.endpoint = endpoint.name();
  if (belief_ == Belief::proof) {
    Result<Header> header = read_header(value);
    if (!header) return fail(header.error());
    block.head.against = {Verified::partial, header->number, header->hash};
    block.head.parent = header->parent;
    block.head.timestamp = static_cast<std::int64_t>(header->timestamp);
    block.header = std::move(*header);
    return block;
  }
  Object in(value, "block");
  block.head.against = {endpoint.is_proxy() ? Verified::full : Verified::none, in.u64("number"), in.hash("hash")};
  block.head.parent = in.hash("parentHash");
  block.head.timestamp = static_cast<std::int64_t>(in.u64("timestamp"));
  if (!in.status()) return fail(in.status().error());
  return block;
}

void Chain::say_readiness() {
  using std::chrono::milliseconds;
  const milliseconds limit(network_.settings.stale_after_ms);
  Readiness now = Readiness::ready;
  std::string why;
  if (!head_) {
    now = answered_ ? Readiness::syncing : Readiness::connecting;
    why = trouble_;
  } else if (const auto age = std::chrono::seconds(unix_seconds() - head_->head.timestamp); age > limit) {
    now = moving_ ? Readiness::syncing : Readiness::stale;
    why = "the newest block is of " + std::to_string(age.count()) + " s ago";
  } else if (std::chrono::steady_clock::now() - seen_ > limit) {
    now = Readiness::stale;
    why = trouble_;
  }
  const bool is_first = !std::exchange(said_, true);
  const bool changed = is_first || now != readiness_;
  readiness_ = now;
  why_ = std::move(why);
  if (changed) events_.on_readiness(readiness_, why_);
}

BackendStatus Chain::status() const {
  BackendStatus status{readiness_, why_, {}, {}};
  if (head_) status.head = head_->head;
  const MonotonicTime now = std::chrono::steady_clock::now();
  for (const auto& endpoint : pool_.endpoints()) {
    const rpc::Score& score = endpoint->score();
    status.endpoints.push_back({endpoint->name(), endpoint->is_proxy(), score.health(now), score.latency_ms(),
                                score.answers(), score.failures(), score.lies(), endpoint->last_error()});
  }
  return status;
}

}  // namespace status::chain

// Chain: who may have a say, and blocks that are not the newest.
#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/network/chain.h"

namespace status::chain {

using rpc::Endpoint;
using rpc::Flow;
using rpc::Question;

namespace {

// By the hashes of parents, one question each.
constexpr std::uint64_t kLongestWalk = 64;

tl::unexpected<Error> unknown(const std::string& block) {
  return fail(Code::not_found, "chain.unknown_block", "there is no block " + block);
}

}  // namespace

bool Chain::is_greeted(Endpoint& endpoint) const {
  const auto found = greeted_.find(&endpoint);
  return found != greeted_.end() && found->second == endpoint.score().failures();
}

// One that is new, or was away and may be another one now, has to be of the right chain.
boost::asio::awaitable<void> Chain::greet(MonotonicTime deadline) {
  std::vector<Endpoint*> strangers;
  for (Endpoint* const endpoint : pool_.ranked()) {
    if (!is_greeted(*endpoint)) strangers.push_back(endpoint);
  }
  if (strangers.empty()) co_return;
  Question question{"eth_chainId", {}};
  const std::vector<rpc::Answer> answers = co_await pool_.ask_all(std::move(strangers), std::move(question), deadline);
  std::vector<Endpoint*> right;
  for (const rpc::Answer& answer : answers) {
    if (!answer.value) continue;
    const std::string* const text = answer.value->as_string();
    const std::optional<std::uint64_t> id = text != nullptr ? parse_u64(*text) : std::nullopt;
    if (id == network_.settings.chain_id) {
      right.push_back(answer.endpoint);
    } else {
      pool_.lied(*answer.endpoint,
                 make_error(Code::data_loss, "chain.endpoint_lied",
                            "it is of chain " + (id ? std::to_string(*id) : "?") + ", the configuration says " +
                                std::to_string(network_.settings.chain_id)));
    }
  }
  if (network_.checkpoint) co_return co_await greet_checkpoint(std::move(right), deadline);
  for (Endpoint* const endpoint : right) greeted_[endpoint] = endpoint->score().failures();
}

boost::asio::awaitable<void> Chain::greet_checkpoint(std::vector<Endpoint*> endpoints, MonotonicTime deadline) {
  Question question{"eth_getBlockByHash", {Value(to_text(*network_.checkpoint)), Value(false)}};
  const std::vector<rpc::Answer> answers = co_await pool_.ask_all(std::move(endpoints), std::move(question), deadline);
  for (const rpc::Answer& answer : answers) {
    if (!answer.value) continue;
    Result<Block> block = answer.value->is_null()
                              ? Result<Block>(disproved("it has no block " + to_text(*network_.checkpoint) +
                                                        ", which is the configured checkpoint"))
                              : read(*answer.value, *answer.endpoint);
    if (block && block->head.against.hash != *network_.checkpoint) {
      block = disproved("it has another block in the place of the configured checkpoint");
    }
    if (!block) {
      pool_.lied(*answer.endpoint, block.error());
      continue;
    }
    greeted_[answer.endpoint] = answer.endpoint->score().failures();
    if (belief_ == Belief::word) continue;
    block->head.against.verified = Verified::full;
    remember(*block);
    checkpoint_ = std::move(*block);
  }
}

Flow<Block> Chain::resolve(BlockId id, MonotonicTime deadline) {
  if (!head_) co_return fail(make_retryable(Code::unavailable, "chain.connecting", why_, 1'000));
  if (id.hash) co_return co_await by_hash(*id.hash, deadline);
  if (id.number) co_return co_await by_number(*id.number, deadline);
  co_return *head_;
}

Flow<Block> Chain::by_number(std::uint64_t number, MonotonicTime deadline) {
  if (number > head_->head.against.number) co_return unknown(std::to_string(number));
  if (belief_ == Belief::word) {
    Question question{"eth_getBlockByNumber", {Value(quantity(number)), Value(false)}};
    co_return co_await fetch(std::move(question), {}, deadline);
  }
  const auto above = known_.lower_bound(number);
  if (above != known_.end() && above->first == number) co_return above->second;
  if (above != known_.end() && above->first - number <= kLongestWalk) {
    co_return co_await walk_down(above->second, number, deadline);
  }
  const std::vector<Seen> seen = co_await see(quantity(number), deadline);
  const std::optional<Block> block = settle(seen);
  if (!block) {
    co_return fail(make_retryable(Code::unavailable, "chain.no_agreement",
                                  "too few endpoints agree on block " + std::to_string(number), 1'000));
  }
  remember(*block);
  co_return *block;
}

Flow<Block> Chain::by_hash(Hash hash, MonotonicTime deadline) {
  for (const auto& [number, block] : known_) {
    if (block.head.against.hash == hash) co_return block;
  }
  Question question{"eth_getBlockByHash", {Value(to_text(hash)), Value(false)}};
  Result<Block> block = co_await fetch(std::move(question), hash, deadline);
  if (!block || belief_ == Belief::word) co_return block;
  // That it exists is proven; that it is of the chain only the one of its number knows.
  const std::uint64_t number = block->head.against.number;
  if (number > head_->head.against.number) co_return block;
  const Result<Block> own = co_await by_number(number, deadline);
  if (own && own->head.against.hash == hash) co_return own;
  co_return block;
}

Flow<Block> Chain::fetch(Question question, std::optional<Hash> hash, MonotonicTime deadline) {
  const std::string name = *question.params.front().as_string();
  std::function<Result<Block>(const Value&, Endpoint&)> check =
      [this, hash, name](const Value& value, Endpoint& endpoint) -> Result<Block> {
    if (value.is_null()) return unknown(name);
    Result<Block> block = read(value, endpoint);
    if (block && hash && block->head.against.hash != *hash) return disproved("it has another block for " + name);
    return block;
  };
  co_return co_await pool_.ask<Block>(std::move(question), deadline, std::move(check));
}

Flow<Block> Chain::walk_down(Block from, std::uint64_t number, MonotonicTime deadline) {
  while (from.head.against.number > number) {
    const Verified verified = from.head.against.verified;
    const std::uint64_t below = from.head.against.number - 1;
    Question question{"eth_getBlockByHash", {Value(to_text(from.head.parent)), Value(false)}};
    Result<Block> parent = co_await fetch(std::move(question), from.head.parent, deadline);
    if (!parent) co_return parent;
    if (parent->head.against.number != below) co_return disproved("a parent has not the number before its child's");
    parent->head.against.verified = verified;
    remember(*parent);
    from = std::move(*parent);
  }
  co_return from;
}

}  // namespace status::chain

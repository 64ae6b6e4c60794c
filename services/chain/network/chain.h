// What is known of one chain: its newest block, and which blocks are taken for its own. Coroutines of one thread, that of
// the pool's io_context.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>

#include "services/chain/backend.h"
#include "services/chain/ethereum/header.h"
#include "services/chain/network/agreement.h"
#include "services/chain/network/settings.h"
#include "services/chain/rpc/pool.h"

namespace status::chain {

struct Block {
  Head head;
  std::optional<Header> header;  // where it has to prove what it is
};

enum class Belief {
  proof,  // headers are recomputed, and endpoints have to agree on them
  word,   // endpoints are believed
};

class Chain {
 public:
  // They outlive it.
  Chain(boost::asio::io_context& io, const Network& network, Belief belief, rpc::Pool& pool, BackendEvents& events);

  // Looks for new blocks until stop().
  boost::asio::awaitable<void> follow();
  // Looks at once.
  void poke();
  void stop();

  // UNAVAILABLE `chain.connecting` before there is a newest block, NOT_FOUND `chain.unknown_block`, and what asking
  // endpoints comes to.
  rpc::Flow<Block> resolve(BlockId id, MonotonicTime deadline);
  const std::optional<Block>& head() const { return head_; }
  BackendStatus status() const;

 private:
  struct Seen {
    rpc::Endpoint* endpoint;
    Block block;
  };

  boost::asio::awaitable<void> look();
  boost::asio::awaitable<void> greet(MonotonicTime deadline);
  boost::asio::awaitable<void> greet_checkpoint(std::vector<rpc::Endpoint*> endpoints, MonotonicTime deadline);
  bool is_greeted(rpc::Endpoint& endpoint) const;
  // The block of that number or tag, of all that are greeted.
  boost::asio::awaitable<std::vector<Seen>> see(std::string tag, MonotonicTime deadline);
  boost::asio::awaitable<std::optional<Block>> choose_head(std::vector<Seen> heads, MonotonicTime deadline);
  std::optional<Block> take_word(const std::vector<Seen>& heads) const;
  std::optional<Block> settle(const std::vector<Seen>& seen);
  boost::asio::awaitable<void> advance(Block block, std::uint64_t highest, MonotonicTime deadline);

  rpc::Flow<Block> by_number(std::uint64_t number, MonotonicTime deadline);
  rpc::Flow<Block> by_hash(Hash hash, MonotonicTime deadline);
  rpc::Flow<Block> fetch(rpc::Question question, std::optional<Hash> hash, MonotonicTime deadline);
  // From a block that is known to be of the chain, by the hashes of parents.
  rpc::Flow<Block> walk_down(Block from, std::uint64_t number, MonotonicTime deadline);
  Result<Block> read(const Value& value, const rpc::Endpoint& endpoint) const;
  void remember(const Block& block);
  void forget_above(std::uint64_t number);
  void say_readiness();

  const Network& network_;
  const Belief belief_;
  rpc::Pool& pool_;
  BackendEvents& events_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  bool poked_ = false;
  bool answered_ = false;                                  // some endpoint has, ever
  std::map<const rpc::Endpoint*, std::uint64_t> greeted_;  // with so many failures
  std::map<std::string, unsigned> dissents_;               // in a row, by endpoint
  std::optional<Block> head_;
  std::optional<Block> checkpoint_;
  std::map<std::uint64_t, Block> known_;  // of the chain, by number; the newest kKnown of them
  MonotonicTime seen_;                    // when a newest block was last agreed on
  std::string trouble_;                   // why there is none
  bool moving_ = false;                   // the newest block is old, and others follow: it is catching up
  Readiness readiness_ = Readiness::connecting;
  std::string why_;
  bool said_ = false;  // how it stands, at least once
};

}  // namespace status::chain

// What is asked of a chain, as coroutines of one thread, that of the io_context. The two implementations differ in what
// they ask for: proofs, or an endpoint's word. Errors are those of Backend.
#pragma once

#include <boost/asio/io_context.hpp>

#include "services/chain/backend.h"
#include "services/chain/network/chain.h"
#include "services/chain/network/settings.h"
#include "services/chain/rpc/pool.h"

namespace status::chain {

class Reader {
 public:
  template <class T>
  using Reply = rpc::Flow<Answered<T>>;

  // They outlive it.
  struct Parts {
    boost::asio::io_context& io;
    const Network& network;
    rpc::Pool& pool;
    Chain& chain;
  };
  explicit Reader(const Parts& parts) : parts_(parts) {}
  virtual ~Reader() = default;

  virtual Reply<U256> balance(Address address, BlockId block, MonotonicTime deadline) = 0;
  virtual Reply<std::uint64_t> nonce(Address address, BlockId block, MonotonicTime deadline) = 0;
  virtual Reply<Bytes> code(Address address, BlockId block, MonotonicTime deadline) = 0;
  virtual Reply<U256> storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline) = 0;
  virtual Reply<BlockInfo> block(BlockId block, MonotonicTime deadline) = 0;
  virtual Reply<TransactionInfo> transaction(Hash hash, MonotonicTime deadline) = 0;
  virtual Reply<ReceiptInfo> receipt(Hash transaction, MonotonicTime deadline) = 0;
  virtual Reply<std::vector<LogInfo>> logs(LogQuery query, MonotonicTime deadline) = 0;

  // Nobody can prove what a contract would answer without running it. Where several endpoints have to agree on blocks
  // they have to agree on this, too, and it is `partial`.
  Reply<Bytes> call(CallQuery query, MonotonicTime deadline);
  Reply<std::uint64_t> estimate_gas(CallQuery query, MonotonicTime deadline);
  Reply<Fees> fees(MonotonicTime deadline);
  rpc::Flow<Hash> send(Bytes raw, MonotonicTime deadline);

 protected:
  // How a question names that block: by its hash where the answer has to be of that very block.
  virtual Value name_of(const Block& block) const = 0;
  virtual bool wants_agreement() const = 0;

  const Parts parts_;

 private:
  Reply<Bytes> call_of_all(rpc::Question question, Against against, MonotonicTime deadline);
};

// NOT_FOUND `chain.unknown_transaction`.
tl::unexpected<Error> unknown_transaction(const Hash& hash);
// OUT_OF_RANGE unless it spans at most the network's number of blocks, in the right order.
Status check_range(const LogQuery& query, const Network& network);
bool matches(const Log& log, const LogQuery& query);

}  // namespace status::chain

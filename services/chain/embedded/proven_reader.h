// Reads a chain through endpoints that have to prove what they say: accounts, storage and code by Merkle-Patricia proofs
// against the state root of a block, transactions and receipts against its other roots. What is proven is kept, by block.
#pragma once

#include <memory>

#include "services/chain/embedded/recent.h"
#include "services/chain/ethereum/account.h"
#include "services/chain/ethereum/transaction.h"
#include "services/chain/reader/reader.h"

namespace status::chain {

class ProvenReader final : public Reader {
 public:
  explicit ProvenReader(const Parts& parts) : Reader(parts) {}

  Reply<U256> balance(Address address, BlockId block, MonotonicTime deadline) override;
  Reply<std::uint64_t> nonce(Address address, BlockId block, MonotonicTime deadline) override;
  Reply<Bytes> code(Address address, BlockId block, MonotonicTime deadline) override;
  Reply<U256> storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline) override;
  Reply<BlockInfo> block(BlockId block, MonotonicTime deadline) override;
  Reply<TransactionInfo> transaction(Hash hash, MonotonicTime deadline) override;
  Reply<ReceiptInfo> receipt(Hash transaction, MonotonicTime deadline) override;
  // Complete: a block whose header rules a match out has none, and of the others all receipts are looked through.
  Reply<std::vector<LogInfo>> logs(LogQuery query, MonotonicTime deadline) override;

 private:
  // Shared: a coroutine may hold one that is no longer kept.
  using Body = std::shared_ptr<const std::vector<Transaction>>;
  using Receipts = std::shared_ptr<const std::vector<Receipt>>;
  struct Place {
    Block block;
    Body body;
    std::size_t index = 0;
  };

  // By hash: of a block by number an endpoint may have another one in a reorganisation, and that is no lie.
  Value name_of(const Block& block) const override {
    return Value::map({{"blockHash", to_text(block.head.against.hash)}});
  }
  bool wants_agreement() const override { return parts_.network.settings.needed() > 1; }

  Reply<Account> account(Address address, BlockId block, MonotonicTime deadline);
  rpc::Flow<ProvenAccount> prove(const Block& block, Address address, std::vector<U256> slots, MonotonicTime deadline);
  rpc::Flow<Body> body(const Block& block, MonotonicTime deadline);
  rpc::Flow<Receipts> receipts(const Block& block, MonotonicTime deadline);
  // Where an endpoint says that the transaction is, and it is there. `found` is the endpoint's answer about it.
  rpc::Flow<Place> place_of(Hash transaction, Hash block, rpc::Endpoint* said_by, MonotonicTime deadline);
  rpc::Flow<std::vector<LogInfo>> logs_of(Block block, const LogQuery& query, MonotonicTime deadline);

  Recent<std::pair<Hash, Address>, Account> accounts_{8'192};  // by block
  Recent<std::pair<Hash, std::pair<Address, U256>>, U256> slots_{8'192};
  Recent<Hash, Bytes> codes_{64};
  Recent<Hash, Body> bodies_{8};
  Recent<Hash, Receipts> receipts_{8};
};

}  // namespace status::chain

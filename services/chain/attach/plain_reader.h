// Reads a chain through endpoints that are believed: nodes of one's own, or verified proxies, whose word on what they
// verify counts as proven.
#pragma once

#include "services/chain/reader/reader.h"

namespace status::chain {

class PlainReader final : public Reader {
 public:
  explicit PlainReader(const Parts& parts) : Reader(parts) {}

  Reply<U256> balance(Address address, BlockId block, MonotonicTime deadline) override;
  Reply<std::uint64_t> nonce(Address address, BlockId block, MonotonicTime deadline) override;
  Reply<Bytes> code(Address address, BlockId block, MonotonicTime deadline) override;
  Reply<U256> storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline) override;
  Reply<BlockInfo> block(BlockId block, MonotonicTime deadline) override;
  Reply<TransactionInfo> transaction(Hash hash, MonotonicTime deadline) override;
  Reply<ReceiptInfo> receipt(Hash transaction, MonotonicTime deadline) override;
  // Of a proxy they are `partial`: what it leaves out, it cannot know.
  Reply<std::vector<LogInfo>> logs(LogQuery query, MonotonicTime deadline) override;

 private:
  // By number: proxies know no other name.
  Value name_of(const Block& block) const override { return Value(quantity(block.head.against.number)); }
  bool wants_agreement() const override { return false; }

  // Asks about a block; `make` puts the block's name into the parameters, `read` takes the answer apart.
  template <class T>
  Reply<T> ask_at(BlockId id, const char* method, Value::Array before, std::function<Result<T>(const Value&)> read,
                  MonotonicTime deadline);
};

}  // namespace status::chain

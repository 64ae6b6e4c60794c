#include "services/chain/embedded/proven_reader.h"

#include "services/chain/ethereum/disproved.h"

namespace status::chain {

using rpc::Endpoint;
using rpc::Flow;
using rpc::Question;

Flow<ProvenAccount> ProvenReader::prove(const Block& block, Address address, std::vector<U256> slots,
                                        MonotonicTime deadline) {
  Value::Array keys;
  for (const U256& slot : slots) keys.emplace_back(to_text(slot.bytes()));
  Question question{"eth_getProof", {Value(to_text(address)), Value(std::move(keys)), name_of(block)}};
  std::function<Result<ProvenAccount>(const Value&, Endpoint&)> check =
      [root = block.header->state_root, address, slots = std::move(slots)](const Value& value, Endpoint&) {
        return check_account(value, root, address, slots);
      };
  co_return co_await parts_.pool.ask<ProvenAccount>(std::move(question), deadline, std::move(check));
}

Reader::Reply<Account> ProvenReader::account(Address address, BlockId id, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  const Against against = block->head.against;
  const auto key = std::make_pair(against.hash, address);
  if (const Account* const known = accounts_.find(key)) co_return Answered<Account>{*known, against};
  std::vector<U256> no_slots;
  const Result<ProvenAccount> proven = co_await prove(*block, address, std::move(no_slots), deadline);
  if (!proven) co_return fail(proven.error());
  accounts_.put(key, proven->account);
  co_return Answered<Account>{proven->account, against};
}

Reader::Reply<U256> ProvenReader::balance(Address address, BlockId block, MonotonicTime deadline) {
  const Result<Answered<Account>> of = co_await account(address, block, deadline);
  if (!of) co_return fail(of.error());
  co_return Answered<U256>{of->value.balance, of->against};
}

Reader::Reply<std::uint64_t> ProvenReader::nonce(Address address, BlockId block, MonotonicTime deadline) {
  const Result<Answered<Account>> of = co_await account(address, block, deadline);
  if (!of) co_return fail(of.error());
  co_return Answered<std::uint64_t>{of->value.nonce, of->against};
}

Reader::Reply<Bytes> ProvenReader::code(Address address, BlockId id, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  const Result<Answered<Account>> of = co_await account(address, id, deadline);
  if (!of) co_return fail(of.error());
  const Account& owner = of->value;
  if (owner.code_hash == empty_code_hash()) co_return Answered<Bytes>{{}, of->against};
  if (const Bytes* const known = codes_.find(owner.code_hash)) co_return Answered<Bytes>{*known, of->against};
  Question question{"eth_getCode", {Value(to_text(address)), name_of(*block)}};
  std::function<Result<Bytes>(const Value&, Endpoint&)> check = [owner](const Value& value,
                                                                        Endpoint&) -> Result<Bytes> {
    const std::string* const text = value.as_string();
    std::optional<Bytes> bytes = text != nullptr ? from_hex(*text) : std::nullopt;
    if (!bytes) return disproved("the code is no hex data");
    if (Status own = check_code(*bytes, owner); !own) return fail(own.error());
    return std::move(*bytes);
  };
  Result<Bytes> bytes = co_await parts_.pool.ask<Bytes>(std::move(question), deadline, std::move(check));
  if (!bytes) co_return fail(bytes.error());
  codes_.put(owner.code_hash, *bytes);
  co_return Answered<Bytes>{std::move(*bytes), of->against};
}

Reader::Reply<U256> ProvenReader::storage_at(Address address, U256 slot, BlockId id, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  const Against against = block->head.against;
  const auto key = std::make_pair(against.hash, std::make_pair(address, slot));
  if (const U256* const known = slots_.find(key)) co_return Answered<U256>{*known, against};
  std::vector<U256> slots(1, slot);
  const Result<ProvenAccount> proven = co_await prove(*block, address, std::move(slots), deadline);
  if (!proven) co_return fail(proven.error());
  slots_.put(key, proven->slots.front());
  co_return Answered<U256>{proven->slots.front(), against};
}

}  // namespace status::chain

// ProvenReader: what is in blocks.
#include <algorithm>

#include "services/chain/embedded/proven_reader.h"
#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"

namespace status::chain {

using rpc::Endpoint;
using rpc::Flow;
using rpc::Question;

namespace {

TransactionInfo info_of(const Transaction& transaction, const Address& from) {
  return {transaction.hash, transaction.type,  from, transaction.to, transaction.nonce, transaction.value,
          transaction.gas,  transaction.input, {}};
}

// Of block `place`'s transaction: all that its logs say beside themselves follows from where they are.
std::vector<LogInfo> logs_at(const Block& block, const std::vector<Transaction>& body,
                             const std::vector<Receipt>& receipts, std::size_t index) {
  std::uint64_t before = 0;
  for (std::size_t i = 0; i < index; ++i) before += receipts[i].logs.size();
  std::vector<LogInfo> logs;
  for (const Log& log : receipts[index].logs) {
    const Against& against = block.head.against;
    logs.push_back({log, against.number, against.hash, body[index].hash, index, before + logs.size()});
  }
  return logs;
}

bool may_match(const Bloom& bloom, const LogQuery& query) {
  const auto may = [&bloom](const auto& entry) { return may_have(bloom, entry); };
  if (!query.addresses.empty() && std::none_of(query.addresses.begin(), query.addresses.end(), may)) return false;
  return std::all_of(query.topics.begin(), query.topics.end(),
                     [&](const auto& wanted) { return !wanted || std::any_of(wanted->begin(), wanted->end(), may); });
}

}  // namespace

Flow<ProvenReader::Body> ProvenReader::body(const Block& block, MonotonicTime deadline) {
  const Hash hash = block.head.against.hash;
  if (const Body* const known = bodies_.find(hash)) co_return *known;
  Question question{"eth_getBlockByHash", {Value(to_text(hash)), Value(true)}};
  std::function<Result<Body>(const Value&, Endpoint&)> check = [hash](const Value& value, Endpoint&) -> Result<Body> {
    if (value.is_null()) return fail(Code::not_found, "chain.unknown_block", "there is no block " + to_text(hash));
    const Result<Header> header = read_header(value);
    if (!header) return fail(header.error());
    if (header->hash != hash) return disproved("it has another block for " + to_text(hash));
    Result<std::vector<Transaction>> transactions = read_transactions(value, *header);
    if (!transactions) return fail(transactions.error());
    if (Status paid = check_withdrawals(value, *header); !paid) return fail(paid.error());
    return std::make_shared<const std::vector<Transaction>>(std::move(*transactions));
  };
  Result<Body> found = co_await parts_.pool.ask<Body>(std::move(question), deadline, std::move(check));
  if (found) bodies_.put(hash, *found);
  co_return found;
}

Flow<ProvenReader::Receipts> ProvenReader::receipts(const Block& block, MonotonicTime deadline) {
  const Hash hash = block.head.against.hash;
  if (const Receipts* const known = receipts_.find(hash)) co_return *known;
  Question question{"eth_getBlockReceipts", {Value(to_text(hash))}};
  std::function<Result<Receipts>(const Value&, Endpoint&)> check =
      [header = *block.header](const Value& value, Endpoint&) -> Result<Receipts> {
    if (value.is_null()) {
      return fail(Code::not_found, "chain.unknown_block", "there are no receipts of block " + to_text(header.hash));
    }
    Result<std::vector<Receipt>> read = read_receipts(value, header);
    if (!read) return fail(read.error());
    return std::make_shared<const std::vector<Receipt>>(std::move(*read));
  };
  Result<Receipts> found = co_await parts_.pool.ask<Receipts>(std::move(question), deadline, std::move(check));
  if (found) receipts_.put(hash, *found);
  co_return found;
}

Reader::Reply<BlockInfo> ProvenReader::block(BlockId id, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  const Result<Body> transactions = co_await body(*block, deadline);
  if (!transactions) co_return fail(transactions.error());
  const Header& header = *block->header;
  BlockInfo info{block->head,
                 header.beneficiary,
                 header.state_root,
                 header.transactions_root,
                 header.receipts_root,
                 header.gas_limit,
                 header.gas_used,
                 header.base_fee,
                 {}};
  for (const Transaction& transaction : **transactions) info.transactions.push_back(transaction.hash);
  co_return Answered<BlockInfo>{std::move(info), block->head.against};
}

Flow<ProvenReader::Place> ProvenReader::place_of(Hash transaction, Hash hash, Endpoint* said_by,
                                                 MonotonicTime deadline) {
  BlockId id{{}, hash};
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  const Result<Body> transactions = co_await body(*block, deadline);
  if (!transactions) co_return fail(transactions.error());
  const auto found = std::find_if((*transactions)->begin(), (*transactions)->end(),
                                  [&](const Transaction& one) { return one.hash == transaction; });
  if (found == (*transactions)->end()) {
    Error lie = make_error(
        Code::data_loss, "chain.endpoint_lied",
        "it says that transaction " + to_text(transaction) + " is in block " + to_text(hash) + ", where it is not");
    parts_.pool.lied(*said_by, lie);
    lie.message = said_by->name() + ": " + lie.message;
    co_return fail(lie);
  }
  co_return Place{*block, *transactions, static_cast<std::size_t>(found - (*transactions)->begin())};
}

Reader::Reply<TransactionInfo> ProvenReader::transaction(Hash hash, MonotonicTime deadline) {
  struct Said {
    TransactionInfo info;
    std::optional<Hash> block;
    Endpoint* by = nullptr;
  };
  Question question{"eth_getTransactionByHash", {Value(to_text(hash))}};
  std::function<Result<Said>(const Value&, Endpoint&)> check = [hash](const Value& value,
                                                                      Endpoint& endpoint) -> Result<Said> {
    if (value.is_null()) return unknown_transaction(hash);
    const Result<Transaction> read = read_transaction(value);
    if (!read) return fail(read.error());
    if (read->hash != hash) return disproved("it has another transaction for " + to_text(hash));
    const Result<Address> from = check_sender(*read);
    if (!from) return fail(from.error());
    Object in(value, "transaction");
    Said said{info_of(*read, *from), {}, &endpoint};
    if (in.has("blockHash")) said.block = in.hash("blockHash");
    if (!in.status()) return fail(in.status().error());
    return said;
  };
  Result<Said> said = co_await parts_.pool.ask<Said>(std::move(question), deadline, std::move(check));
  if (!said) co_return fail(said.error());
  if (!said->block) {  // the sender is proven, and that it is in no block is the endpoint's word
    const Result<Block> head = co_await parts_.chain.resolve({}, deadline);
    if (!head) co_return fail(head.error());
    Against against = head->head.against;
    against.verified = Verified::partial;
    co_return Answered<TransactionInfo>{std::move(said->info), against};
  }
  const Result<Place> place = co_await place_of(hash, *said->block, said->by, deadline);
  if (!place) co_return fail(place.error());
  said->info.index = place->index;
  co_return Answered<TransactionInfo>{std::move(said->info), place->block.head.against};
}

Reader::Reply<ReceiptInfo> ProvenReader::receipt(Hash hash, MonotonicTime deadline) {
  struct Said {
    Hash block{};
    Endpoint* by = nullptr;
  };
  Question question{"eth_getTransactionReceipt", {Value(to_text(hash))}};
  std::function<Result<Said>(const Value&, Endpoint&)> check = [hash](const Value& value,
                                                                      Endpoint& endpoint) -> Result<Said> {
    if (value.is_null()) return unknown_transaction(hash);
    Object in(value, "receipt");
    Said said{in.hash("blockHash"), &endpoint};
    if (!in.status()) return fail(in.status().error());
    return said;
  };
  const Result<Said> said = co_await parts_.pool.ask<Said>(std::move(question), deadline, std::move(check));
  if (!said) co_return fail(said.error());
  const Result<Place> place = co_await place_of(hash, said->block, said->by, deadline);
  if (!place) co_return fail(place.error());
  const Result<Receipts> all = co_await receipts(place->block, deadline);
  if (!all) co_return fail(all.error());
  if ((*all)->size() != place->body->size()) co_return disproved("a block has not as many receipts as transactions");
  const Transaction& transaction = (*place->body)[place->index];
  const Receipt& receipt = (**all)[place->index];
  const Result<Address> from = signer(transaction.signed_hash, transaction.signature);
  if (!from) co_return fail(from.error());
  ReceiptInfo info;
  info.transaction = hash;
  info.index = place->index;
  info.succeeded = receipt.succeeded;
  info.gas_used = receipt.gas_used;
  info.cumulative_gas_used = receipt.cumulative_gas_used;
  info.effective_gas_price = transaction.price(place->block.header->base_fee.value_or(U256()));
  info.from = *from;
  info.to = transaction.to;
  info.contract = transaction.created(*from);
  info.logs = logs_at(place->block, *place->body, **all, place->index);
  co_return Answered<ReceiptInfo>{std::move(info), place->block.head.against};
}

Flow<std::vector<LogInfo>> ProvenReader::logs_of(Block block, const LogQuery& query, MonotonicTime deadline) {
  std::vector<LogInfo> found;
  if (!may_match(block.header->bloom, query)) co_return found;
  const Result<Body> transactions = co_await body(block, deadline);
  if (!transactions) co_return fail(transactions.error());
  const Result<Receipts> all = co_await receipts(block, deadline);
  if (!all) co_return fail(all.error());
  if ((*all)->size() != (*transactions)->size()) {
    co_return disproved("a block has not as many receipts as transactions");
  }
  for (std::size_t i = 0; i < (*all)->size(); ++i) {
    for (LogInfo& log : logs_at(block, **transactions, **all, i)) {
      if (matches(log.log, query)) found.push_back(std::move(log));
    }
  }
  co_return found;
}

Reader::Reply<std::vector<LogInfo>> ProvenReader::logs(LogQuery query, MonotonicTime deadline) {
  if (Status small = check_range(query, parts_.network); !small) co_return fail(small.error());
  std::vector<LogInfo> found;
  Against against;
  against.verified = Verified::full;
  for (std::uint64_t number = query.to;; --number) {  // downwards: a block names the one before it
    BlockId id{number, {}};
    Result<Block> block = co_await parts_.chain.resolve(id, deadline);
    if (!block) co_return fail(block.error());
    if (number == query.to) against = block->head.against;
    against.verified = std::min(against.verified, block->head.against.verified);
    Result<std::vector<LogInfo>> of = co_await logs_of(std::move(*block), query, deadline);
    if (!of) co_return fail(of.error());
    found.insert(found.begin(), std::make_move_iterator(of->begin()), std::make_move_iterator(of->end()));
    if (number == query.from) break;
  }
  co_return Answered<std::vector<LogInfo>>{std::move(found), against};
}

}  // namespace status::chain

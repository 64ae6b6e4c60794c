#include "services/chain/attach/plain_reader.h"

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/reader/answers.h"

namespace status::chain {

using rpc::Endpoint;
using rpc::Flow;
using rpc::Question;

namespace {

Result<U256> number_of(const Value& value) {
  const std::string* const text = value.as_string();
  const std::optional<U256> number = text != nullptr ? U256::parse(*text) : std::nullopt;
  if (!number) return disproved("it answers with no quantity");
  return *number;
}

std::optional<Address> address_if(Object& in, std::string_view key) {
  return in.has(key) ? std::optional(in.address(key)) : std::nullopt;
}

Result<BlockInfo> block_of(const Value& value, const Endpoint& endpoint) {
  if (value.is_null()) return fail(Code::not_found, "chain.unknown_block", "there is no such block");
  Object in(value, "block");
  BlockInfo info;
  info.head.against = {word_of(endpoint), in.u64("number"), in.hash("hash")};
  info.head.parent = in.hash("parentHash");
  info.head.timestamp = static_cast<std::int64_t>(in.u64("timestamp"));
  info.head.endpoint = endpoint.name();
  info.beneficiary = in.address("miner");
  info.state_root = in.hash("stateRoot");
  info.transactions_root = in.hash("transactionsRoot");
  info.receipts_root = in.hash("receiptsRoot");
  info.gas_limit = in.u64("gasLimit");
  info.gas_used = in.u64("gasUsed");
  if (in.has("baseFeePerGas")) info.base_fee = in.quantity("baseFeePerGas");
  const Result<std::vector<Bytes>> hashes = read_data_list(value.find("transactions"), "transactions", 65'536, 32);
  if (!hashes) return fail(hashes.error());
  for (const Bytes& hash : *hashes) info.transactions.push_back(to_array<Hash>(hash).value_or(Hash{}));
  if (!in.status()) return fail(in.status().error());
  return info;
}

Result<LogInfo> log_of(const Value& value) {
  Result<Log> log = read_log(value);
  if (!log) return fail(log.error());
  Object in(value, "log");
  LogInfo info{std::move(*log),
               in.u64("blockNumber"),
               in.hash("blockHash"),
               in.hash("transactionHash"),
               in.u64("transactionIndex"),
               in.u64("logIndex")};
  if (!in.status()) return fail(in.status().error());
  return info;
}

Result<std::vector<LogInfo>> logs_of(const std::vector<Value>& values) {
  std::vector<LogInfo> logs;
  for (const Value& value : values) {
    Result<LogInfo> log = log_of(value);
    if (!log) return fail(log.error());
    logs.push_back(std::move(*log));
  }
  return logs;
}

Result<Answered<TransactionInfo>> transaction_of(const Value& value, const Hash& hash, const Endpoint& endpoint) {
  if (value.is_null()) return unknown_transaction(hash);
  Object in(value, "transaction");
  Answered<TransactionInfo> answer;
  TransactionInfo& info = answer.value;
  info.hash = in.hash("hash");
  info.type = static_cast<std::uint8_t>(in.has("type") ? in.u64("type") : 0);
  info.from = in.address("from");
  info.to = address_if(in, "to");
  info.nonce = in.u64("nonce");
  info.value = in.quantity("value");
  info.gas = in.u64("gas");
  info.input = in.data("input");
  answer.against.verified = word_of(endpoint, Verified::partial);
  if (in.has("blockHash")) {
    info.index = in.u64("transactionIndex");
    answer.against.number = in.u64("blockNumber");
    answer.against.hash = in.hash("blockHash");
  }
  if (!in.status()) return fail(in.status().error());
  if (info.hash != hash) return disproved("it has another transaction for " + to_text(hash));
  return answer;
}

Result<Answered<ReceiptInfo>> receipt_of(const Value& value, const Hash& hash, const Endpoint& endpoint) {
  if (value.is_null()) return unknown_transaction(hash);
  Object in(value, "receipt");
  Answered<ReceiptInfo> answer;
  ReceiptInfo& info = answer.value;
  info.transaction = in.hash("transactionHash");
  info.index = in.u64("transactionIndex");
  info.succeeded = in.has("status") && in.u64("status") == 1;
  info.gas_used = in.u64("gasUsed");
  info.cumulative_gas_used = in.u64("cumulativeGasUsed");
  if (in.has("effectiveGasPrice")) info.effective_gas_price = in.quantity("effectiveGasPrice");
  info.from = in.address("from");
  info.to = address_if(in, "to");
  info.contract = address_if(in, "contractAddress");
  Result<std::vector<LogInfo>> logs = logs_of(in.list("logs"));
  if (!logs) return fail(logs.error());
  info.logs = std::move(*logs);
  answer.against = {word_of(endpoint), in.u64("blockNumber"), in.hash("blockHash")};
  if (!in.status()) return fail(in.status().error());
  if (info.transaction != hash) return disproved("it has another receipt for " + to_text(hash));
  return answer;
}

Value query_of(const LogQuery& query) {
  Value::Array addresses;
  for (const Address& address : query.addresses) addresses.emplace_back(to_text(address));
  Value::Array topics;
  for (const auto& wanted : query.topics) {
    Value::Array any;
    for (const Hash& topic : wanted.value_or(std::vector<Hash>())) any.emplace_back(to_text(topic));
    topics.push_back(wanted ? Value(std::move(any)) : Value());
  }
  return Value::map({{"fromBlock", quantity(query.from)},
                     {"toBlock", quantity(query.to)},
                     {"address", Value(std::move(addresses))},
                     {"topics", Value(std::move(topics))}});
}

}  // namespace

template <class T>
Reader::Reply<T> PlainReader::ask_at(BlockId id, const char* method, Value::Array before,
                                     std::function<Result<T>(const Value&)> read, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  Against against = block->head.against;
  before.push_back(name_of(*block));
  Question question{method, std::move(before)};
  std::function<Result<T>(const Value&, Endpoint&)> check = [&against, read = std::move(read)](const Value& value,
                                                                                               Endpoint& endpoint) {
    against.verified = word_of(endpoint);
    return read(value);
  };
  Result<T> answer = co_await parts_.pool.ask<T>(std::move(question), deadline, std::move(check));
  if (!answer) co_return fail(answer.error());
  co_return Answered<T>{std::move(*answer), against};
}

Reader::Reply<U256> PlainReader::balance(Address address, BlockId block, MonotonicTime deadline) {
  return ask_at<U256>(block, "eth_getBalance", {Value(to_text(address))}, number_of, deadline);
}

Reader::Reply<std::uint64_t> PlainReader::nonce(Address address, BlockId block, MonotonicTime deadline) {
  const auto read = [](const Value& value) -> Result<std::uint64_t> {
    const Result<U256> number = number_of(value);
    if (!number || !number->to_u64()) return disproved("it answers with no nonce");
    return *number->to_u64();
  };
  return ask_at<std::uint64_t>(block, "eth_getTransactionCount", {Value(to_text(address))}, read, deadline);
}

Reader::Reply<Bytes> PlainReader::code(Address address, BlockId block, MonotonicTime deadline) {
  return ask_at<Bytes>(block, "eth_getCode", {Value(to_text(address))}, data_of, deadline);
}

Reader::Reply<U256> PlainReader::storage_at(Address address, U256 slot, BlockId block, MonotonicTime deadline) {
  const auto read = [](const Value& value) -> Result<U256> {
    const Result<Bytes> bytes = data_of(value);  // with all its zeros
    const std::optional<U256> number = bytes ? U256::from_bytes(*bytes) : std::nullopt;
    if (!number) return disproved("it answers with no 32 bytes of storage");
    return *number;
  };
  return ask_at<U256>(block, "eth_getStorageAt", {Value(to_text(address)), Value(to_text(slot.bytes()))}, read,
                      deadline);
}

Reader::Reply<BlockInfo> PlainReader::block(BlockId id, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  Question question{"eth_getBlockByHash", {Value(to_text(block->head.against.hash)), Value(false)}};
  std::function<Result<BlockInfo>(const Value&, Endpoint&)> check = block_of;
  Result<BlockInfo> info = co_await parts_.pool.ask<BlockInfo>(std::move(question), deadline, std::move(check));
  if (!info) co_return fail(info.error());
  const Against against = info->head.against;
  co_return Answered<BlockInfo>{std::move(*info), against};
}

Reader::Reply<TransactionInfo> PlainReader::transaction(Hash hash, MonotonicTime deadline) {
  Question question{"eth_getTransactionByHash", {Value(to_text(hash))}};
  std::function<Result<Answered<TransactionInfo>>(const Value&, Endpoint&)> check =
      [hash](const Value& value, Endpoint& endpoint) { return transaction_of(value, hash, endpoint); };
  co_return co_await parts_.pool.ask<Answered<TransactionInfo>>(std::move(question), deadline, std::move(check));
}

Reader::Reply<ReceiptInfo> PlainReader::receipt(Hash hash, MonotonicTime deadline) {
  Question question{"eth_getTransactionReceipt", {Value(to_text(hash))}};
  std::function<Result<Answered<ReceiptInfo>>(const Value&, Endpoint&)> check =
      [hash](const Value& value, Endpoint& endpoint) { return receipt_of(value, hash, endpoint); };
  co_return co_await parts_.pool.ask<Answered<ReceiptInfo>>(std::move(question), deadline, std::move(check));
}

Reader::Reply<std::vector<LogInfo>> PlainReader::logs(LogQuery query, MonotonicTime deadline) {
  if (Status small = check_range(query, parts_.network); !small) co_return fail(small.error());
  BlockId id{query.to, {}};
  const Result<Block> block = co_await parts_.chain.resolve(id, deadline);
  if (!block) co_return fail(block.error());
  Against against = block->head.against;
  Question question{"eth_getLogs", {query_of(query)}};
  std::function<Result<std::vector<LogInfo>>(const Value&, Endpoint&)> check =
      [&against](const Value& value, Endpoint& endpoint) -> Result<std::vector<LogInfo>> {
    against.verified = word_of(endpoint, Verified::partial);
    const Value::Array* const list = value.as_array();
    if (list == nullptr) return disproved("it answers with no list of logs");
    return logs_of(*list);
  };
  Result<std::vector<LogInfo>> found =
      co_await parts_.pool.ask<std::vector<LogInfo>>(std::move(question), deadline, std::move(check));
  if (!found) co_return fail(found.error());
  co_return Answered<std::vector<LogInfo>>{std::move(*found), against};
}

}  // namespace status::chain

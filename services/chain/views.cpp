#include "services/chain/views.h"

#include <array>

namespace status::chain {
namespace {

constexpr std::array<std::string_view, 3> kVerified = {"none", "partial", "full"};
constexpr std::array<std::string_view, 4> kReadiness = {"connecting", "syncing", "ready", "stale"};

tl::unexpected<Error> bad(std::string problem) {
  return fail(Code::invalid_argument, "chain.bad_request", std::move(problem));
}

}  // namespace

std::string_view to_word(Verified verified) { return kVerified[static_cast<std::size_t>(verified)]; }
std::string_view to_word(Readiness readiness) { return kReadiness[static_cast<std::size_t>(readiness)]; }

BlockView block_of(const Against& against) { return {against.number, hex_of(against.hash)}; }

HeadView view_of(const Head& head) {
  return {head.against.number, hex_of(head.against.hash), head.timestamp, std::string(to_word(head.against.verified)),
          head.endpoint};
}

EndpointView view_of(const EndpointInfo& info) {
  return {info.name,    info.is_proxy, info.health, info.latency_ms,
          info.answers, info.failures, info.lies,   info.last_error};
}

LogView view_of(const LogInfo& info) {
  LogView view{hex_of(info.log.address), {},
               {info.log.data},          info.block_number,
               hex_of(info.block_hash),  hex_of(info.transaction),
               info.transaction_index,   info.log_index};
  for (const Hash& topic : info.log.topics) view.topics.push_back(hex_of(topic));
  return view;
}

void fill(GetBlock::Reply& reply, const BlockInfo& info) {
  reply.parent = hex_of(info.head.parent);
  reply.timestamp = info.head.timestamp;
  reply.beneficiary = hex_of(info.beneficiary);
  reply.state_root = hex_of(info.state_root);
  reply.transactions_root = hex_of(info.transactions_root);
  reply.receipts_root = hex_of(info.receipts_root);
  reply.gas_limit = info.gas_limit;
  reply.gas_used = info.gas_used;
  if (info.base_fee) reply.base_fee = info.base_fee->text();
  for (const Hash& hash : info.transactions) reply.transactions.push_back(hex_of(hash));
}

void fill(GetTransaction::Reply& reply, const TransactionInfo& info) {
  reply.transaction = hex_of(info.hash);
  reply.type = info.type;
  reply.from = hex_of(info.from);
  reply.to = hex_if(info.to);
  reply.nonce = info.nonce;
  reply.value = info.value.text();
  reply.gas = info.gas;
  reply.input = {info.input};
  reply.index = info.index;
}

void fill(GetReceipt::Reply& reply, const ReceiptInfo& info) {
  reply.transaction = hex_of(info.transaction);
  reply.index = info.index;
  reply.succeeded = info.succeeded;
  reply.gas_used = info.gas_used;
  reply.cumulative_gas_used = info.cumulative_gas_used;
  reply.effective_gas_price = info.effective_gas_price.text();
  reply.from = hex_of(info.from);
  reply.to = hex_if(info.to);
  reply.contract = hex_if(info.contract);
  for (const LogInfo& log : info.logs) reply.logs.push_back(view_of(log));
}

Result<BlockId> block_id_of(const At& at) {
  if (at.number && at.hash) return bad("a block is named by `number` or by `hash`, not by both");
  return BlockId{at.number, at.hash ? std::optional(hash_of(*at.hash)) : std::nullopt};
}

Result<CallQuery> query_of(const CallContract::Request& request) {
  Result<BlockId> block = block_id_of(request);
  if (!block) return fail(block.error());
  CallQuery query;
  query.block = *block;
  if (request.from) query.from = address_of(*request.from);
  if (request.to) query.to = address_of(*request.to);
  query.data = request.data.bytes;
  if (request.value.empty()) return query;
  const Result<U256> value = quantity_of(request.value, "value");
  if (!value) return fail(value.error());
  query.value = *value;
  return query;
}

LogQuery query_of(const GetLogs::Request& request, std::uint64_t newest) {
  LogQuery query{request.from, request.to.value_or(newest), {}, {}};
  for (const HexBytes& address : request.addresses) query.addresses.push_back(address_of(address));
  for (const TopicsView& topics : request.topics) {
    std::vector<Hash> any;
    for (const HexBytes& topic : topics.any) any.push_back(hash_of(topic));
    query.topics.push_back(any.empty() ? std::nullopt : std::optional(std::move(any)));
  }
  return query;
}

Result<U256> quantity_of(const std::string& text, std::string_view what) {
  const std::optional<U256> number = U256::parse(text);
  if (!number) return bad("`" + std::string(what) + "` is no quantity of up to 256 bits, such as \"0x1f\"");
  return *number;
}

Address address_of(const HexBytes& bytes) { return to_array<Address>(bytes.bytes).value_or(Address{}); }
Hash hash_of(const HexBytes& bytes) { return to_array<Hash>(bytes.bytes).value_or(Hash{}); }

}  // namespace status::chain

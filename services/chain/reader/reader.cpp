#include "services/chain/reader/reader.h"

#include <algorithm>
#include <map>

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/reader/answers.h"

namespace status::chain {

using rpc::Endpoint;
using rpc::Flow;
using rpc::Question;

namespace {

constexpr std::uint64_t kFeeBlocks = 10;
constexpr std::uint64_t kMiddle = 50;  // percentile

Value object_of(const CallQuery& query) {
  Value call = Value::Map();
  if (query.from) call.set("from", to_text(*query.from));
  if (query.to) call.set("to", to_text(*query.to));
  if (!query.value.is_zero()) call.set("value", query.value.text());
  if (!query.data.empty()) call.set("data", "0x" + to_hex(query.data));
  return call;
}

// The base fee of the next block, and the middle of what was paid to validators in the last ones.
Result<Fees> fees_of(const Value& value) {
  Object in(value, "fee history");
  const std::vector<Value>& base = in.list("baseFeePerGas");
  const std::string* const next = base.empty() ? nullptr : base.back().as_string();
  std::vector<U256> tips;
  if (in.has("reward")) {
    for (const Value& block : in.list("reward")) {
      const Value::Array* const percentiles = block.as_array();
      const std::string* const tip =
          percentiles != nullptr && !percentiles->empty() ? percentiles->front().as_string() : nullptr;
      if (const auto number = tip != nullptr ? U256::parse(*tip) : std::nullopt; number) tips.push_back(*number);
    }
  }
  const std::optional<U256> number = next != nullptr ? U256::parse(*next) : std::nullopt;
  if (!number) in.wrong("baseFeePerGas", "has no quantity for the next block");
  if (!in.status()) return fail(in.status().error());
  std::sort(tips.begin(), tips.end());
  return Fees{*number, tips.empty() ? U256() : tips[tips.size() / 2]};
}

}  // namespace

Reader::Reply<Bytes> Reader::call(CallQuery query, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(query.block, deadline);
  if (!block) co_return fail(block.error());
  Against against = block->head.against;
  Question question{"eth_call", {object_of(query), name_of(*block)}};
  if (wants_agreement()) co_return co_await call_of_all(std::move(question), against, deadline);
  std::function<Result<Bytes>(const Value&, Endpoint&)> check = [&against](const Value& value, Endpoint& endpoint) {
    against.verified = word_of(endpoint);
    return data_of(value);
  };
  Result<Bytes> data = co_await parts_.pool.ask<Bytes>(std::move(question), deadline, std::move(check));
  if (!data) co_return fail(data.error());
  co_return Answered<Bytes>{std::move(*data), against};
}

Reader::Reply<Bytes> Reader::call_of_all(Question question, Against against, MonotonicTime deadline) {
  const std::vector<rpc::Answer> answers =
      co_await parts_.pool.ask_all(parts_.pool.ranked(), std::move(question), deadline);
  std::map<Bytes, std::vector<Endpoint*>> said;
  Error last = make_error(Code::unavailable, "chain.no_endpoint", "no endpoint may be asked");
  for (const rpc::Answer& answer : answers) {
    const Result<Bytes> data = answer.value ? data_of(*answer.value) : fail(answer.value.error());
    if (data) {
      said[*data].push_back(answer.endpoint);
    } else {
      last = data.error();
      last.message = answer.endpoint->name() + ": " + last.message;
      if (rpc::is_final(last)) co_return fail(last);
    }
  }
  if (said.empty()) co_return fail(last);
  const auto most = std::max_element(said.begin(), said.end(),
                                     [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  if (most->second.size() < parts_.network.settings.needed()) {
    co_return fail(make_retryable(Code::unavailable, "chain.no_agreement",
                                  "too few endpoints agree on what the contract answers", 1'000));
  }
  for (const auto& [data, endpoints] : said) {
    if (data == most->first) continue;
    for (Endpoint* const endpoint : endpoints) {
      parts_.pool.lied(*endpoint, make_error(Code::data_loss, "chain.endpoint_lied",
                                             "it answers a call otherwise than " + std::to_string(most->second.size()) +
                                                 " others at the same block"));
    }
  }
  against.verified = Verified::partial;
  co_return Answered<Bytes>{most->first, against};
}

Reader::Reply<std::uint64_t> Reader::estimate_gas(CallQuery query, MonotonicTime deadline) {
  const Result<Block> block = co_await parts_.chain.resolve(query.block, deadline);
  if (!block) co_return fail(block.error());
  Against against = block->head.against;
  Question question{"eth_estimateGas", {object_of(query), Value(quantity(against.number))}};
  std::function<Result<std::uint64_t>(const Value&, Endpoint&)> check =
      [&against](const Value& value, Endpoint& endpoint) -> Result<std::uint64_t> {
    against.verified = word_of(endpoint);
    const std::string* const text = value.as_string();
    const std::optional<std::uint64_t> gas = text != nullptr ? parse_u64(*text) : std::nullopt;
    if (!gas) return disproved("it answers with no quantity of gas");
    return *gas;
  };
  const Result<std::uint64_t> gas =
      co_await parts_.pool.ask<std::uint64_t>(std::move(question), deadline, std::move(check));
  if (!gas) co_return fail(gas.error());
  co_return Answered<std::uint64_t>{*gas, against};
}

Reader::Reply<Fees> Reader::fees(MonotonicTime deadline) {
  const Result<Block> head = co_await parts_.chain.resolve({}, deadline);
  if (!head) co_return fail(head.error());
  Against against = head->head.against;
  against.verified = Verified::none;
  Question question{"eth_feeHistory",
                    {Value(quantity(kFeeBlocks)), Value("latest"), Value(Value::Array{Value(kMiddle)})}};
  std::function<Result<Fees>(const Value&, Endpoint&)> check = [](const Value& value, Endpoint&) {
    return fees_of(value);
  };
  const Result<Fees> fees = co_await parts_.pool.ask<Fees>(std::move(question), deadline, std::move(check));
  if (!fees) co_return fail(fees.error());
  co_return Answered<Fees>{*fees, against};
}

// Its hash is known here; an endpoint that says another has not taken this one.
Flow<Hash> Reader::send(Bytes raw, MonotonicTime deadline) {
  const Hash hash = keccak256(raw);
  Question question{"eth_sendRawTransaction", {Value("0x" + to_hex(raw))}};
  std::function<Result<Hash>(const Value&, Endpoint&)> check = [hash](const Value& value, Endpoint&) -> Result<Hash> {
    const std::string* const text = value.as_string();
    if (text == nullptr || *text != to_text(hash)) return disproved("it says another hash of what was sent");
    return hash;
  };
  Result<Hash> sent = co_await parts_.pool.ask<Hash>(std::move(question), deadline, std::move(check));
  parts_.chain.poke();
  if (sent || sent.error().message.find("already") == std::string::npos) co_return sent;
  co_return hash;  // "already known", "already imported": it has it
}

tl::unexpected<Error> unknown_transaction(const Hash& hash) {
  return fail(Code::not_found, "chain.unknown_transaction", "no endpoint knows transaction " + to_text(hash));
}

Status check_range(const LogQuery& query, const Network& network) {
  const std::uint64_t most = network.settings.max_log_blocks;
  if (query.from <= query.to && query.to - query.from < most) return {};
  return fail(Code::out_of_range, "chain.too_many_blocks",
              "blocks " + std::to_string(query.from) + " to " + std::to_string(query.to) + ": a query is for 1 to " +
                  std::to_string(most) + " blocks; ask for them in parts");
}

bool matches(const Log& log, const LogQuery& query) {
  const auto& addresses = query.addresses;
  if (!addresses.empty() && std::find(addresses.begin(), addresses.end(), log.address) == addresses.end()) return false;
  for (std::size_t i = 0; i < query.topics.size(); ++i) {
    const auto& wanted = query.topics[i];
    if (!wanted) continue;
    if (i >= log.topics.size() || std::find(wanted->begin(), wanted->end(), log.topics[i]) == wanted->end())
      return false;
  }
  return true;
}

}  // namespace status::chain

#include "services/chain/ethereum/receipt.h"

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/ethereum/ordered_trie.h"
#include "services/chain/ethereum/rlp.h"

namespace status::chain {
namespace {

constexpr std::size_t kMostTopics = 4;
constexpr std::uint64_t kMostType = 0x7f;  // of an envelope: what is above it begins a list

struct Encoded {
  Receipt receipt;
  Bytes bytes;
};

void add_log(Bytes& out, const Log& log) {
  Bytes topics;
  for (const Hash& topic : log.topics) rlp::add_string(topics, topic);
  Bytes fields;
  rlp::add_string(fields, log.address);
  rlp::add_list(fields, topics);
  rlp::add_string(fields, log.data);
  rlp::add_list(out, fields);
}

// The bloom filter follows from the logs: what the endpoint says of it does not matter.
Bloom bloom_of(const std::vector<Log>& logs) {
  Bloom bloom{};
  for (const Log& log : logs) {
    add_to(bloom, log.address);
    for (const Hash& topic : log.topics) add_to(bloom, topic);
  }
  return bloom;
}

Result<Encoded> encode(const Value& value) {
  Object in(value, "receipt");
  Receipt receipt;
  Bytes fields;
  if (in.has("root")) {
    rlp::add_string(fields, in.hash("root"));
  } else {
    receipt.succeeded = in.u64("status") == 1;
    rlp::add_string(fields, U256(receipt.succeeded ? 1 : 0).minimal());
  }
  receipt.cumulative_gas_used = in.u64("cumulativeGasUsed");
  rlp::add_string(fields, U256(receipt.cumulative_gas_used).minimal());
  Bytes logs;
  for (const Value& item : in.list("logs")) {
    Result<Log> log = read_log(item);
    if (!log) return fail(log.error());
    add_log(logs, *log);
    receipt.logs.push_back(std::move(*log));
  }
  rlp::add_string(fields, bloom_of(receipt.logs));
  rlp::add_list(fields, logs);
  const std::uint64_t type = in.has("type") ? in.u64("type") : 0;
  if (type > kMostType) in.wrong("type", "is none");
  if (!in.status()) return fail(in.status().error());
  Bytes bytes;
  if (type != 0) bytes.push_back(static_cast<std::uint8_t>(type));
  rlp::add_list(bytes, fields);
  return Encoded{std::move(receipt), std::move(bytes)};
}

}  // namespace

Result<Log> read_log(const Value& value) {
  Object in(value, "log");
  Log log;
  log.address = in.address("address");
  log.data = in.data("data");
  for (const Value& topic : in.list("topics")) {
    const std::string* const text = topic.as_string();
    const std::optional<Bytes> bytes = text != nullptr ? from_hex(*text) : std::nullopt;
    const std::optional<Hash> hash = bytes ? to_array<Hash>(*bytes) : std::nullopt;
    if (!hash || log.topics.size() == kMostTopics) {
      in.wrong("topics", "is no list of up to four hashes");
      break;
    }
    log.topics.push_back(*hash);
  }
  if (!in.status()) return fail(in.status().error());
  return log;
}

Result<std::vector<Receipt>> read_receipts(const Value& receipts, const Header& header) {
  const std::vector<Value>* const items = receipts.as_array();
  if (items == nullptr) return disproved("the receipts are no list");
  std::vector<Receipt> all;
  std::vector<Bytes> entries;
  std::uint64_t before = 0;
  for (const Value& item : *items) {
    Result<Encoded> encoded = encode(item);
    if (!encoded) return fail(encoded.error());
    encoded->receipt.gas_used = encoded->receipt.cumulative_gas_used - before;
    before = encoded->receipt.cumulative_gas_used;
    all.push_back(std::move(encoded->receipt));
    entries.push_back(std::move(encoded->bytes));
  }
  if (const Hash root = ordered_root(entries); root != header.receipts_root) {
    return disproved("the receipts of block " + std::to_string(header.number) + " have the root " + to_text(root) +
                     ", its header has " + to_text(header.receipts_root));
  }
  return all;
}

}  // namespace status::chain

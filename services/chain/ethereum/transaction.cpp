#include "services/chain/ethereum/transaction.h"

#include <algorithm>

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/ethereum/ordered_trie.h"
#include "services/chain/ethereum/rlp.h"

namespace status::chain {
namespace {

constexpr std::uint8_t kLegacy = 0;
constexpr std::uint8_t kAccessList = 1;
constexpr std::uint8_t kDynamicFee = 2;
constexpr std::uint8_t kBlob = 3;
constexpr std::uint8_t kSetCode = 4;
// Before EIP-155 a signature was of no chain, and `v` 27 or 28; since, it is 35 or 36 and twice the chain.
constexpr std::uint64_t kPlainV = 27;
constexpr std::uint64_t kChainV = 35;

void add_number(Bytes& out, const U256& number) { rlp::add_string(out, number.minimal()); }

Bytes access_list(const std::vector<Value>& entries, Object& owner) {
  Bytes all;
  for (const Value& entry : entries) {
    Object in(entry, "access list");
    Bytes keys;
    for (const Value& key : in.list("storageKeys")) {
      const std::string* const text = key.as_string();
      const std::optional<Bytes> bytes = text != nullptr ? from_hex(*text) : std::nullopt;
      if (!bytes) owner.wrong("accessList", "has a key that is no hex data");
      rlp::add_string(keys, bytes.value_or(Bytes{}));
    }
    Bytes one;
    rlp::add_string(one, in.address("address"));
    rlp::add_list(one, keys);
    rlp::add_list(all, one);
    if (!in.status()) owner.wrong("accessList", "is none");
  }
  return all;
}

Bytes authorizations(const std::vector<Value>& entries, Object& owner) {
  Bytes all;
  for (const Value& entry : entries) {
    Object in(entry, "authorization");
    Bytes one;
    add_number(one, in.quantity("chainId"));
    rlp::add_string(one, in.address("address"));
    add_number(one, in.quantity("nonce"));
    add_number(one, in.quantity(in.has("yParity") ? "yParity" : "v"));
    add_number(one, in.quantity("r"));
    add_number(one, in.quantity("s"));
    rlp::add_list(all, one);
    if (!in.status()) owner.wrong("authorizationList", "has an entry that is none");
  }
  return all;
}

Bytes blob_hashes(const std::vector<Value>& entries, Object& owner) {
  Bytes all;
  for (const Value& entry : entries) {
    const std::string* const text = entry.as_string();
    const std::optional<Bytes> bytes = text != nullptr ? from_hex(*text) : std::nullopt;
    if (!bytes) owner.wrong("blobVersionedHashes", "has an entry that is no hex data");
    rlp::add_string(all, bytes.value_or(Bytes{}));
  }
  return all;
}

Bytes with_type(std::uint8_t type, const Bytes& fields) {
  Bytes out;
  if (type != kLegacy) out.push_back(type);
  rlp::add_list(out, fields);
  return out;
}

// The fields that are signed, of a transaction of this type; the common ones go into `transaction` as well.
Bytes signed_fields(Object& in, Transaction& transaction) {
  Bytes fields;
  const std::uint8_t type = transaction.type;
  if (type != kLegacy) add_number(fields, in.quantity("chainId"));
  add_number(fields, transaction.nonce = in.u64("nonce"));
  if (type >= kDynamicFee) {
    transaction.max_priority_fee = in.quantity("maxPriorityFeePerGas");
    add_number(fields, *transaction.max_priority_fee);
  }
  add_number(fields, transaction.max_fee = in.quantity(type >= kDynamicFee ? "maxFeePerGas" : "gasPrice"));
  add_number(fields, transaction.gas = in.u64("gas"));
  if (in.has("to")) transaction.to = in.address("to");
  rlp::add_string(fields, transaction.to ? ByteView(*transaction.to) : ByteView());
  add_number(fields, transaction.value = in.quantity("value"));
  rlp::add_string(fields, transaction.input = in.data("input"));
  if (type >= kAccessList) rlp::add_list(fields, access_list(in.list("accessList"), in));
  if (type == kBlob) {
    add_number(fields, in.quantity("maxFeePerBlobGas"));
    rlp::add_list(fields, blob_hashes(in.list("blobVersionedHashes"), in));
  }
  if (type == kSetCode) rlp::add_list(fields, authorizations(in.list("authorizationList"), in));
  return fields;
}

// Reads the signature, and hashes what it is of.
void read_signature(Object& in, Transaction& transaction, const Bytes& fields, U256& v) {
  transaction.signature.r = in.quantity("r");
  transaction.signature.s = in.quantity("s");
  v = in.quantity(transaction.type != kLegacy && in.has("yParity") ? "yParity" : "v");
  const std::uint64_t number = in.u64(transaction.type != kLegacy && in.has("yParity") ? "yParity" : "v");
  Bytes content = fields;
  if (transaction.type != kLegacy) {
    if (number > 1) in.wrong("yParity", "is neither 0 nor 1");
    transaction.signature.y_parity = number == 1;
  } else if (number >= kChainV) {
    transaction.signature.y_parity = (number - kChainV) % 2 == 1;
    for (const std::uint64_t of_chain : {(number - kChainV) / 2, std::uint64_t{0}, std::uint64_t{0}}) {
      add_number(content, of_chain);
    }
  } else {
    if (number != kPlainV && number != kPlainV + 1) in.wrong("v", "is of no signature");
    transaction.signature.y_parity = number == kPlainV + 1;
  }
  transaction.signed_hash = keccak256(with_type(transaction.type, content));
}

struct Encoded {
  Transaction transaction;
  Bytes bytes;
};

Result<Encoded> encode(const Value& value) {
  Object in(value, "transaction");
  Transaction transaction;
  const std::uint64_t type = in.has("type") ? in.u64("type") : kLegacy;
  if (!in.status()) return fail(in.status().error());
  if (type > kSetCode) {
    return fail(Code::unimplemented, "chain.unknown_type",
                "the transaction is of type " + std::to_string(type) + ", 0 to 4 are known");
  }
  transaction.type = static_cast<std::uint8_t>(type);
  Bytes fields = signed_fields(in, transaction);
  U256 v;
  read_signature(in, transaction, fields, v);
  transaction.claimed_from = in.address("from");
  const Hash claimed = in.hash("hash");
  if (!in.status()) return fail(in.status().error());
  add_number(fields, v);
  add_number(fields, transaction.signature.r);
  add_number(fields, transaction.signature.s);
  Bytes bytes = with_type(transaction.type, fields);
  transaction.hash = keccak256(bytes);
  if (transaction.hash != claimed) {
    return disproved("a transaction is said to have the hash " + to_text(claimed) + ", it has " +
                     to_text(transaction.hash));
  }
  return Encoded{std::move(transaction), std::move(bytes)};
}

}  // namespace

U256 Transaction::price(const U256& base_fee) const {
  if (!max_priority_fee) return max_fee;
  const std::optional<U256> wanted = base_fee.plus(*max_priority_fee);
  return wanted ? std::min(*wanted, max_fee) : max_fee;
}

std::optional<Address> Transaction::created(const Address& from) const {
  if (to) return {};
  Bytes content;
  rlp::add_string(content, from);
  add_number(content, nonce);
  const Hash hash_of = keccak256(rlp::list(content));
  return to_array<Address>(ByteView(hash_of).last(Address().size()));
}

Result<Transaction> read_transaction(const Value& transaction) {
  Result<Encoded> encoded = encode(transaction);
  if (!encoded) return fail(encoded.error());
  return std::move(encoded->transaction);
}

Result<std::vector<Transaction>> read_transactions(const Value& block, const Header& header) {
  Object in(block, "block");
  std::vector<Transaction> transactions;
  std::vector<Bytes> entries;
  for (const Value& value : in.list("transactions")) {
    Result<Encoded> encoded = encode(value);
    if (!encoded) return fail(encoded.error());
    transactions.push_back(std::move(encoded->transaction));
    entries.push_back(std::move(encoded->bytes));
  }
  if (!in.status()) return fail(in.status().error());
  if (const Hash root = ordered_root(entries); root != header.transactions_root) {
    return disproved("the transactions of block " + std::to_string(header.number) + " have the root " + to_text(root) +
                     ", its header has " + to_text(header.transactions_root));
  }
  return transactions;
}

Result<Address> check_sender(const Transaction& transaction) {
  Result<Address> from = signer(transaction.signed_hash, transaction.signature);
  if (from && *from != transaction.claimed_from) {
    return disproved("transaction " + to_text(transaction.hash) + " is said to be from " +
                     to_text(transaction.claimed_from) + ", " + to_text(*from) + " has signed it");
  }
  return from;
}

Status check_withdrawals(const Value& block, const Header& header) {
  if (!header.withdrawals_root) return {};
  Object in(block, "block");
  std::vector<Bytes> entries;
  for (const Value& value : in.list("withdrawals")) {
    Object withdrawal(value, "withdrawal");
    Bytes fields;
    add_number(fields, withdrawal.quantity("index"));
    add_number(fields, withdrawal.quantity("validatorIndex"));
    rlp::add_string(fields, withdrawal.address("address"));
    add_number(fields, withdrawal.quantity("amount"));
    if (!withdrawal.status()) return withdrawal.status();
    entries.push_back(rlp::list(fields));
  }
  if (!in.status()) return in.status();
  if (const Hash root = ordered_root(entries); root != *header.withdrawals_root) {
    return disproved("the withdrawals of block " + std::to_string(header.number) + " have the root " + to_text(root) +
                     ", its header has " + to_text(*header.withdrawals_root));
  }
  return {};
}

}  // namespace status::chain

#include "services/chain/ethereum/header.h"

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/ethereum/rlp.h"

namespace status::chain {
namespace {

constexpr std::size_t kMostExtra = 1'024;  // 32 on mainnet; networks of signers have more

Bytes encode(const Header& header) {
  Bytes out;
  rlp::add_string(out, header.parent);
  rlp::add_string(out, header.uncles);
  rlp::add_string(out, header.beneficiary);
  rlp::add_string(out, header.state_root);
  rlp::add_string(out, header.transactions_root);
  rlp::add_string(out, header.receipts_root);
  rlp::add_string(out, header.bloom);
  rlp::add_string(out, header.difficulty.minimal());
  for (const std::uint64_t number : {header.number, header.gas_limit, header.gas_used, header.timestamp}) {
    rlp::add_string(out, U256(number).minimal());
  }
  rlp::add_string(out, header.extra);
  rlp::add_string(out, header.mix);
  rlp::add_string(out, header.nonce);
  if (header.base_fee) rlp::add_string(out, header.base_fee->minimal());
  if (header.withdrawals_root) rlp::add_string(out, *header.withdrawals_root);
  if (header.blob_gas_used) rlp::add_string(out, U256(*header.blob_gas_used).minimal());
  if (header.excess_blob_gas) rlp::add_string(out, U256(*header.excess_blob_gas).minimal());
  if (header.beacon_root) rlp::add_string(out, *header.beacon_root);
  if (header.requests_hash) rlp::add_string(out, *header.requests_hash);
  return rlp::list(out);
}

// The three positions of 2048 that an entry sets.
std::array<unsigned, 3> positions(ByteView entry) {
  const Hash hash = keccak256(entry);
  std::array<unsigned, 3> bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (unsigned{hash[2 * i]} << 8U | hash[2 * i + 1]) & 2'047U;
  return bits;
}

}  // namespace

Result<Header> read_header(const Value& block) {
  Object in(block, "block");
  Header header;
  header.parent = in.hash("parentHash");
  header.uncles = in.hash("sha3Uncles");
  header.beneficiary = in.address("miner");
  header.state_root = in.hash("stateRoot");
  header.transactions_root = in.hash("transactionsRoot");
  header.receipts_root = in.hash("receiptsRoot");
  header.bloom = in.fixed<Bloom>("logsBloom");
  header.difficulty = in.quantity("difficulty");
  header.number = in.u64("number");
  header.gas_limit = in.u64("gasLimit");
  header.gas_used = in.u64("gasUsed");
  header.timestamp = in.u64("timestamp");
  header.extra = in.data("extraData");
  header.mix = in.hash("mixHash");
  header.nonce = in.fixed<std::array<std::uint8_t, 8>>("nonce");
  if (in.has("baseFeePerGas")) header.base_fee = in.quantity("baseFeePerGas");
  if (in.has("withdrawalsRoot")) header.withdrawals_root = in.hash("withdrawalsRoot");
  if (in.has("blobGasUsed")) header.blob_gas_used = in.u64("blobGasUsed");
  if (in.has("excessBlobGas")) header.excess_blob_gas = in.u64("excessBlobGas");
  if (in.has("parentBeaconBlockRoot")) header.beacon_root = in.hash("parentBeaconBlockRoot");
  if (in.has("requestsHash")) header.requests_hash = in.hash("requestsHash");
  const Hash claimed = in.hash("hash");
  if (header.extra.size() > kMostExtra) in.wrong("extraData", "is too long");
  if (!in.status()) return fail(in.status().error());
  header.hash = keccak256(encode(header));
  if (header.hash != claimed) {
    return disproved("block " + std::to_string(header.number) + " is said to have the hash " + to_text(claimed) +
                     ", its header has " + to_text(header.hash));
  }
  return header;
}

bool may_have(const Bloom& bloom, ByteView address_or_topic) {
  for (const unsigned bit : positions(address_or_topic)) {
    if ((bloom[bloom.size() - 1 - bit / 8] >> (bit % 8) & 1U) == 0) return false;
  }
  return true;
}

void add_to(Bloom& bloom, ByteView address_or_topic) {
  for (const unsigned bit : positions(address_or_topic)) {
    std::uint8_t& byte = bloom[bloom.size() - 1 - bit / 8];
    byte = static_cast<std::uint8_t>(byte | 1U << (bit % 8));
  }
}

}  // namespace status::chain

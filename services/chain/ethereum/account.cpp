#include "services/chain/ethereum/account.h"

#include "services/chain/ethereum/disproved.h"
#include "services/chain/ethereum/object.h"
#include "services/chain/ethereum/rlp.h"
#include "services/chain/ethereum/trie_proof.h"

namespace status::chain {
namespace {

constexpr std::size_t kAccountFields = 4;

std::optional<U256> canonical_number(const rlp::Item& item) {
  if (item.is_list || (!item.payload.empty() && item.payload.front() == 0)) return {};
  return U256::from_bytes(item.payload);
}

Result<Account> decode_account(ByteView encoded) {
  const Result<rlp::Item> list = rlp::decode(encoded);
  if (!list) return fail(list.error());
  const Result<std::vector<rlp::Item>> items = rlp::decode_list(*list, kAccountFields);
  if (!items) return fail(items.error());
  if (items->size() != kAccountFields) return disproved("the account has too few fields");
  const std::optional<U256> nonce = canonical_number((*items)[0]);
  const std::optional<U256> balance = canonical_number((*items)[1]);
  const std::optional<Hash> storage = to_array<Hash>((*items)[2].payload);
  const std::optional<Hash> code = to_array<Hash>((*items)[3].payload);
  if (!nonce || !nonce->to_u64() || !balance || !storage || !code) return disproved("the account is none");
  return Account{*nonce->to_u64(), *balance, *storage, *code};
}

Result<Account> prove_account(const Value& answer, const Hash& state_root, const Address& address) {
  const Result<std::vector<Bytes>> nodes =
      read_data_list(answer.find("accountProof"), "accountProof", kMostProofNodes, kMostNodeBytes);
  if (!nodes) return fail(nodes.error());
  const Result<std::optional<Bytes>> value = prove(state_root, keccak256(address), *nodes);
  if (!value) return fail(value.error());
  return *value ? decode_account(**value) : Account();
}

Result<U256> prove_slot(const Value& answer, const Hash& storage_root, const U256& slot) {
  const Result<std::vector<Bytes>> nodes =
      read_data_list(answer.find("proof"), "storageProof", kMostProofNodes, kMostNodeBytes);
  if (!nodes) return fail(nodes.error());
  const Result<std::optional<Bytes>> value = prove(storage_root, keccak256(slot.bytes()), *nodes);
  if (!value) return fail(value.error());
  if (!*value) return U256();
  const Result<rlp::Item> item = rlp::decode(**value);
  if (!item) return fail(item.error());
  const std::optional<U256> number = canonical_number(*item);
  if (!number) return disproved("the storage has no number at slot " + slot.text());
  return *number;
}

std::string says(const std::string& what, const std::string& said, const std::string& proven) {
  return "it says " + what + " " + said + ", and proves " + proven;
}

// What the endpoint says beside its proof. Some say zeros for the hashes of an account that does not exist.
Status compare(Object& in, const Account& proven) {
  const U256 balance = in.quantity("balance");
  const std::uint64_t nonce = in.u64("nonce");
  const Hash code = in.hash("codeHash");
  const Hash storage = in.hash("storageHash");
  if (!in.status()) return in.status();
  if (balance != proven.balance) return disproved(says("balance", balance.text(), proven.balance.text()));
  if (nonce != proven.nonce) return disproved(says("nonce", std::to_string(nonce), std::to_string(proven.nonce)));
  if (code != proven.code_hash && !(code == Hash{} && proven.code_hash == empty_code_hash())) {
    return disproved(says("code", to_text(code), to_text(proven.code_hash)));
  }
  if (storage != proven.storage_root && !(storage == Hash{} && proven.storage_root == empty_trie_root())) {
    return disproved(says("storage", to_text(storage), to_text(proven.storage_root)));
  }
  return {};
}

}  // namespace

Result<ProvenAccount> check_account(const Value& answer, const Hash& state_root, const Address& address,
                                    const std::vector<U256>& slots) {
  Object in(answer, "proof");
  const Address of = in.address("address");
  const std::vector<Value>& storage = in.list("storageProof");
  if (!in.status()) return fail(in.status().error());
  if (of != address) return disproved("it was asked for " + to_text(address) + " and answers for " + to_text(of));
  if (storage.size() != slots.size()) return disproved("it proves another number of slots than it was asked for");
  ProvenAccount proven;
  Result<Account> account = prove_account(answer, state_root, address);
  if (!account) return fail(account.error());
  proven.account = *account;
  if (Status agrees = compare(in, proven.account); !agrees) return fail(agrees.error());
  for (std::size_t i = 0; i < slots.size(); ++i) {
    Result<U256> value = prove_slot(storage[i], proven.account.storage_root, slots[i]);
    if (!value) return fail(value.error());
    Object said(storage[i], "storage proof");
    const U256 claimed = said.quantity("value");
    if (!said.status()) return fail(said.status().error());
    if (claimed != *value) {
      return disproved(says("value", claimed.text(), value->text()) + " at slot " + slots[i].text());
    }
    proven.slots.push_back(*value);
  }
  return proven;
}

Status check_code(ByteView code, const Account& account) {
  const Hash hash = keccak256(code);
  if (hash == account.code_hash) return {};
  return disproved("the code has the hash " + to_text(hash) + ", the account has " + to_text(account.code_hash));
}

}  // namespace status::chain

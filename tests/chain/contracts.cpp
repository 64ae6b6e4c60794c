#include "tests/chain/contracts.h"

#include <stdexcept>

#include "ipc/base/codec.h"
#include "tests/support/temp_dir.h"

namespace status::test {
namespace {

std::string bytecode(const std::string& contract) {
  const std::string path =
      STATUS_CHAIN_MODULES "/node_modules/@openzeppelin/contracts/build/contracts/" + contract + ".json";
  const Result<Value> build = parse_json(read_file(path));
  if (!build) throw std::runtime_error("there is no " + path + ": tests/run --chain fetches it");
  return build->string_or("bytecode", "");
}

// A text of up to 32 bytes as the ABI has it: its length, and itself.
std::string text(const std::string& content) {
  std::string hex = to_hex(as_bytes(content));
  hex.resize(64, '0');
  return word(content.size()) + hex;
}

std::string deploy(const Anvil& node, const std::string& data) {
  return node.send(0, Value::map({{"data", data}, {"gas", "0x500000"}})).string_or("contractAddress", "");
}

}  // namespace

std::string word(std::uint64_t number) {
  std::string digits(64, '0');
  for (std::size_t i = 64; number != 0; number /= 16) digits[--i] = "0123456789abcdef"[number % 16];
  return digits;
}

std::string word(const std::string& address) { return std::string(24, '0') + address.substr(2); }

// ERC20PresetFixedSupply(string name, string symbol, uint256 supply, address owner).
std::string deploy_erc20(const Anvil& node, std::uint64_t supply) {
  return deploy(node, bytecode("ERC20PresetFixedSupply") + word(0x80) + word(0xc0) + word(supply) +
                          word(node.account(0)) + text("Test") + text("TST"));
}

// ERC721PresetMinterPauserAutoId(string name, string symbol, string uri).
std::string deploy_erc721(const Anvil& node) {
  return deploy(node, bytecode("ERC721PresetMinterPauserAutoId") + word(0x60) + word(0xa0) + word(0xe0) +
                          text("Things") + text("THG") + text("http://t/"));
}

std::string balance_of(const std::string& address) { return "0x70a08231" + word(address); }
std::string owner_of(std::uint64_t token) { return "0x6352211e" + word(token); }
std::string transfer(const std::string& to, std::uint64_t amount) { return "0xa9059cbb" + word(to) + word(amount); }
std::string mint(const std::string& to) { return "0x6a627842" + word(to); }

}  // namespace status::test

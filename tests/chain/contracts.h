// Real contracts of OpenZeppelin's package, and how one speaks to them. Plain values.
#pragma once

#include <cstdint>
#include <string>

#include "tests/chain/anvil.h"

namespace status::test {

// Their addresses. All of the tokens are account 0's; it may mint the others.
std::string deploy_erc20(const Anvil& node, std::uint64_t supply);
std::string deploy_erc721(const Anvil& node);

// "0x" and the input of a call.
std::string balance_of(const std::string& address);
std::string owner_of(std::uint64_t token);
std::string transfer(const std::string& to, std::uint64_t amount);
std::string mint(const std::string& to);
// A number as a word of 32 bytes, without "0x".
std::string word(std::uint64_t number);
std::string word(const std::string& address);
// keccak256("Transfer(address,address,uint256)").
inline constexpr const char* kTransferEvent = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";

}  // namespace status::test

// What a backend knows, as the interface shows it. Plain conversions, any thread.
#pragma once

#include "services/chain/api.h"
#include "services/chain/backend.h"

namespace status::chain {

std::string_view to_word(Verified verified);
std::string_view to_word(Readiness readiness);

template <class Array>
HexBytes hex_of(const Array& bytes) {
  return {Bytes(bytes.begin(), bytes.end())};
}
template <class Array>
std::optional<HexBytes> hex_if(const std::optional<Array>& bytes) {
  return bytes ? std::optional(hex_of(*bytes)) : std::nullopt;
}

BlockView block_of(const Against& against);
HeadView view_of(const Head& head);
EndpointView view_of(const EndpointInfo& info);
LogView view_of(const LogInfo& info);
void fill(GetBlock::Reply& reply, const BlockInfo& info);
void fill(GetTransaction::Reply& reply, const TransactionInfo& info);
void fill(GetReceipt::Reply& reply, const ReceiptInfo& info);

// Errors: INVALID_ARGUMENT `chain.bad_request`. Lengths were checked before.
Result<BlockId> block_id_of(const At& at);
Result<CallQuery> query_of(const CallContract::Request& request);
LogQuery query_of(const GetLogs::Request& request, std::uint64_t newest);
Result<U256> quantity_of(const std::string& text, std::string_view what);
Address address_of(const HexBytes& bytes);
Hash hash_of(const HexBytes& bytes);

}  // namespace status::chain

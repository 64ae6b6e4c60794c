#include "services/chain/api.h"

namespace status::chain {
namespace {

std::vector<api::ErrorInfo> errors(std::vector<api::ErrorInfo> own = {}) {
  using enum Code;
  std::vector<api::ErrorInfo> all = {
      {not_found, "chain.unknown_network", "There is no such network in the configuration."},
      {unavailable, "chain.connecting", "No block is known yet: `chain.status` says why."},
      {unavailable, "chain.no_endpoint", "No endpoint may be asked; the message says why of each."},
      {unavailable, "chain.unreachable", "No endpoint could be reached; the message names the last one."},
      {unavailable, "chain.busy", "The endpoints refuse for now, or have no state of that block any more."},
      {deadline_exceeded, "chain.slow", "No endpoint has answered in time."},
      {data_loss, "chain.endpoint_lied", "What an endpoint said is proven wrong, and no other one knows better."}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

std::vector<api::ErrorInfo> at_a_block(std::vector<api::ErrorInfo> own = {}) {
  using enum Code;
  own.push_back({not_found, "chain.unknown_block", "There is no such block."});
  own.push_back({unavailable, "chain.no_agreement", "Too few endpoints agree on that block."});
  own.push_back({invalid_argument, "chain.bad_request", "A number that is none, or both names of a block."});
  return errors(std::move(own));
}

api::ErrorInfo unknown_transaction() { return {Code::not_found, "chain.unknown_transaction", "No endpoint knows it."}; }
api::ErrorInfo reverted() {
  return {Code::failed_precondition, "chain.reverted", "The contract refuses; `details.data` is what it says."};
}

}  // namespace

void EndpointView::describe(api::Fields<EndpointView>& f) {
  f.add("name", &EndpointView::name, "Scheme, host and port; the path may be a secret.");
  f.add("is_proxy", &EndpointView::is_proxy, "A verified proxy.");
  f.add("health", &EndpointView::health, "1: all is well, 0: it is not asked.");
  f.add("latency_ms", &EndpointView::latency_ms, "Of its last answers.");
  f.add("answers", &EndpointView::answers, "That were good.");
  f.add("failures", &EndpointView::failures, "Lies among them.");
  f.add("lies", &EndpointView::lies, "Answers that were proven wrong.");
  f.add("last_error", &EndpointView::last_error, "Empty when it is well.");
}

void HeadView::describe(api::Fields<HeadView>& f) {
  f.add("number", &HeadView::number, "Its height.");
  f.add("hash", &HeadView::hash, "Its hash.").length(32, 32);
  f.add("timestamp", &HeadView::timestamp, "Unix seconds, as the block says.");
  f.add("verified", &HeadView::verified, "Who vouches for it.").one_of({"none", "partial", "full"});
  f.add("endpoint", &HeadView::endpoint, "One that has it.");
}

void GetStatus::Reply::describe(api::Fields<Reply>& f) {
  f.add("network", &Reply::network, "Its name.");
  f.add("chain_id", &Reply::chain_id, "Its number.");
  f.add("backend", &Reply::backend, "Which implementation runs.").one_of({"embedded", "attach", "native"});
  f.add("readiness", &Reply::readiness, "Whether it can be relied on.")
      .one_of({"connecting", "syncing", "ready", "stale"});
  f.add("why", &Reply::why, "It is not ready; empty when it is.");
  f.add("head", &Reply::head, "The newest block; absent before there is one.");
  f.add("age_ms", &Reply::age_ms, "Of that block, by its own time.");
  f.add("endpoints", &Reply::endpoints, "As configured.");
}

api::MethodInfo GetStatus::info() {
  return {.name = "status",
          .summary = "How the module stands to a network.",
          .errors = {{Code::not_found, "chain.unknown_network", "There is no such network."}}};
}

api::MethodInfo Balance::info() {
  return {.name = "balance", .summary = "What an account has.", .errors = at_a_block()};
}

api::MethodInfo Nonce::info() {
  return {.name = "nonce", .summary = "How many transactions an account has sent.", .errors = at_a_block()};
}

api::MethodInfo GetCode::info() {
  return {.name = "code", .summary = "The code of a contract.", .errors = at_a_block()};
}

api::MethodInfo StorageAt::info() {
  return {.name = "storage_at", .summary = "One slot of a contract's storage.", .errors = at_a_block()};
}

void CallContract::Request::describe(api::Fields<Request>& f) {
  describe_at(f);
  f.add("from", &Request::from, "Who would send it.").length(20, 20);
  f.add("to", &Request::to, "The contract; absent: one would be created.").length(20, 20);
  f.add("value", &Request::value, "A quantity of wei; empty: none.").length(0, 66).optional();
  f.add("data", &Request::data, "As the contract decodes it.").length(0, 131'072).optional();
}

api::MethodInfo CallContract::info() {
  return {.name = "call",
          .summary =
              "What a contract would answer. Nothing proves it: with several endpoints that have to agree it is "
              "`partial`, and with a verified proxy `full`.",
          .errors = at_a_block({reverted()})};
}

api::MethodInfo EstimateGas::info() {
  return {
      .name = "estimate_gas", .summary = "How much gas a transaction would use.", .errors = at_a_block({reverted()})};
}

api::MethodInfo GetFees::info() {
  return {.name = "fees", .summary = "What a transaction costs now, per gas.", .errors = errors()};
}

void GetBlock::Reply::describe(api::Fields<Reply>& f) {
  f.add("parent", &Reply::parent, "Hash of the block before it.").length(32, 32);
  f.add("timestamp", &Reply::timestamp, "Unix seconds.");
  f.add("beneficiary", &Reply::beneficiary, "Who got the fees.").length(20, 20);
  f.add("state_root", &Reply::state_root, "Of all accounts.").length(32, 32);
  f.add("transactions_root", &Reply::transactions_root, "Of its transactions.").length(32, 32);
  f.add("receipts_root", &Reply::receipts_root, "Of their receipts.").length(32, 32);
  f.add("gas_limit", &Reply::gas_limit, "Of all of them together.");
  f.add("gas_used", &Reply::gas_used, "By all of them together.");
  f.add("base_fee", &Reply::base_fee, "A quantity of wei per gas; absent in old blocks.");
  f.add("transactions", &Reply::transactions, "Their hashes, in order.").length(32, 32);
  describe_proof(f);
}

api::MethodInfo GetBlock::info() {
  return {.name = "block", .summary = "A block and the hashes of its transactions.", .errors = at_a_block()};
}

void GetTransaction::Reply::describe(api::Fields<Reply>& f) {
  f.add("transaction", &Reply::transaction, "Its hash.").length(32, 32);
  f.add("type", &Reply::type, "EIP-2718.");
  f.add("from", &Reply::from, "Who has signed it.").length(20, 20);
  f.add("to", &Reply::to, "Absent: it creates a contract.").length(20, 20);
  f.add("nonce", &Reply::nonce, "Its number among those of its sender.");
  f.add("value", &Reply::value, "A quantity of wei.");
  f.add("gas", &Reply::gas, "That it may use.");
  f.add("input", &Reply::input, "For the contract.");
  f.add("index", &Reply::index, "In its block; absent while it is in none, and `block` is then the newest.");
  describe_proof(f);
}

api::MethodInfo GetTransaction::info() {
  return {.name = "transaction", .summary = "A transaction.", .errors = errors({unknown_transaction()})};
}

void LogView::describe(api::Fields<LogView>& f) {
  f.add("address", &LogView::address, "The contract's.").length(20, 20);
  f.add("topics", &LogView::topics, "Up to four.").length(32, 32).max_items(4);
  f.add("data", &LogView::data, "As the contract encodes it.");
  f.add("block_number", &LogView::block_number, "Its block's.");
  f.add("block_hash", &LogView::block_hash, "Its block's.").length(32, 32);
  f.add("transaction", &LogView::transaction, "Hash of the transaction.").length(32, 32);
  f.add("transaction_index", &LogView::transaction_index, "In its block.");
  f.add("log_index", &LogView::log_index, "In its block.");
}

void GetReceipt::Reply::describe(api::Fields<Reply>& f) {
  f.add("transaction", &Reply::transaction, "Its hash.").length(32, 32);
  f.add("index", &Reply::index, "In its block.");
  f.add("succeeded", &Reply::succeeded, "Else it was undone, and paid for.");
  f.add("gas_used", &Reply::gas_used, "By it.");
  f.add("cumulative_gas_used", &Reply::cumulative_gas_used, "By it and those before it in its block.");
  f.add("effective_gas_price", &Reply::effective_gas_price, "A quantity of wei per gas.");
  f.add("from", &Reply::from, "Who has signed it.").length(20, 20);
  f.add("to", &Reply::to, "Absent: it has created a contract.").length(20, 20);
  f.add("contract", &Reply::contract, "That it has created.").length(20, 20);
  f.add("logs", &Reply::logs, "Of its contracts.");
  describe_proof(f);
}

api::MethodInfo GetReceipt::info() {
  return {.name = "receipt",
          .summary = "What became of a transaction that is in a block.",
          .errors = errors({unknown_transaction()})};
}

void GetLogs::Request::describe(api::Fields<Request>& f) {
  describe_network(f);
  f.add("from", &Request::from, "First block.");
  f.add("to", &Request::to, "Last block; absent: the newest.");
  f.add("addresses", &Request::addresses, "Of any of these contracts; none: of all.")
      .length(20, 20)
      .max_items(64)
      .optional();
  f.add("topics", &Request::topics, "By position.").max_items(4).optional();
}

api::MethodInfo GetLogs::info() {
  return {.name = "logs",
          .summary = "Logs of a range of blocks; proven ones are complete.",
          .errors = at_a_block({{Code::out_of_range, "chain.too_many_blocks",
                                 "The range has more blocks than `max_log_blocks`, or none."}})};
}

api::MethodInfo SendRawTransaction::info() {
  return {.name = "send_raw_transaction",
          .summary =
              "Hands a signed transaction to the network and follows it: events `transaction_status`. May be repeated, "
              "with a key or without: the same transaction is sent once.",
          .effect = api::Effect::write,
          .errors = errors({{Code::aborted, "chain.rejected", "It is not valid; the message says why."},
                            {Code::resource_exhausted, "chain.too_many_pending",
                             "1,024 transactions are being followed: try again later."}})};
}

api::MethodInfo Rpc::info() {
  return {.name = "rpc",
          .summary = "A JSON-RPC call as it is; nothing is verified.",
          .errors = errors({{Code::permission_denied, "chain.not_allowed",
                             "The method is not in `chain.rpc_methods` of the configuration."},
                            {Code::invalid_argument, "chain.refused", "The endpoint calls it wrong."}})};
}

void ReadinessChanged::describe(api::Fields<ReadinessChanged>& f) {
  f.add("network", &ReadinessChanged::network, "Whose.");
  f.add("readiness", &ReadinessChanged::readiness, "Whether it can be relied on.")
      .one_of({"connecting", "syncing", "ready", "stale"});
  f.add("why", &ReadinessChanged::why, "It is not ready; empty when it is.");
}

void TransactionStatus::describe(api::Fields<TransactionStatus>& f) {
  f.add("network", &TransactionStatus::network, "Whose.");
  f.add("transaction", &TransactionStatus::transaction, "Its hash.").length(32, 32);
  f.add("status", &TransactionStatus::status,
        "`pending` again after a reorganisation; `reverted` is in a block, too; `confirmed` is the last one, and so is "
        "`lost`: in no block for an hour.")
      .one_of({"pending", "included", "reverted", "confirmed", "lost"});
  f.add("block", &TransactionStatus::block, "That it is in.");
}

const api::Interface& interface() {
  static const api::Interface declared =
      api::Interface("chain", api_version(nullptr), "Ethereum chains, verified",
                     {STATUS_OWNER_TEAM, STATUS_OWNER_CONTACT})
          .method<GetStatus>()
          .method<Balance>()
          .method<Nonce>()
          .method<GetCode>()
          .method<StorageAt>()
          .method<CallContract>()
          .method<EstimateGas>()
          .method<GetFees>()
          .method<GetBlock>()
          .method<GetTransaction>()
          .method<GetReceipt>()
          .method<GetLogs>()
          .method<SendRawTransaction>()
          .method<Rpc>()
          .event<HeadChanged>("head", "There is a new newest block.")
          .event<ReadinessChanged>("readiness", "A network can be relied on, or no longer.")
          .event<TransactionStatus>("transaction_status", "Something became of a transaction that was sent here.")
          .stream("events", "New blocks, readiness, and what becomes of sent transactions.");
  return declared;
}

}  // namespace status::chain

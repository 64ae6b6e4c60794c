#include "services/chain/service.h"

#include <algorithm>

#include "services/chain/views.h"

namespace status::chain {
namespace {

// What an answer of the backend becomes: `put(reply, value)`, and what every answer has.
template <class Reply, class T, class Put>
Done<Answered<T>> reply_with(Answer<Reply> answer, Put put) {
  return [answer = std::move(answer), put](const Result<Answered<T>>& answered) {
    if (!answered) return answer(fail(answered.error()));
    Reply reply;
    put(reply, answered->value);
    reply.verified = std::string(to_word(answered->against.verified));
    reply.block = block_of(answered->against);
    answer(std::move(reply));
  };
}

}  // namespace

ChainService::ChainService(std::vector<Served> networks, EventSink& events, const Clock& clock, ServiceOptions options)
    : clock_(clock), options_(std::move(options)) {
  for (Served& served : networks) {
    auto follower = std::make_unique<Follower>(served.network, *served.backend, events, clock, options_.confirmations);
    networks_.push_back({std::move(served), std::move(follower)});
  }
}

void ChainService::start() {
  for (Network& network : networks_) network.served.backend->start(*network.follower);
}

void ChainService::stop() {
  for (Network& network : networks_) network.served.backend->stop();
}

Result<ChainService::Network*> ChainService::find(const std::string& name) {
  if (name.empty()) return &networks_.front();
  const auto found = std::find_if(networks_.begin(), networks_.end(),
                                  [&](const Network& network) { return network.served.network == name; });
  if (found != networks_.end()) return &*found;
  return fail(Code::not_found, "chain.unknown_network",
              "there is no network \"" + name + "\" in the configuration: add [chain.networks." + name + "]");
}

template <class Reply, class Begin>
void ChainService::on_network(const std::string& name, const Answer<Reply>& answer, Begin begin) {
  const Result<Network*> network = find(name);
  if (!network) return answer(fail(network.error()));
  begin(**network);
}

template <class Reply, class Begin>
void ChainService::at_block(const At& at, const Answer<Reply>& answer, Begin begin) {
  const Result<BlockId> block = block_id_of(at);
  if (!block) return answer(fail(block.error()));
  on_network<Reply>(at.network, answer, [&](Network& network) { begin(*network.served.backend, *block); });
}

void ChainService::status(const GetStatus::Request& request, Answer<GetStatus::Reply> answer) {
  on_network<GetStatus::Reply>(request.network, answer, [&](Network& network) {
    const Served& served = network.served;
    served.backend->status([this, &served, answer](const Result<BackendStatus>& status) {
      if (!status) return answer(fail(status.error()));
      GetStatus::Reply reply;
      reply.network = served.network;
      reply.chain_id = served.chain_id;
      reply.backend = served.kind;
      reply.readiness = std::string(to_word(status->readiness));
      reply.why = status->why;
      if (status->head) {
        reply.head = view_of(*status->head);
        reply.age_ms = clock_.unix_ms() - 1'000 * status->head->timestamp;
      }
      for (const EndpointInfo& endpoint : status->endpoints) reply.endpoints.push_back(view_of(endpoint));
      answer(std::move(reply));
    });
  });
}

void ChainService::balance(const Balance::Request& request, MonotonicTime deadline, Answer<Balance::Reply> answer) {
  at_block(request, answer, [&](Backend& backend, const BlockId& block) {
    backend.balance(address_of(request.address), block, deadline,
                    reply_with<Balance::Reply, U256>(
                        answer, [](auto& reply, const U256& balance) { reply.balance = balance.text(); }));
  });
}

void ChainService::nonce(const Nonce::Request& request, MonotonicTime deadline, Answer<Nonce::Reply> answer) {
  at_block(request, answer, [&](Backend& backend, const BlockId& block) {
    backend.nonce(
        address_of(request.address), block, deadline,
        reply_with<Nonce::Reply, std::uint64_t>(answer, [](auto& reply, std::uint64_t nonce) { reply.nonce = nonce; }));
  });
}

void ChainService::code(const GetCode::Request& request, MonotonicTime deadline, Answer<GetCode::Reply> answer) {
  at_block(request, answer, [&](Backend& backend, const BlockId& block) {
    backend.code(
        address_of(request.address), block, deadline,
        reply_with<GetCode::Reply, Bytes>(answer, [](auto& reply, const Bytes& code) { reply.code.bytes = code; }));
  });
}

void ChainService::storage_at(const StorageAt::Request& request, MonotonicTime deadline,
                              Answer<StorageAt::Reply> answer) {
  const Result<U256> slot = quantity_of(request.slot, "slot");
  if (!slot) return answer(fail(slot.error()));
  at_block(request, answer, [&](Backend& backend, const BlockId& block) {
    backend.storage_at(
        address_of(request.address), *slot, block, deadline,
        reply_with<StorageAt::Reply, U256>(answer, [](auto& reply, const U256& value) { reply.value = value.text(); }));
  });
}

void ChainService::call(const CallContract::Request& request, MonotonicTime deadline,
                        Answer<CallContract::Reply> answer) {
  const Result<CallQuery> query = query_of(request);
  if (!query) return answer(fail(query.error()));
  on_network<CallContract::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->call(*query, deadline,
                                 reply_with<CallContract::Reply, Bytes>(
                                     answer, [](auto& reply, const Bytes& data) { reply.result.bytes = data; }));
  });
}

void ChainService::estimate_gas(const EstimateGas::Request& request, MonotonicTime deadline,
                                Answer<EstimateGas::Reply> answer) {
  const Result<CallQuery> query = query_of(request);
  if (!query) return answer(fail(query.error()));
  on_network<EstimateGas::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->estimate_gas(
        *query, deadline,
        reply_with<EstimateGas::Reply, std::uint64_t>(answer, [](auto& reply, std::uint64_t gas) { reply.gas = gas; }));
  });
}

void ChainService::fees(const GetFees::Request& request, MonotonicTime deadline, Answer<GetFees::Reply> answer) {
  on_network<GetFees::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->fees(deadline, reply_with<GetFees::Reply, Fees>(answer, [](auto& reply, const Fees& fees) {
                                   reply.base_fee = fees.base_fee.text();
                                   reply.priority_fee = fees.priority_fee.text();
                                 }));
  });
}

void ChainService::block(const GetBlock::Request& request, MonotonicTime deadline, Answer<GetBlock::Reply> answer) {
  at_block(request, answer, [&](Backend& backend, const BlockId& block) {
    backend.block(
        block, deadline,
        reply_with<GetBlock::Reply, BlockInfo>(answer, [](auto& reply, const BlockInfo& info) { fill(reply, info); }));
  });
}

void ChainService::transaction(const GetTransaction::Request& request, MonotonicTime deadline,
                               Answer<GetTransaction::Reply> answer) {
  on_network<GetTransaction::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->transaction(
        hash_of(request.transaction), deadline,
        reply_with<GetTransaction::Reply, TransactionInfo>(
            answer, [](auto& reply, const TransactionInfo& info) { fill(reply, info); }));
  });
}

void ChainService::receipt(const GetReceipt::Request& request, MonotonicTime deadline,
                           Answer<GetReceipt::Reply> answer) {
  on_network<GetReceipt::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->receipt(hash_of(request.transaction), deadline,
                                    reply_with<GetReceipt::Reply, ReceiptInfo>(
                                        answer, [](auto& reply, const ReceiptInfo& info) { fill(reply, info); }));
  });
}

void ChainService::logs(const GetLogs::Request& request, MonotonicTime deadline, Answer<GetLogs::Reply> answer) {
  on_network<GetLogs::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->logs(
        query_of(request, network.follower->height()), deadline,
        reply_with<GetLogs::Reply, std::vector<LogInfo>>(answer, [](auto& reply, const std::vector<LogInfo>& logs) {
          for (const LogInfo& log : logs) reply.logs.push_back(view_of(log));
        }));
  });
}

void ChainService::send(const SendRawTransaction::Request& request, MonotonicTime deadline,
                        Answer<SendRawTransaction::Reply> answer) {
  on_network<SendRawTransaction::Reply>(request.network, answer, [&](Network& network) {
    if (network.follower->full()) {
      return answer(fail(make_retryable(Code::resource_exhausted, "chain.too_many_pending",
                                        "too many transactions are being followed", 10'000)));
    }
    network.served.backend->send(request.raw.bytes, deadline,
                                 [answer, &follower = *network.follower](const Result<Hash>& hash) {
                                   if (!hash) return answer(fail(hash.error()));
                                   follower.follow(*hash);
                                   answer(SendRawTransaction::Reply{hex_of(*hash)});
                                 });
  });
}

void ChainService::rpc(const Rpc::Request& request, MonotonicTime deadline, Answer<Rpc::Reply> answer) {
  if (!options_.rpc_methods.contains(request.method)) {
    return answer(
        fail(Code::permission_denied, "chain.not_allowed", "`" + request.method + "` is not in chain.rpc_methods"));
  }
  const Value::Array* const params = request.params.as_array();
  if (params == nullptr) return answer(fail(Code::invalid_argument, "chain.bad_request", "`params` is no list"));
  on_network<Rpc::Reply>(request.network, answer, [&](Network& network) {
    network.served.backend->rpc(request.method, *params, deadline, [answer](const Result<Value>& result) {
      if (!result) return answer(fail(result.error()));
      Rpc::Reply reply;
      reply.result = *result;
      reply.verified = std::string(to_word(Verified::none));
      reply.block = block_of({});
      answer(std::move(reply));
    });
  });
}

}  // namespace status::chain

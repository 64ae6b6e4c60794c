// The chain module without its process: typed methods over a backend for each network.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "services/chain/backend.h"
#include "services/chain/event_sink.h"
#include "services/chain/follower.h"

namespace status::chain {

template <class T>
using Answer = std::function<void(Result<T>)>;

struct ServiceOptions {
  std::set<std::string> rpc_methods;  // that `chain.rpc` may call
  std::uint64_t confirmations = 12;
};

// Every method: any thread; returns at once, and answers exactly once, on the backend's thread or on this one.
class ChainService {
 public:
  // They outlive the service. The first network is the one that is meant where none is named.
  struct Served {
    std::string network;
    std::uint64_t chain_id = 0;
    std::string kind;  // of the backend
    Backend* backend = nullptr;
  };
  ChainService(std::vector<Served> networks, EventSink& events, const Clock& clock, ServiceOptions options);

  void start();
  // Blocks until the backends have ended: no event and no answer after it. May be repeated.
  void stop();

  void status(const GetStatus::Request& request, Answer<GetStatus::Reply> answer);
  void balance(const Balance::Request& request, MonotonicTime deadline, Answer<Balance::Reply> answer);
  void nonce(const Nonce::Request& request, MonotonicTime deadline, Answer<Nonce::Reply> answer);
  void code(const GetCode::Request& request, MonotonicTime deadline, Answer<GetCode::Reply> answer);
  void storage_at(const StorageAt::Request& request, MonotonicTime deadline, Answer<StorageAt::Reply> answer);
  void call(const CallContract::Request& request, MonotonicTime deadline, Answer<CallContract::Reply> answer);
  void estimate_gas(const EstimateGas::Request& request, MonotonicTime deadline, Answer<EstimateGas::Reply> answer);
  void fees(const GetFees::Request& request, MonotonicTime deadline, Answer<GetFees::Reply> answer);
  void block(const GetBlock::Request& request, MonotonicTime deadline, Answer<GetBlock::Reply> answer);
  void transaction(const GetTransaction::Request& request, MonotonicTime deadline,
                   Answer<GetTransaction::Reply> answer);
  void receipt(const GetReceipt::Request& request, MonotonicTime deadline, Answer<GetReceipt::Reply> answer);
  void logs(const GetLogs::Request& request, MonotonicTime deadline, Answer<GetLogs::Reply> answer);
  void send(const SendRawTransaction::Request& request, MonotonicTime deadline,
            Answer<SendRawTransaction::Reply> answer);
  void rpc(const Rpc::Request& request, MonotonicTime deadline, Answer<Rpc::Reply> answer);

 private:
  struct Network {
    Served served;
    std::unique_ptr<Follower> follower;
  };
  Result<Network*> find(const std::string& name);
  // Asks `begin(backend, block)` of the network and block that `at` names, unless they make no sense.
  template <class Reply, class Begin>
  void at_block(const At& at, const Answer<Reply>& answer, Begin begin);
  template <class Reply, class Begin>
  void on_network(const std::string& name, const Answer<Reply>& answer, Begin begin);

  const Clock& clock_;
  const ServiceOptions options_;
  std::vector<Network> networks_;
};

}  // namespace status::chain

// The interface of the chain module: reads Ethereum chains, and hands transactions to them. This file is the
// specification; api.cpp lists what belongs to it.
//
// Every answer says how far it may be believed, and of which block it is:
//   full     proven against a block that the configured trust vouches for
//   partial  proven against a block that one endpoint alone vouches for, or agreed on by several without a proof
//   none     an endpoint's word
// Numbers that may be large are quantities as JSON-RPC has them: "0x1f". `network` may be left out everywhere: it is the
// one that `chain.network` of the configuration names. A block is named by its number or by its hash; without either it
// is the newest.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ipc/api/interface.h"
#include "ipc/api/types.h"

namespace status::chain {

constexpr api::Version api_version(const void* /*method*/) { return {1, 0}; }
const api::Interface& interface();

struct BlockView {
  std::uint64_t number = 0;
  HexBytes hash;
  static void describe(api::Fields<BlockView>& f) {
    f.add("number", &BlockView::number, "Its height.");
    f.add("hash", &BlockView::hash, "Zeros where the block is not known.").length(32, 32);
  }
};

// What every answer has.
struct Proof {
  std::string verified;
  BlockView block;
};
template <class T>
void describe_proof(api::Fields<T>& f) {
  f.add("verified", &T::verified, "How far it may be believed.").one_of({"none", "partial", "full"});
  f.add("block", &T::block, "The block that it is of.");
}

// Which network, and which block of it.
struct At {
  std::string network;
  std::optional<std::uint64_t> number;
  std::optional<HexBytes> hash;
};
template <class T>
void describe_network(api::Fields<T>& f) {
  f.add("network", &T::network, "Empty: the configured one.").length(0, 32).optional();
}
template <class T>
void describe_at(api::Fields<T>& f) {
  describe_network(f);
  f.add("number", &T::number, "Of the block.");
  f.add("hash", &T::hash, "Of the block, in the place of its number.").length(32, 32);
}

struct EndpointView {
  std::string name;
  bool is_proxy = false;
  double health = 0;
  double latency_ms = 0;
  std::uint64_t answers = 0;
  std::uint64_t failures = 0;
  std::uint64_t lies = 0;
  std::string last_error;
  static void describe(api::Fields<EndpointView>& f);
};

struct HeadView {
  std::uint64_t number = 0;
  HexBytes hash;
  std::int64_t timestamp = 0;
  std::string verified;
  std::string endpoint;
  static void describe(api::Fields<HeadView>& f);
};

struct GetStatus {
  struct Request {
    std::string network;
    static void describe(api::Fields<Request>& f) { describe_network(f); }
  };
  struct Reply {
    std::string network;
    std::uint64_t chain_id = 0;
    std::string backend;
    std::string readiness;
    std::string why;
    std::optional<HeadView> head;
    std::optional<std::int64_t> age_ms;
    std::vector<EndpointView> endpoints;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct OfAccount : At {
  HexBytes address;
  static void describe(api::Fields<OfAccount>& f) {
    describe_at(f);
    f.add("address", &OfAccount::address, "The account.").length(20, 20);
  }
};

struct Balance {
  using Request = OfAccount;
  struct Reply : Proof {
    std::string balance;
    static void describe(api::Fields<Reply>& f) {
      f.add("balance", &Reply::balance, "A quantity of wei; \"0x0\" for an account that does not exist.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct Nonce {
  using Request = OfAccount;
  struct Reply : Proof {
    std::uint64_t nonce = 0;
    static void describe(api::Fields<Reply>& f) {
      f.add("nonce", &Reply::nonce, "Transactions that it has sent: the number of its next one.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct GetCode {
  using Request = OfAccount;
  struct Reply : Proof {
    HexBytes code;
    static void describe(api::Fields<Reply>& f) {
      f.add("code", &Reply::code, "Of a contract; empty for any other account.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct StorageAt {
  struct Request : OfAccount {
    std::string slot;
    static void describe(api::Fields<Request>& f) {
      describe_at(f);
      f.add("address", &Request::address, "The contract.").length(20, 20);
      f.add("slot", &Request::slot, "A quantity.").length(3, 66);
    }
  };
  struct Reply : Proof {
    std::string value;
    static void describe(api::Fields<Reply>& f) {
      f.add("value", &Reply::value, "A quantity; \"0x0\" where nothing is stored.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct CallContract {
  struct Request : At {
    std::optional<HexBytes> from;
    std::optional<HexBytes> to;
    std::string value;
    HexBytes data;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply : Proof {
    HexBytes result;
    static void describe(api::Fields<Reply>& f) {
      f.add("result", &Reply::result, "As the contract encodes it.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct EstimateGas {
  using Request = CallContract::Request;
  struct Reply : Proof {
    std::uint64_t gas = 0;
    static void describe(api::Fields<Reply>& f) {
      f.add("gas", &Reply::gas, "What the transaction would use at most.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct GetFees {
  using Request = GetStatus::Request;
  struct Reply : Proof {
    std::string base_fee;
    std::string priority_fee;
    static void describe(api::Fields<Reply>& f) {
      f.add("base_fee", &Reply::base_fee, "Of the next block, a quantity of wei per gas.");
      f.add("priority_fee", &Reply::priority_fee, "What half of the last transactions have paid, wei per gas.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct GetBlock {
  struct Request : At {
    static void describe(api::Fields<Request>& f) { describe_at(f); }
  };
  struct Reply : Proof {
    HexBytes parent;
    std::int64_t timestamp = 0;
    HexBytes beneficiary;
    HexBytes state_root;
    HexBytes transactions_root;
    HexBytes receipts_root;
    std::uint64_t gas_limit = 0;
    std::uint64_t gas_used = 0;
    std::optional<std::string> base_fee;
    std::vector<HexBytes> transactions;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct OfTransaction {
  std::string network;
  HexBytes transaction;
  static void describe(api::Fields<OfTransaction>& f) {
    describe_network(f);
    f.add("transaction", &OfTransaction::transaction, "Its hash.").length(32, 32);
  }
};

struct GetTransaction {
  using Request = OfTransaction;
  struct Reply : Proof {
    HexBytes transaction;
    std::uint32_t type = 0;
    HexBytes from;
    std::optional<HexBytes> to;
    std::uint64_t nonce = 0;
    std::string value;
    std::uint64_t gas = 0;
    HexBytes input;
    std::optional<std::uint64_t> index;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct LogView {
  HexBytes address;
  std::vector<HexBytes> topics;
  HexBytes data;
  std::uint64_t block_number = 0;
  HexBytes block_hash;
  HexBytes transaction;
  std::uint64_t transaction_index = 0;
  std::uint64_t log_index = 0;
  static void describe(api::Fields<LogView>& f);
};

struct GetReceipt {
  using Request = OfTransaction;
  struct Reply : Proof {
    HexBytes transaction;
    std::uint64_t index = 0;
    bool succeeded = false;
    std::uint64_t gas_used = 0;
    std::uint64_t cumulative_gas_used = 0;
    std::string effective_gas_price;
    HexBytes from;
    std::optional<HexBytes> to;
    std::optional<HexBytes> contract;
    std::vector<LogView> logs;
    static void describe(api::Fields<Reply>& f);
  };
  static api::MethodInfo info();
};

struct TopicsView {
  std::vector<HexBytes> any;
  static void describe(api::Fields<TopicsView>& f) {
    f.add("any", &TopicsView::any, "One of these; none: whatever is there.").length(32, 32).max_items(64);
  }
};

struct GetLogs {
  struct Request {
    std::string network;
    std::uint64_t from = 0;
    std::optional<std::uint64_t> to;
    std::vector<HexBytes> addresses;
    std::vector<TopicsView> topics;
    static void describe(api::Fields<Request>& f);
  };
  struct Reply : Proof {
    std::vector<LogView> logs;
    static void describe(api::Fields<Reply>& f) {
      f.add("logs", &Reply::logs, "In the chain's order.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

struct SendRawTransaction {
  struct Request {
    std::string network;
    HexBytes raw;
    static void describe(api::Fields<Request>& f) {
      describe_network(f);
      f.add("raw", &Request::raw, "Signed and encoded.").length(1, 262'144);
    }
  };
  struct Reply {
    HexBytes transaction;
    static void describe(api::Fields<Reply>& f) {
      f.add("transaction", &Reply::transaction, "Its hash, as computed here.").length(32, 32);
    }
  };
  static api::MethodInfo info();
};

struct Rpc {
  struct Request {
    std::string network;
    std::string method;
    Value params = Value::Array{};
    static void describe(api::Fields<Request>& f) {
      describe_network(f);
      f.add("method", &Request::method, "Of those that the configuration allows.").length(1, 64);
      f.add("params", &Request::params, "A list, as JSON-RPC has it.").optional();
    }
  };
  struct Reply : Proof {
    Value result;
    static void describe(api::Fields<Reply>& f) {
      f.add("result", &Reply::result, "As the endpoint gave it.");
      describe_proof(f);
    }
  };
  static api::MethodInfo info();
};

// Events.
struct HeadChanged {
  std::string network;
  HeadView head;
  bool reorganised = false;
  static void describe(api::Fields<HeadChanged>& f) {
    f.add("network", &HeadChanged::network, "Whose.");
    f.add("head", &HeadChanged::head, "The newest block.");
    f.add("reorganised", &HeadChanged::reorganised, "The newest one before is no longer of the chain.");
  }
};

struct ReadinessChanged {
  std::string network;
  std::string readiness;
  std::string why;
  static void describe(api::Fields<ReadinessChanged>& f);
};

struct TransactionStatus {
  std::string network;
  HexBytes transaction;
  std::string status;
  std::optional<BlockView> block;
  static void describe(api::Fields<TransactionStatus>& f);
};

}  // namespace status::chain

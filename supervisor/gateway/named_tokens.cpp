#include "supervisor/gateway/named_tokens.h"

#include <sodium/utils.h>

#include <algorithm>
#include <atomic>

#include "ipc/base/codec.h"
#include "ipc/base/file.h"

namespace status::gateway {
namespace {

constexpr std::size_t kMostBytes = 64 << 20;  // more than all tokens with all their methods

bool is_name(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
  return !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z' && std::ranges::all_of(name, fits);
}

}  // namespace

struct NamedTokens::Token {
  NamedToken about;
  std::array<std::uint8_t, 32> sha256{};
  ipc::Credential pass{};  // RemotePass::credential, of a token with a client
  std::shared_ptr<const ipc::Caller> caller;

  std::atomic<bool> run_out = false;

  std::mutex mutex;  // guards what follows: how much of the rate is left
  double left = 0;
  MonotonicTime filled{};

  Token(NamedToken token, ByteView digest, Random& random)
      : about(std::move(token)), left(about.scope.rate_per_second) {
    std::ranges::copy(digest, sha256.begin());
    random.fill(pass);
    caller = std::make_shared<ipc::Caller>(
        ipc::Caller{"token/" + about.name, ipc::MethodSet(about.scope.methods), about.name});
  }

  // The milliseconds until one more request is allowed; 0: this one is.
  std::uint32_t take(MonotonicTime now) {
    const double rate = about.scope.rate_per_second;
    if (rate == 0) return 0;
    const std::lock_guard lock(mutex);
    left = std::min(rate, left + std::chrono::duration<double>(now - filled).count() * rate);
    filled = now;
    if (left < 1) return static_cast<std::uint32_t>((1 - left) / rate * 1'000) + 1;
    left -= 1;
    return 0;
  }

  bool is_over(std::int64_t unix_ms) const {
    return run_out || (about.scope.expires_ms != 0 && unix_ms >= about.scope.expires_ms);
  }

  // Constant in time.
  bool is_shown_by(const ipc::Credential& credential, const std::array<std::uint8_t, 32>& digest) const {
    if (about.scope.client) return ::sodium_memcmp(pass.data(), credential.data(), pass.size()) == 0;
    return ::sodium_memcmp(sha256.data(), digest.data(), digest.size()) == 0;
  }

  Value to_value() const {
    Value::Array methods;
    for (const std::string& method : about.scope.methods) methods.emplace_back(method);
    Value value = Value::map({{"name", about.name},
                              {"sha256", to_hex(sha256)},
                              {"methods", std::move(methods)},
                              {"rate_per_second", about.scope.rate_per_second},
                              {"expires_ms", about.scope.expires_ms},
                              {"created_ms", about.created_ms}});
    if (about.scope.client) value.set("client", tls::to_text(*about.scope.client));
    return value;
  }

  static std::shared_ptr<Token> from_value(const Value& value, Random& random) {
    NamedToken token{.name = value.string_or("name", ""), .scope = {}, .created_ms = value.int_or("created_ms", 0)};
    token.scope.rate_per_second = static_cast<std::uint32_t>(value.uint_or("rate_per_second", 0));
    token.scope.expires_ms = value.int_or("expires_ms", 0);
    const Value* methods = value.find("methods");
    const std::optional<Bytes> digest = from_hex(value.string_or("sha256", ""));
    if (!is_name(token.name) || methods == nullptr || methods->as_array() == nullptr || !digest ||
        digest->size() != 32) {
      return nullptr;
    }
    for (const Value& method : *methods->as_array()) {
      if (method.as_string() == nullptr) return nullptr;
      token.scope.methods.push_back(*method.as_string());
    }
    if (const Value* client = value.find("client")) {
      token.scope.client = tls::parse_key_id(client->as_string() == nullptr ? "" : *client->as_string());
      if (!token.scope.client) return nullptr;
    }
    return std::make_shared<Token>(std::move(token), *digest, random);
  }
};

NamedTokens::NamedTokens(std::string file, std::shared_ptr<const ipc::AccessPolicy> others, const Clock& clock,
                         Random& random)
    : file_(std::move(file)), others_(std::move(others)), clock_(clock), random_(random) {}

NamedTokens::~NamedTokens() = default;

Status NamedTokens::load() {
  if (file_.empty()) return {};
  const Result<std::string> text = read_file(file_, kMostBytes);
  if (!text) return text.error().code == Code::not_found ? Status() : fail(text.error());
  const auto damaged = [this] {
    return fail(Code::data_loss, "gateway.bad_tokens",
                file_ + " is damaged, no token of a front end works: remove it and create the tokens anew");
  };
  const Result<Value> document = parse_json(*text);
  const Value* list = document ? document->find("tokens") : nullptr;
  if (list == nullptr || list->as_array() == nullptr) return damaged();
  Tokens tokens;
  for (const Value& each : *list->as_array()) {
    tokens.push_back(Token::from_value(each, random_));
    if (tokens.back() == nullptr) return damaged();
  }
  const std::lock_guard lock(mutex_);
  tokens_ = std::move(tokens);
  return {};
}

Status NamedTokens::keep(Tokens tokens) {
  Value::Array list;
  for (const auto& token : tokens) list.push_back(token->to_value());
  if (!file_.empty()) {
    const std::string text = to_json(Value::map({{"tokens", std::move(list)}}), true) + "\n";
    if (Status kept = replace_file(file_, text, Durability::synced); !kept) return kept;
  }
  const std::lock_guard lock(mutex_);
  tokens_ = std::move(tokens);
  return {};
}

Result<std::string> NamedTokens::create(const std::string& name, TokenScope scope) {
  if (!is_name(name)) {
    return fail(Code::invalid_argument, "supervisor.bad_token_name",
                "a token's name is 1 to 64 of a-z, 0-9, - and _, a letter first");
  }
  const std::lock_guard turn(writing_);
  Tokens tokens = tokens_;
  if (std::ranges::any_of(tokens, [&](const auto& token) { return token->about.name == name; })) {
    return fail(Code::already_exists, "supervisor.token_exists",
                "there is a token " + name + " already: revoke it first, or choose another name");
  }
  const auto same_client = [&](const auto& token) { return token->about.scope.client == scope.client; };
  if (const auto twin = std::ranges::find_if(tokens, same_client); scope.client && twin != tokens.end()) {
    return fail(Code::already_exists, "supervisor.client_exists",
                "that client has the token " + (*twin)->about.name + " already: revoke it first");
  }
  if (tokens.size() >= kMost) {
    return fail(Code::resource_exhausted, "supervisor.too_many_tokens",
                "there are " + std::to_string(kMost) + " tokens, as many as there may be: revoke some");
  }
  ipc::Credential credential;
  random_.fill(credential);
  tokens.push_back(
      std::make_shared<Token>(NamedToken{.name = name, .scope = std::move(scope), .created_ms = clock_.unix_ms()},
                              ipc::credential_digest(credential), random_));
  if (Status kept = keep(std::move(tokens)); !kept) return fail(kept.error());
  return to_hex(credential);
}

Result<std::shared_ptr<const ipc::Caller>> NamedTokens::revoke(const std::string& name) {
  const std::lock_guard turn(writing_);
  Tokens tokens = tokens_;
  const auto found = std::ranges::find(tokens, name, [](const auto& token) { return token->about.name; });
  if (found == tokens.end()) return fail(Code::not_found, "supervisor.unknown_token", "there is no token " + name);
  const std::shared_ptr<const ipc::Caller> caller = (*found)->caller;
  tokens.erase(found);
  if (Status kept = keep(std::move(tokens)); !kept) return fail(kept.error());
  if (revoked_) revoked_();
  return caller;
}

void NamedTokens::on_revoked(std::function<void()> listener) {
  const std::lock_guard turn(writing_);
  revoked_ = std::move(listener);
}

std::optional<RemotePass> NamedTokens::pass_of(const tls::KeyId& client) const {
  const std::lock_guard lock(mutex_);
  for (const auto& token : tokens_) {
    if (token->about.scope.client == client) {
      return RemotePass{token->sha256, token->pass, token->about.scope.expires_ms};
    }
  }
  return std::nullopt;
}

std::vector<NamedToken> NamedTokens::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<NamedToken> out;
  for (const auto& token : tokens_) out.push_back(token->about);
  return out;
}

std::vector<std::shared_ptr<const ipc::Caller>> NamedTokens::run_out() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<const ipc::Caller>> callers;
  for (const auto& token : tokens_) {
    if (token->is_over(clock_.unix_ms()) && !token->run_out.exchange(true)) callers.push_back(token->caller);
  }
  return callers;
}

Error NamedTokens::expired(const std::string& name) {
  return make_error(Code::unauthenticated, "ipc.token_expired",
                    "the token " + name + " has expired: statusctl token revoke " + name + ", and create a new one");
}

std::shared_ptr<NamedTokens::Token> NamedTokens::find(const ipc::RequestHeader& header) const {
  const std::lock_guard lock(mutex_);
  if (tokens_.empty() || !header.credential) return nullptr;
  const auto digest = ipc::credential_digest(*header.credential);
  for (const auto& token : tokens_) {
    if (token->is_shown_by(*header.credential, digest)) return token;
  }
  return nullptr;
}

Result<std::shared_ptr<const ipc::Caller>> NamedTokens::identify(const ipc::RequestHeader& header) const {
  Result<std::shared_ptr<const ipc::Caller>> other = others_->identify(header);
  if (other) return other;
  const std::shared_ptr<Token> token = find(header);
  if (!token) return other;
  const NamedToken& about = token->about;
  if (token->is_over(clock_.unix_ms())) return fail(expired(about.name));
  if (const std::uint32_t wait_ms = token->take(clock_.monotonic()); wait_ms != 0) {
    return fail(make_retryable(
        Code::resource_exhausted, "ipc.rate_limited",
        "the token " + about.name + " allows " + std::to_string(about.scope.rate_per_second) + " requests a second",
        wait_ms));
  }
  return token->caller;
}

}  // namespace status::gateway

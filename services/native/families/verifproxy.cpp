#include "services/native/families/verifproxy.h"

#include <atomic>

namespace status::native {
namespace {

using host::native::Library;
using host::native::ReplyKind;
using host::native::Token;

// nimbus_verified_proxy/library/verifproxy.h. Any other status is an error, whose text is "ErrType: message".
constexpr int kSuccess = 0;
using ProxyCallback = void (*)(void* context, int status, char* result, void* user_data);
using FreeText = void (*)(char*);

// A callback has no other way to it. Set before the first call; there is one library in a process.
std::atomic<FreeText> free_text{nullptr};

void reply(Token token, ReplyKind kind, std::string_view text) {
  if (auto* const sink = host::native::callback_sink()) sink->on_reply(token, kind, text);
}

// The text is ended by a zero, and belongs to whoever is called.
void on_result(void* /*context*/, int status, char* result, void* user_data) noexcept {
  reply(host::native::token_of(user_data), status == kSuccess ? ReplyKind::answered : ReplyKind::failed,
        result == nullptr ? "" : result);
  if (result != nullptr) free_text.load()(result);
}

// It copies the texts, and does not say that they stay as they are.
int proxy_call(Symbol symbol, void* context, Token token, const std::vector<Parameter>&,
               std::span<const Argument> arguments) {
  const auto call = reinterpret_cast<void (*)(void*, char*, char*, ProxyCallback, void*)>(symbol);
  std::string method = arguments[0].text;
  std::string params = arguments[1].text;
  call(context, method.data(), params.data(), on_result, host::native::to_user_data(token));
  return 0;
}

const std::vector<Function>& functions() {
  static const std::vector<Function> kFunctions = {
      {"proxyCall", {{"method", Kind::text}, {"params", Kind::text}}, proxy_call}};
  return kFunctions;
}

class VerifProxy final : public Family {
 public:
  explicit VerifProxy(const Library& library)
      : Family({.family = "verifproxy",
                .generation = "0.4",
                .create = "startVerifProxy",
                .start = "start",  // there is no such step
                .stop = "stopVerifProxy",
                .destroy = "freeContext",
                .version = {},
                .metrics = {},
                .turn = "processVerifProxyTasks"},
               functions(), library) {}

  Status resolve() override;
  bool create(const std::string& config, Token token) override;
  bool start(Token token) const override;
  bool stop(Token token) const override;
  void turn() const override { process_(context_); }
  Status listen() const override { return {}; }
  bool destroy() const override;
  std::string event_name(Token /*listener*/, const std::string& /*text*/) const override { return {}; }

 private:
  // The named symbol as a function of that type; FAILED_PRECONDITION as resolve() says.
  template <class F>
  Status look_up(const char* name, F*& function) {
    const auto found = library().get<F>(name);
    if (!found) return fail(found.error());
    function = *found;
    return {};
  }

  void (*nim_main_)() = nullptr;
  // Without transports it has its own.
  void* (*start_)(char* config, void* execution_transport, void* beacon_transport) = nullptr;
  int (*process_)(void*) = nullptr;
  void (*stop_)(void*) = nullptr;
  void (*free_)(void*) = nullptr;
};

Status VerifProxy::resolve() {
  FreeText give_back = nullptr;
  for (const Status& found : {look_up("NimMain", nim_main_), look_up(traits().create, start_),
                              look_up(traits().turn, process_), look_up(traits().stop, stop_),
                              look_up(traits().destroy, free_), look_up("freeNimAllocatedString", give_back)}) {
    if (!found) return found;
  }
  free_text = give_back;
  return {};
}

bool VerifProxy::create(const std::string& config, Token token) {
  nim_main_();
  std::string text = config;
  context_ = start_(text.data(), nullptr, nullptr);
  if (context_ != nullptr) {
    reply(token, ReplyKind::answered, "");
  } else {
    reply(token, ReplyKind::failed, "the library does not start; only what it has written to the log says why");
  }
  return true;
}

bool VerifProxy::start(Token token) const {
  reply(token, ReplyKind::answered, "");
  return true;
}

bool VerifProxy::stop(Token token) const {
  stop_(context_);
  reply(token, ReplyKind::answered, "");
  return true;
}

bool VerifProxy::destroy() const {
  free_(context_);
  return true;
}

}  // namespace

std::unique_ptr<Family> make_verifproxy(const Library& library) { return std::make_unique<VerifProxy>(library); }

}  // namespace status::native

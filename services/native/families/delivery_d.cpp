#include "services/native/families/delivery_d.h"

#include <array>

#include "services/native/families/delivery_d_callbacks.h"

namespace status::native {
namespace {

using host::native::Library;
using host::native::Token;

struct CreateRequest {
  const char* config_json;
};
using Create = void*(const CreateRequest*, RecordCallback, void*);
using Destroy = int(void*);
using Version = const char*();
using AddListener = std::uint64_t(void*, const char*, EventCallback, void*);

// By number: the listener's is its place here and one. The last two are the library's own liveness.
constexpr std::array<const char*, 13> kEvents = {"onMessageSent",
                                                 "onMessagePropagated",
                                                 "onMessageError",
                                                 "onMessageReceived",
                                                 "onReceivedMessage",
                                                 "onConnectionStatusChange",
                                                 "onTopicHealthChange",
                                                 "onConnectionChange",
                                                 "onChannelMessageReceived",
                                                 "onChannelMessageSent",
                                                 "onChannelMessageError",
                                                 "not_responding",
                                                 "responding"};

class DeliveryD final : public Family {
 public:
  explicit DeliveryD(const Library& from)
      : Family({.family = "delivery",
                .generation = "D",
                .create = "logosdelivery_create_node",
                .start = "logosdelivery_start_node",
                .stop = "logosdelivery_stop_node",
                .destroy = "logosdelivery_destroy",
                .version = std::nullopt,
                .metrics = Family::Query{"logosdelivery_get_node_info", {{.text = "Metrics"}}}},
               delivery_d_functions(), from) {}

  Status resolve() override {
    for (const char* const step : {traits().start, traits().stop}) {
      if (const auto found = library().get<void()>(step); !found) return fail(found.error());
    }
    const auto create = library().get<Create>(traits().create);
    if (!create) return fail(create.error());
    const auto destroy = library().get<Destroy>(traits().destroy);
    if (!destroy) return fail(destroy.error());
    const auto version = library().get<Version>("logosdelivery_version");
    if (!version) return fail(version.error());
    const auto add_listener = library().get<AddListener>("logosdelivery_add_event_listener");
    if (!add_listener) return fail(add_listener.error());
    create_ = *create;
    destroy_ = *destroy;
    version_ = *version;
    add_listener_ = *add_listener;
    return {};
  }

  std::string own_version() const override {
    const char* const text = version_();
    return text == nullptr ? "" : text;
  }

  bool create(const std::string& config, Token token) override {
    const CreateRequest request{config.c_str()};
    context_ = create_(&request, on_record, host::native::to_user_data(token));
    return context_ != nullptr;
  }

  Status listen() const override {
    for (std::size_t i = 0; i < kEvents.size(); ++i) {
      if (add_listener_(context_, kEvents[i], on_event, host::native::to_user_data(i + 1)) == 0) {
        return fail(Code::unavailable, "native.library_error",
                    std::string("the library takes no listener of ") + kEvents[i]);
      }
    }
    return {};
  }

  bool destroy() const override { return destroy_(context_) == 0; }

  std::string event_name(Token listener, const std::string& /*text*/) const override {
    return listener >= 1 && listener <= kEvents.size() ? kEvents[listener - 1] : "";
  }

 private:
  Create* create_ = nullptr;
  Destroy* destroy_ = nullptr;
  Version* version_ = nullptr;
  AddListener* add_listener_ = nullptr;
};

}  // namespace

std::unique_ptr<Family> make_delivery_d(const Library& library) { return std::make_unique<DeliveryD>(library); }

}  // namespace status::native

#include "services/features/keys/module.h"

#include "ipc/base/random.h"
#include "ipc/server/typed.h"
#include "services/features/keys/node_key.h"
#include "services/features/keys/service.h"
#include "services/host/module_context.h"

namespace status::keys {
namespace {

class KeysModule final : public host::Service {
 public:
  KeysModule(KeyRing ring, ipc::Server& server) : service_(std::move(ring)) {
    server.handle("keys.database", ipc::Run::worker, [this](ipc::Call call) { database(std::move(call)); });
    ipc::serve<KeyStatus>(server, ipc::Run::worker,
                          [this](const KeyStatus::Request&, const ipc::CallContext&) { return service_.status(); });
  }

 private:
  // Not ipc::serve: the key lies in memory that is locked and wiped as far as our hands reach. What they do not reach
  // is NNG's message, which takes a copy and is freed as it is once it is sent.
  void database(ipc::Call call) {
    const Result<Database::Request> request = api::decode<Database::Request>(call.params(), api::Mode::strict);
    if (!request) return call.fail(request.error());
    const Result<host::SecretBytes> key = service_.database(call.caller().name);
    if (!key) return call.fail(key.error());
    call.reply(encode_reply(*key).view());
  }

  KeysService service_;
};

Result<std::unique_ptr<host::Service>> make(host::ModuleContext& context) {
  const std::string file = context.config().string_or("node_key_file", "");
  if (file.empty()) {
    return fail(Code::failed_precondition, "keys.no_node_key_file", "the setting `keys.node_key_file` is missing");
  }
  Result<host::SecretBytes> secret = load_or_create_node_key(file, context.random());
  if (!secret) return fail(std::move(secret.error()));
  KeyRing ring(std::move(*secret), "default");
  if (!ring.memory_locked())
    context.log().warn("the node key could not be locked in memory: RLIMIT_MEMLOCK is too low");
  return std::make_unique<KeysModule>(std::move(ring), context.server());
}

}  // namespace

// Its requests have no parameters, and its memory is small: nobody gets 16 MiB of it by announcing a message.
host::ModuleDefinition module() {
  return {.interface = &interface, .make = make, .workers = 1, .max_request = 64U << 10U, .secret = true};
}

}  // namespace status::keys

#include "services/waku/backends.h"

#include "ipc/base/words.h"

namespace status::waku {
namespace {

struct Choice {
  const char* word;
  BackendMaker make;
};
constexpr Choice kChoices[] = {
    {"attach", make_attach},
    {"mesh", make_mesh},
    {"native", make_native},
};

std::string all_words() {
  std::string out;
  for (const Choice& choice : kChoices) out += (out.empty() ? "" : ", ") + in_quotes(choice.word);
  return out;
}

}  // namespace

Result<std::unique_ptr<Backend>> make_backend(host::ModuleContext& context, store::Database& database) {
  for (const Choice& choice : kChoices) {
    if (context.backend() != choice.word) continue;
    const Value* settings = context.config().find(choice.word);
    return choice.make(context, database, settings != nullptr ? *settings : Value(Value::Map{}));
  }
  return fail(Code::failed_precondition, "waku.unknown_backend",
              "`waku.backend` is " + in_quotes(context.backend()) + "; this build has " + all_words());
}

}  // namespace status::waku

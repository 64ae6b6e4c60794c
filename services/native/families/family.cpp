#include "services/native/families/family.h"

#include <algorithm>

#include "ipc/base/codec.h"
#include "ipc/base/words.h"
#include "services/native/families/delivery_b.h"
#include "services/native/families/delivery_d.h"
#include "services/native/families/verifproxy.h"

namespace status::native {
namespace {

using host::native::Library;
using host::native::Token;

tl::unexpected<Error> unknown(const Library& library, const std::string& what) {
  return fail(Code::failed_precondition, "native.unknown_generation", library.path() + " " + what);
}

// What tells the generations apart: README.md.
Result<std::string> probe_delivery(const Library& library) {
  if (library.has("logosdelivery_version")) return std::string("D");
  if (library.has("logosdelivery_add_event_listener")) {
    return unknown(library,
                   "is of generation C or of an early D, whose functions have the same names and other signatures: "
                   "take a release that exports logosdelivery_version, or v0.38.1");
  }
  if (library.has("logosdelivery_set_event_callback")) return std::string("B");
  return unknown(library, "exports nothing of liblogosdelivery that this program knows");
}

Result<std::string> probe_waku(const Library& library) {
  if (library.has("waku_set_event_callback")) {
    return unknown(library, "is of generation A (v0.37 or older), whose callbacks come last: take v0.38.1");
  }
  if (library.has("waku_new") && library.has("set_event_callback")) return std::string("B");
  return unknown(library, "exports nothing of libwaku that this program knows");
}

Result<std::string> probe_verifproxy(const Library& library) {
  const bool has_calls = library.has("proxyCall") && library.has("deliverBeaconTransport");
  if (has_calls && library.has("eth_chainId")) return std::string("0.4");
  if (has_calls) {
    return unknown(library, "is of v0.3.1, which does not know what chain it is of: take v0.4.0 or newer");
  }
  if (library.has("startVerifProxy")) {
    return unknown(library, "is of v0.3.0 or older, whose startVerifProxy takes other arguments: take v0.4.0 or newer");
  }
  return unknown(library, "exports nothing of libverifproxy that this program knows");
}

Result<std::string> probe(const Library& library, const std::string& family) {
  if (family == "delivery") return probe_delivery(library);
  if (family == "waku") return probe_waku(library);
  if (family == "verifproxy") return probe_verifproxy(library);
  return fail(
      Code::invalid_argument, "native.unknown_family",
      "there is no family " + in_quotes(family) + " of libraries; there are `delivery`, `verifproxy` and `waku`");
}

std::unique_ptr<Family> make(const Library& library, const std::string& family, const std::string& generation) {
  if (family == "waku") return make_waku_b(library);
  if (family == "verifproxy") return make_verifproxy(library);
  if (generation == "B") return make_delivery_b(library);
  return make_delivery_d(library);
}

}  // namespace

Family::Family(Traits traits, const std::vector<Function>& functions, const Library& library)
    : traits_(std::move(traits)), functions_(functions), library_(library) {}

std::vector<std::string> Family::function_names() const {
  std::vector<std::string> names;
  for (const Function& function : functions_) {
    if (library_.has(function.name)) names.emplace_back(function.name);
  }
  return names;
}

Result<const Function*> Family::find(const std::string& name) const {
  const auto found = std::ranges::find(functions_, name, [](const Function& each) { return std::string(each.name); });
  if (found != functions_.end() && library_.has(found->name)) return &*found;
  const std::string near = nearest_word(name, function_names());
  const std::string guess = near.empty() ? "" : "; did you mean " + in_quotes(near) + "?";
  return fail(Code::unimplemented, "native.no_function", "there is no function " + in_quotes(name) + guess);
}

bool Family::call(const Function& function, std::span<const Argument> arguments, Token token) const {
  const Symbol symbol = library_.find_as<void()>(function.name);
  return symbol != nullptr && function.invoke(symbol, context_, token, function.parameters, arguments) == 0;
}

bool Family::step(const char* name, Token token) const {
  // A step is called as whatever has no arguments is.
  const auto plain = std::ranges::find_if(functions_, [](const Function& each) { return each.parameters.empty(); });
  return call({name, {}, plain->invoke}, {}, token);
}

Result<std::unique_ptr<Family>> open_family(const Library& library, const std::string& family,
                                            const std::string& pinned) {
  const Result<std::string> found = probe(library, family);
  if (!found) return fail(found.error());
  if (*found != pinned) {
    return fail(Code::failed_precondition, "native.wrong_generation",
                library.path() + " is of generation " + *found + ", and the configuration says " + in_quotes(pinned));
  }
  std::unique_ptr<Family> opened = make(library, family, *found);
  if (Status resolved = opened->resolve(); !resolved) return fail(resolved.error());
  return opened;
}

}  // namespace status::native

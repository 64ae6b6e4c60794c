// One generation of one library: the functions that it exports, with the signatures that they have in it, and the way
// from nothing to a running node and back. The same names have other signatures in other generations, so that a call of
// the wrong one reads garbage from the stack: which one it is is probed, and compared with what the configuration says.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/host/native/library.h"
#include "services/native/families/function.h"

namespace status::native {

// Everything that calls the library is for the call thread; the rest for any thread.
class Family {
 public:
  // A function with its arguments.
  struct Query {
    const char* function;
    std::vector<Argument> arguments = {};
  };
  struct Traits {
    const char* family;
    const char* generation;
    // The symbols of the steps: what they are called in logs and metrics.
    const char* create;
    const char* start;
    const char* stop;
    const char* destroy;
    std::optional<Query> version;  // asked of a node that runs; empty: of the library itself
    std::optional<Query> metrics;  // its reply is a text exposition; empty: it has none
    // What does the library's work where it has no thread of its own: create() then returns when the node runs.
    const char* turn = nullptr;
  };

  // The library outlives it.
  Family(Traits traits, const std::vector<Function>& functions, const host::native::Library& library);
  virtual ~Family() = default;

  const Traits& traits() const { return traits_; }
  // Those that this library exports, in the order of the table.
  std::vector<std::string> function_names() const;
  // UNIMPLEMENTED (`native.no_function`), with the nearest name: none of this generation, or not exported here.
  // Starting and stopping are none of them.
  Result<const Function*> find(const std::string& name) const;

  // Calls it; true when it will call back.
  bool call(const Function& function, std::span<const Argument> arguments, host::native::Token token) const;
  virtual bool start(host::native::Token token) const { return step(traits_.start, token); }
  virtual bool stop(host::native::Token token) const { return step(traits_.stop, token); }
  // Of a library without a thread of its own.
  virtual void turn() const {}

  // Looks up the symbols without which there is no node. FAILED_PRECONDITION (`native.no_symbol`) names one it lacks.
  virtual Status resolve() = 0;
  // Its own word, without a node; empty: only a node says.
  virtual std::string own_version() const { return {}; }
  // `config`: JSON.
  virtual bool create(const std::string& config, host::native::Token token) = 0;
  // Before start: nothing that happens is missed. UNAVAILABLE (`native.library_error`) when it is refused.
  virtual Status listen() const = 0;
  // Blocks for up to 20 s. True: it says that it is done.
  virtual bool destroy() const = 0;

  // What an event is called that has come to that listener with that text.
  virtual std::string event_name(host::native::Token listener, const std::string& text) const = 0;

 protected:
  const host::native::Library& library() const { return library_; }
  void* context_ = nullptr;  // the node

 private:
  bool step(const char* name, host::native::Token token) const;

  const Traits traits_;
  const std::vector<Function>& functions_;
  const host::native::Library& library_;
};

// The generation that the library's symbols are of. Errors, each a sentence with what was found: FAILED_PRECONDITION
// `native.unknown_generation` (none that is known here, or one that cannot be told from another),
// `native.wrong_generation` (not `pinned`), `native.no_symbol`; INVALID_ARGUMENT `native.unknown_family`.
Result<std::unique_ptr<Family>> open_family(const host::native::Library& library, const std::string& family,
                                            const std::string& pinned);

}  // namespace status::native

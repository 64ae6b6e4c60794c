// Supervisors that each keep one idle child alive. One thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ipc/base/result.h"
#include "ipc/base/unique_fd.h"
#include "tests/bench/birth.h"

namespace status::bench {

class Contender {
 public:
  virtual ~Contender() = default;

  // Once: it and its first child run.
  Status begin();
  // SIGKILL to the child → its successor is in main(); milliseconds.
  Result<double> kill();
  // How long the child has lived; milliseconds.
  double age_ms() const;

 protected:
  // `directory`: the child's working directory; exists.
  explicit Contender(std::string name) : name_(std::move(name)) {}
  // The pipe in which children announce themselves.
  Status open_births(const std::string& directory);

 private:
  virtual Status start() = 0;
  // The child is dead, or about to be. Only who does not do it by itself does something here.
  virtual Status replace() { return {}; }
  Status await_birth();

  const std::string name_;
  UniqueFd births_;
  Birth child_;
};

// posix_spawn, and a pidfd that says when to do it again: the least that any supervisor does.
std::unique_ptr<Contender> bare_spawn();
// Without backoff and budget; a module with nothing but a control line.
std::unique_ptr<Contender> statusd();
// Their children have lived for a second when they are killed: both wait that long otherwise. s6 knows of readiness.
std::unique_ptr<Contender> s6();
std::unique_ptr<Contender> runit();
std::unique_ptr<Contender> supervisord();

}  // namespace status::bench

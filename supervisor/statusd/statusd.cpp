#include "supervisor/statusd/statusd.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iostream>

#include "ipc/control/child_start.h"
#include "supervisor/statusd/node.h"

namespace status::supervisor {
namespace {

int give_up(const Error& error) {
  std::cerr << "statusd: " << error.message << std::endl;
  return error.code == Code::invalid_argument || error.reason.starts_with("supervisor.missing_module") ||
                 error.reason == "supervisor.cyclic_modules"
             ? ipc::control::kExitMisconfigured
             : 1;
}

// Whoever started statusd may have ignored or blocked signals, and exec(2) hands both on: with SIGCHLD ignored the
// kernel reaps the children itself and nobody learns how they ended.
void take_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// The credentials of all edges are in this process: no file may have them.
Status forbid_core() {
  const rlimit none{0, 0};
  if (::setrlimit(RLIMIT_CORE, &none) != 0) return fail(errno_error(errno, "RLIMIT_CORE"));
  return {};
}

}  // namespace

int run_statusd(const StatusdOptions& options) {
  take_signals();
  if (auto forbidden = forbid_core(); !forbidden) return give_up(forbidden.error());
  Spawner spawner;  // first of all: it occupies the low descriptors
  auto installation = Installation::find();
  if (!installation) return give_up(installation.error());
  auto directory = RunDirectory::open(options.data_dir, options.run_dir);
  if (!directory) return give_up(directory.error());
  auto blueprint = load_blueprint(directory->paths(), *installation, options);
  if (!blueprint) return give_up(blueprint.error());
  if (auto prepared = directory->prepare(blueprint->names()); !prepared) return give_up(prepared.error());

  const SystemClock clock;
  SystemRandom random;
  const Configuration& configuration = blueprint->configuration;
  LogQuota quota(directory->paths().logs(), configuration.log_total_bytes, blueprint->modules.size() + 1);
  const LogLimits limits{configuration.log_max_bytes, configuration.log_files, &quota};
  Journal journal(directory->paths().logs() + "/statusd.log", limits, clock,
                  options.foreground || ::isatty(STDOUT_FILENO) == 1);
  if (::geteuid() == 0) {
    journal.warn_operator(
        "runs as root: file modes and peer checks protect nothing from it; use an account of its own");
  }
  ServiceManager service_manager = ServiceManager::from_environment();
  const Cgroup::Places groups;
  Protection protection(directory->paths(), SandboxSupport::of_this_kernel(), Cgroup::take(groups));
  const std::string warning = memory_warning(blueprint->modules, memory_of_the_machine(groups));
  if (!warning.empty()) journal.warn_operator(warning);
  const NodePaths paths = directory->paths();
  Node node(std::move(*directory), std::move(*blueprint),
            {spawner, protection, journal, clock, random, limits, service_manager,
             [&] { return load_blueprint(paths, *installation, options); }});
  if (auto ran = node.run(); !ran) return give_up(ran.error());
  return 0;
}

}  // namespace status::supervisor

#include "supervisor/statusd/statusd.h"

#include <fcntl.h>
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
void take_dispositions() {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  std::signal(SIGALRM, SIG_IGN);  // of the watchdog of the image before
}

// Once the node can take them: the image before this one may have left some pending.
void unblock_signals() {
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

struct Start {
  RunDirectory directory;
  Blueprint blueprint;
  std::optional<Node::Adoption> adoption;
};

Result<Start> start_afresh(const StatusdOptions& options, const Installation& installation) {
  auto directory = RunDirectory::open(options.data_dir, options.run_dir);
  if (!directory) return fail(directory.error());
  auto blueprint = load_blueprint(directory->paths(), installation, options);
  if (!blueprint) return fail(blueprint.error());
  if (auto prepared = directory->prepare(blueprint->names()); !prepared) return fail(prepared.error());
  return Start{std::move(*directory), std::move(*blueprint), std::nullopt};
}

struct Adoptable {
  Blueprint blueprint;
  Handover handover;
};

Result<Adoptable> adoptable(const StatusdOptions& options, const Installation& installation, int handover_fd) {
  auto blueprint = load_blueprint(RunDirectory::paths_of(options.data_dir, options.run_dir), installation, options);
  if (!blueprint) return fail(blueprint.error());
  auto handover = read_handover(handover_fd);
  if (!handover) return fail(handover.error());
  if (auto fits = can_adopt(*handover, *blueprint); !fits) return fail(fits.error());
  return Adoptable{std::move(*blueprint), std::move(*handover)};
}

Result<Start> adopt(const StatusdOptions& options, const Installation& installation) {
  auto state = adoptable(options, installation, options.adopt);
  if (!state) return fail(state.error());
  for (const int descriptor : state->handover.descriptors()) ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::close(options.adopt);
  if (options.previous >= 0) ::close(options.previous);
  auto directory = RunDirectory::adopt(options.data_dir, options.run_dir, UniqueFd(state->handover.lock),
                                       UniqueFd(state->handover.run_lock));
  return Start{std::move(directory), std::move(state->blueprint),
               Node::Adoption{std::move(state->handover), options.not_adopted}};
}

// The image before this one is still there as a descriptor, and everything else is as it left it.
int give_back(const StatusdOptions& options, const Error& error) {
  std::cerr << "statusd: " << error.message << ": giving the node back to the statusd before this one" << std::endl;
  std::vector<std::string> arguments = {"statusd"};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  arguments.push_back(kAdopt + std::to_string(options.adopt));
  arguments.push_back(kNotAdopted + error.message);
  return give_up(execute_in_place(options.previous, arguments, {}));
}

// What statusctl upgrade asks of the new executable before it is executed.
int check_adoption(const StatusdOptions& options, const Installation& installation) {
  auto state = adoptable(options, installation, options.check_adoption);
  if (!state) return give_up(state.error());
  std::cout << kCanAdopt << std::endl;
  return 0;
}

}  // namespace

int run_statusd(const StatusdOptions& options) {
  take_dispositions();
  auto installation = Installation::find();
  if (!installation) return give_up(installation.error());
  if (options.check_adoption >= 0) return check_adoption(options, *installation);
  if (auto forbidden = forbid_core(); !forbidden) return give_up(forbidden.error());
  Spawner spawner;  // first of all that stays open: it occupies the low descriptors
  auto start = options.adopt >= 0 ? adopt(options, *installation) : start_afresh(options, *installation);
  if (!start && options.previous >= 0) return give_back(options, start.error());
  if (!start) return give_up(start.error());
  const NodePaths paths = start->directory.paths();
  Blueprint& blueprint = start->blueprint;

  const SystemClock clock;
  SystemRandom random;
  const Configuration& configuration = blueprint.configuration;
  LogQuota quota(paths.logs(), configuration.log_total_bytes, blueprint.modules.size() + 1);
  const LogLimits limits{configuration.log_max_bytes, configuration.log_files, &quota};
  Journal journal(paths.logs() + "/statusd.log", limits, clock, options.foreground || ::isatty(STDOUT_FILENO) == 1);
  if (::geteuid() == 0) {
    journal.warn_operator(
        "runs as root: file modes and peer checks protect nothing from it; use an account of its own");
  }
  ServiceManager service_manager = ServiceManager::from_environment();
  const Cgroup::Places groups;
  Protection protection(paths, SandboxSupport::of_this_kernel(), Cgroup::take(groups));
  const std::string warning = memory_warning(blueprint.modules, memory_of_the_machine(groups));
  if (!warning.empty()) journal.warn_operator(warning);
  Node node(std::move(start->directory), std::move(blueprint),
            {spawner,
             protection,
             journal,
             clock,
             random,
             limits,
             service_manager,
             [&] { return load_blueprint(paths, *installation, options); },
             {installation->executable, options.arguments}},
            std::move(start->adoption));
  unblock_signals();
  if (auto ran = node.run(); !ran) return give_up(ran.error());
  return 0;
}

}  // namespace status::supervisor

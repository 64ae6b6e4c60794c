#include "supervisor/cli/statusctl/command_line.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <iostream>

#include "supervisor/cli/default_data_dir.h"
#include "supervisor/cli/statusctl/command_words.h"
#include "supervisor/cli/statusctl/exit_codes.h"

namespace status::cli {
namespace {

// What needs the node's front door and nothing of its files.
constexpr std::array<std::string_view, 15> kFromAfar = {"status",     "top",    "events",  "describe", "call",
                                                        "start",      "stop",   "restart", "pause",    "resume",
                                                        "quarantine", "remote", "blame",   "trace",    "flight"};

// Completes commands and, after them, the names of modules in the data directory.
void print_completion(const CLI::App& app) {
  std::string commands;
  for (const CLI::App* command : app.get_subcommands({})) commands += command->get_name() + " ";
  std::cout << "# bash completion of statusctl: source <(statusctl completion)\n"
               "_statusctl() {\n"
               "  local current=${COMP_WORDS[COMP_CWORD]}\n"
               "  if [ \"$COMP_CWORD\" -le 1 ]; then\n"
               "    COMPREPLY=($(compgen -W \""
            << commands
            << "\" -- \"$current\"))\n"
               "  else\n"
               "    local dir=${STATUS_DATA_DIR:-$HOME/.local/share/status}\n"
               "    COMPREPLY=($(compgen -W \"$(cd \"$dir/logs\" 2>/dev/null && ls *.log | sed 's/\\.log$//')\" -- "
               "\"$current\"))\n"
               "  fi\n"
               "}\n"
               "complete -F _statusctl statusctl\n";
}

void add_module_commands(CLI::App& app, Words& words, Command& chosen) {
  const std::pair<const char*, const char*> verbs[] = {
      {"start", "Start a module, and keep it running"},
      {"stop", "Stop a module, and keep it stopped"},
      {"restart", "Stop a module and start it again"},
      {"pause", "Freeze a module; it is not taken for hung"},
      {"resume", "Let a paused module go on"},
      {"kill", "kill -9 its process, as a crash would end it; the supervisor starts it again"}};
  for (const auto& [verb, help] : verbs) {
    CLI::App* command = app.add_subcommand(verb, help);
    command->add_option("module", words.subject, "Name of the module")->required();
    command->callback([&, name = std::string(verb)] {
      chosen = [&words, name](const Shell& shell) { return run_control(shell, name, words.subject); };
    });
  }
  CLI::App* why = app.add_subcommand("why", "Its last transitions and its last death");
  why->add_option("module", words.subject, "Name of the module")->required();
  why->callback([&] { chosen = [&words](const Shell& shell) { return run_why(shell, words.subject); }; });
}

void add_reading_commands(CLI::App& app, Words& words, Command& chosen) {
  app.add_subcommand("status", "What every module is doing")->callback([&] { chosen = run_status; });

  CLI::App* events = app.add_subcommand("events", "The events of all modules, oldest first");
  events->add_flag("-f,--follow", words.follow, "Go on with new ones");
  events->callback([&] { chosen = [&words](const Shell& shell) { return run_events(shell, words.follow); }; });

  CLI::App* describe = app.add_subcommand("describe", "What can be called");
  describe->add_option("subject", words.subject, "module or module.method (default: everything)");
  describe->callback([&] { chosen = [&words](const Shell& shell) { return run_describe(shell, words.subject); }; });

  app.add_subcommand("completion", "Print a completion script for bash")->callback([&] {
    chosen = [&app](const Shell&) { return print_completion(app), kDone; };
  });
}

void add_logs(CLI::App& app, Words& words, Command& chosen) {
  LogsOptions& options = words.logs;
  CLI::App* logs = app.add_subcommand("logs", "The logs of one or all modules, rotated files first");
  CLI::Option* module = logs->add_option("module", options.module, "Name of the module (default: all)");
  CLI::Option* follow =
      logs->add_flag("-f,--follow", options.follow, "Go on with new lines; without --since from the newest file on");
  logs->add_option("--since", options.since,
                   "Lines of the last 90s, 10m, 2h, 3d, or since an RFC 3339 time or Unix milliseconds")
      ->type_name("TIME");
  logs->add_option("--grep", options.grep, "Lines with a match (RE2 syntax; \\Q before plain text takes it as it is)")
      ->type_name("REGEX");
  logs->add_flag("--previous", options.previous, "Of the module's incarnation before this one")
      ->needs(module)
      ->excludes(follow);
  logs->callback([&] {
    if (const Status checked = check_logs_options(options); !checked) {
      throw CLI::ValidationError("logs", checked.error().message);
    }
    chosen = [&options](const Shell& shell) { return run_logs(shell, options); };
  });
}

void add_report(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* command = app.add_subcommand("report", "Write one file about the node, without secrets, for a bug report");
  command->add_option("--output", words.subject, "A new file, or - (default: status-report-<time>.json)")
      ->type_name("FILE");
  command->callback([&] { chosen = [&words](const Shell& shell) { return run_report(shell, words.subject); }; });
}

void add_call(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* call = app.add_subcommand("call", "Call a method, for example: call chat.identity");
  call->add_option("method", words.subject, "module.method")->required();
  call->add_option("params", words.params, "Parameters as JSON, @file, or - for standard input");
  call->add_option("--deadline", words.deadline_ms, "Milliseconds to wait for the answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 120'000));
  call->add_option("--key", words.key, "Idempotency key: a repeated write is done once");
  call->callback([&] {
    chosen = [&words](const Shell& shell) {
      return run_call(shell, words.subject, words.params, words.deadline_ms, words.key);
    };
  });
}

void add_configuration(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* config = app.add_subcommand("config", "What the node is to be: node.toml, modules.d/, grants.toml");
  config->require_subcommand(1);
  CLI::App* check = config->add_subcommand("check", "Whether it is right; needs no running node");
  check->add_option("file", words.subject, "Instead of the data directory's node.toml")->type_name("FILE");
  check->callback([&] { chosen = [&words](const Shell& shell) { return run_config_check(shell, words.subject); }; });
  config->add_subcommand("diff", "What it would change in the running node")->callback([&] {
    chosen = run_config_diff;
  });
  config->add_subcommand("apply", "Change the running node, restarting only what it concerns")->callback([&] {
    chosen = run_config_apply;
  });

  CLI::App* upgrade = app.add_subcommand("upgrade", "Replace statusd in place; every module keeps running");
  upgrade->add_option("new", words.subject, "The new statusd (default: what is now where it was started from)")
      ->type_name("FILE");
  upgrade->callback([&] { chosen = [&words](const Shell& shell) { return run_upgrade(shell, words.subject); }; });

  CLI::App* grant = app.add_subcommand("grant", "Let a module of modules.d/ call another one that it requires");
  grant->add_option("module", words.subject, "The module that calls")->required();
  grant->add_option("target", words.target, "The module that is called")->required();
  grant->add_option("methods", words.methods, "Only these: chat.send_message, chat.* (default: all)");
  grant->callback([&] {
    chosen = [&words](const Shell& shell) { return run_grant(shell, words.subject, words.target, words.methods); };
  });
  CLI::App* revoke = app.add_subcommand("revoke", "Take a grant back");
  revoke->add_option("module", words.subject, "The module that calls")->required();
  revoke->add_option("target", words.target, "The module that is called")->required();
  revoke->callback(
      [&] { chosen = [&words](const Shell& shell) { return run_revoke(shell, words.subject, words.target); }; });
}

void add_tokens(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* token = app.add_subcommand("token", "Credentials for front ends other than the local user's own");
  token->require_subcommand(1);
  CLI::App* create = token->add_subcommand("create", "Make one, and show it this once");
  create->add_option("name", words.token.name, "What it is called: a-z, 0-9, - and _")->required();
  create->add_option("--method", words.token.methods, "What it may call: chat.send_message, chat.*; may be repeated")
      ->required()
      ->type_name("PATTERN");
  create->add_option("--rate", words.token.rate, "Requests a second (default: no limit)")->type_name("N");
  create->add_option("--expires", words.token.lifetime, "After which time it is refused, such as 30d (default: never)")
      ->type_name("TIME");
  create
      ->add_option("--client", words.token.client,
                   "For a client on another machine: its fingerprint (statusctl remote identity there)")
      ->type_name("FINGERPRINT");
  create->callback([&] { chosen = [&words](const Shell& shell) { return run_token_create(shell, words.token); }; });
  token->add_subcommand("list", "Their names and scopes")->callback([&] { chosen = run_token_list; });
  CLI::App* revoke = token->add_subcommand("revoke", "End one, at once");
  revoke->add_option("name", words.token.name, "Its name")->required();
  revoke->callback(
      [&] { chosen = [&words](const Shell& shell) { return run_token_revoke(shell, words.token.name); }; });
}

void add_storage(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* storage = app.add_subcommand("storage", "Files, by the address of their contents");
  storage->require_subcommand(1);
  CLI::App* put = storage->add_subcommand("put", "Store a file and print its address; again: goes on where it stopped");
  put->add_option("file", words.put.file, "The file")->required()->type_name("FILE");
  put->add_option("--name", words.put.filename, "Its name in the manifest (default: its own; '': none)")
      ->type_name("NAME");
  put->add_option("--type", words.put.mimetype, "Its media type in the manifest (default: none)")->type_name("TYPE");
  put->add_flag("--pin", words.put.pinned, "It neither expires nor makes room for others");
  CLI::Option* data =
      put->add_option("--data-blocks", words.put.data_blocks, "On the disk each group of so many blocks")
          ->check(CLI::Range(1U, 64U));
  CLI::Option* parity = put->add_option("--parity-blocks", words.put.parity_blocks, "may lose so many, and is whole")
                            ->check(CLI::Range(1U, 16U));
  data->needs(parity);
  parity->needs(data);
  put->callback([&] { chosen = [&words](const Shell& shell) { return run_storage_put(shell, words.put); }; });
  CLI::App* get = storage->add_subcommand("get", "Write a stored file; again: goes on where it stopped");
  get->add_option("cid", words.get.cid, "Its address")->required()->type_name("CID");
  get->add_option("-o,--output", words.get.output, "Where it goes")->required()->type_name("FILE");
  get->callback([&] { chosen = [&words](const Shell& shell) { return run_storage_get(shell, words.get); }; });
}

void add_remote(CLI::App& app, Words& words, Command& chosen) {
  CLI::Option* url =
      app.add_option("--remote", words.remote_url, "A node on another machine: tls+tcp://HOST:PORT")->type_name("URL");
  CLI::Option* peer = app.add_option("--peer", words.peer, "Its fingerprint, as statusctl remote show says there")
                          ->type_name("FINGERPRINT");
  CLI::Option* identity = app.add_option("--identity", words.remote.tunnel.key_file,
                                         "The key of this client, as statusctl remote identity makes it")
                              ->type_name("FILE");
  CLI::Option* token =
      app.add_option("--token-file", words.remote.token_file, "The token that was made for this client")
          ->type_name("FILE");
  url->needs(peer)->needs(identity)->needs(token);
  for (CLI::Option* each : {peer, identity, token}) each->needs(url);

  CLI::App* remote = app.add_subcommand("remote", "The door for front ends on other machines");
  remote->require_subcommand(1);
  remote->add_subcommand("show", "Where it is, and the fingerprint that clients pin")->callback([&] {
    chosen = run_remote_show;
  });
  CLI::App* make = remote->add_subcommand("identity", "Print the fingerprint of a client key, made if there is none");
  make->add_option("file", words.subject, "The key: PEM, readable for its owner alone")->required()->type_name("FILE");
  make->callback([&] { chosen = [&words](const Shell& shell) { return run_remote_identity(shell, words.subject); }; });
}

// Throws CLI::ValidationError.
std::optional<RemotePlace> remote_place(const CLI::App& app, Words& words) {
  if (words.remote_url.empty()) return std::nullopt;
  const auto node = parse_remote_url(words.remote_url);
  if (!node || node->port == 0) throw CLI::ValidationError("--remote", "it must be tls+tcp://HOST:PORT");
  const auto peer = tls::parse_key_id(words.peer);
  if (!peer) throw CLI::ValidationError("--peer", "it must be 64 hex digits");
  const std::string command = app.get_subcommands().front()->get_name();
  if (std::ranges::find(kFromAfar, command) == kFromAfar.end()) {
    throw CLI::ValidationError(command, "it works with the node's own files: run it on the node's machine");
  }
  words.remote.tunnel.node = *node;
  words.remote.tunnel.node_key = *peer;
  return words.remote;
}

void add_quarantine(CLI::App& app, Words& words, Command& chosen) {
  CLI::App* quarantine = app.add_subcommand("quarantine", "Items that a module died of three times, and set aside");
  quarantine->require_subcommand(1);
  CLI::App* list = quarantine->add_subcommand("list", "What is there: never the content");
  list->add_option("module", words.subject, "Name of the module (default: all)");
  list->callback([&] { chosen = [&words](const Shell& shell) { return run_quarantine_list(shell, words.subject); }; });
  const std::pair<const char*, const char*> actions[] = {{"retry", "Handle one again, now; success removes it"},
                                                         {"drop", "Remove one for good"}};
  for (const auto& [action, help] : actions) {
    CLI::App* command = quarantine->add_subcommand(action, help);
    command->add_option("module", words.subject, "Name of the module")->required();
    command->add_option("id", words.id, "Its number in the list")->required();
    command->callback([&, name = std::string(action)] {
      chosen = [&words, name](const Shell& shell) { return run_quarantine(shell, name, words.subject, words.id); };
    });
  }
}

}  // namespace

int run_statusctl(int argc, const char* const* argv) {
  Words words;
  Command chosen;
  CLI::App app("statusctl: looks at a running Status node and steers it.", "statusctl");
  app.set_version_flag("--version", std::string("statusctl ") + STATUS_VERSION);
  words.data_dir = supervisor::default_data_dir();
  app.add_option("--data-dir", words.data_dir, "Directory of the node (STATUS_DATA_DIR, else as statusd's)")
      ->capture_default_str()
      ->required(words.data_dir.empty())
      ->type_name("DIR");
  app.add_option("--run-dir", words.run_dir, "Directory of its sockets, when statusd was given one")->type_name("DIR");
  app.add_flag("--json", words.json, "JSON also on a terminal; elsewhere it is JSON anyway");
  app.require_subcommand(1);
  app.fallthrough();
  add_reading_commands(app, words, chosen);
  add_logs(app, words, chosen);
  add_report(app, words, chosen);
  add_call(app, words, chosen);
  add_module_commands(app, words, chosen);
  add_configuration(app, words, chosen);
  add_tokens(app, words, chosen);
  add_quarantine(app, words, chosen);
  add_diagnosis(app, words, chosen);
  add_storage(app, words, chosen);
  add_remote(app, words, chosen);
  std::optional<RemotePlace> remote;
  try {
    app.parse(argc, argv);
    remote = remote_place(app, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  Shell shell;
  shell.place = find_place(words.data_dir, words.run_dir);
  shell.place.remote = std::move(remote);
  shell.terminal = ::isatty(STDOUT_FILENO) != 0;
  shell.json = words.json || !shell.terminal;
  return chosen(shell);
}

}  // namespace status::cli

## Nim procs as a module of a Status node: the Nim side of status_module.h. README.md beside that header is the recipe.
##
##   import status_module
##   proc added(sum: int) {.statusEvent: "A sum was made.".}
##   proc add(a, b: int): Future[int] {.statusMethod.} =
##     ## Adds two numbers.
##     added(a + b)
##     return a + b
##   statusModule("Sums", "1.0")
##
## All of it runs on the host's dispatcher thread. asyncdispatch is polled when its descriptor can be read, when its next
## timer is due, and after each call; nobody polls in vain. Written for Nim 1.6 and 2.x, with ORC and refc.
import std/[asyncdispatch, deques, heapqueue, json, macros, monotimes, posix, selectors, strutils, tables, times]
import status_json
export asyncdispatch, json, status_json

type
  Host = object  ## struct status_host, in its order
    size: uint32
    reply: proc (host: ptr Host, token: uint64, answer: cstring, size: csize_t) {.cdecl, gcsafe, raises: [].}
    fail: proc (host: ptr Host, token: uint64, code, reason, message: cstring) {.cdecl, gcsafe, raises: [].}
    remainingMs: proc (host: ptr Host, token: uint64): uint32 {.cdecl, gcsafe, raises: [].}
    publish: proc (host: ptr Host, event, data: cstring, size: csize_t) {.cdecl, gcsafe, raises: [].}
    count, gauge, observe: proc (host: ptr Host, name: cstring, value: cdouble) {.cdecl, gcsafe, raises: [].}
    log: proc (host: ptr Host, level: cint, text: cstring) {.cdecl, gcsafe, raises: [].}
    wake: proc (host: ptr Host) {.cdecl, gcsafe, raises: [].}
    watch: proc (host: ptr Host, descriptor: cint) {.cdecl, gcsafe, raises: [].}
  RawCall = object  ## struct status_call
    token: uint64
    name, params: cstring
    paramsSize: csize_t
    deadlineMs: uint32
    caller, idempotencyKey: cstring

  StatusCall* = object  ## The call at hand, for a method whose first parameter is one.
    token: uint64
    caller*, idempotencyKey*: string
  StatusReason* = object
    code*, reason*: string
  StatusError* = object of CatchableError  ## Raised by a method: the error that its caller gets.
    code*, reason*: string
  StatusLevel* = enum
    logDebug = 1, logInfo, logWarn, logError
  Handler = proc (call: StatusCall, params: JsonText)
  Field = tuple[name, schema: string, required: bool]

const abiVersion = 1'u32

var host: ptr Host
var handlers: Table[string, Handler]
var startHook, stopHook: proc ()
var loop: PDispatcher
var loopDescriptor: cint
var settings: JsonNode
var dataDir: string
var methods {.compileTime.}: seq[string] = @[]
var events {.compileTime.}: seq[string] = @[]
var reasons {.compileTime.} = initTable[string, tuple[code, reason, doc: string]]()

# What a module calls.

proc remainingMs*(call: StatusCall): int = int(host.remainingMs(host, call.token))
  ## How long the caller still waits; 0: nobody does.
proc statusSettings*(): JsonNode = settings  ## [settings] of the manifest; from statusStart on.
proc statusDataDir*(): string = dataDir      ## The module's own folder.
proc statusStart*(hook: proc ()) = startHook = hook
  ## Called once before the first call. What it raises is why the module does not start.
proc statusStop*(hook: proc ()) = stopHook = hook  ## Called last.
proc statusLog*(level: StatusLevel, text: string) = host.log(host, cint(level), cstring(text))
proc statusCount*(name: string, by = 1.0) = host.count(host, cstring(name), by)
proc statusGauge*(name: string, value: float) = host.gauge(host, cstring(name), value)
proc statusObserve*(name: string, seconds: float) = host.observe(host, cstring(name), seconds)
proc newError*(reason: StatusReason, message: string): ref StatusError =
  (ref StatusError)(code: reason.code, reason: reason.reason, msg: message)

# How a call is answered.

proc text(problem: ref Exception): string =
  result = problem.msg
  let trace = result.find("\nAsync traceback:")  # asyncdispatch appends one at each await
  if trace >= 0: result.setLen trace

proc fail(token: uint64, problem: ref Exception) =
  if problem of StatusError:
    let told = (ref StatusError)(problem)
    host.fail(host, token, cstring(told.code), cstring(told.reason), cstring(text(problem)))
  else:
    let words = $problem.name & ": " & text(problem)
    host.fail(host, token, "INTERNAL", "exception", cstring(words))

proc reply[T](token: uint64, value: T) =
  var answer = ""
  when T is object or T is tuple: writeJson(answer, value)
  else:
    answer.add "{\"result\":"
    writeJson(answer, value)
    answer.add '}'
  host.reply(host, token, cstring(answer), csize_t(answer.len))

proc replyNothing(token: uint64) = host.reply(host, token, "{}", 2)

proc settle[T](token: uint64, future: Future[T]) =
  if future.failed: fail(token, future.readError())
  else:
    when T is void: replyNothing(token)
    else: reply(token, future.read())

proc answer[T](call: StatusCall, value: T) =
  let token = call.token
  when T is Future:
    if value.finished: settle(token, value)
    else: value.addCallback(proc (done: T) {.gcsafe.} = settle(token, done))
  else: reply(token, value)

proc answerNothing(call: StatusCall) = replyNothing(call.token)

proc argument[T](params: JsonText, name: string, fallback: T): T =
  let given = params.field(name)
  if given.isThere: readJson(result, given) else: result = fallback

proc publish(event, data: string) = host.publish(host, cstring(event), cstring(data), csize_t(data.len))

# How procs become methods and events.

proc snake(name: string): string =
  for c in name:
    if c in {'A'..'Z'}: result.add "_" & c.toLowerAscii
    else: result.add c

proc schema(fields: seq[Field]): string =
  var properties, required = ""
  for field in fields:
    properties.add((if properties.len == 0: "" else: ",") & escapeJson(field.name) & ":" & field.schema)
    if field.required: required.add((if required.len == 0: "" else: ",") & escapeJson(field.name))
  """{"type":"object","properties":{""" & properties & "},\"required\":[" & required & "]}"

proc resultSchema[T](kind: typedesc[T]): string =
  when T is object or T is tuple: schemaOf(T) else: schema(@[("result", schemaOf(T), true)])

proc describeMethod(name, summary, effect, answer, errors: string, params: seq[Field]) {.compileTime.} =
  methods.add "{\"name\":" & escapeJson(name) & ",\"summary\":" & escapeJson(summary) & ",\"effect\":\"" & effect &
    "\",\"params\":" & schema(params) & ",\"result\":" & answer & ",\"errors\":[" & errors & "]}"

proc describeEvent(name, summary: string, data: seq[Field]) {.compileTime.} =
  events.add "{\"name\":" & escapeJson(name) & ",\"summary\":" & escapeJson(summary) & ",\"data\":" & schema(data) & "}"

proc fieldsOf(definition: NimNode): seq[tuple[name, kind, fallback: NimNode]] =
  ## Its parameters, one by one.
  for i in 1 ..< definition.params.len:
    let group = definition.params[i]
    let kind = if group[^2].kind == nnkEmpty: newCall(ident"typeof", group[^1]) else: group[^2]
    for j in 0 ..< group.len - 2: result.add (group[j], kind, group[^1])

proc fieldList(fields: seq[tuple[name, kind, fallback: NimNode]]): NimNode =
  ## The expression of a seq[Field].
  if fields.len == 0: return newCall(newTree(nnkBracketExpr, ident"newSeq", bindSym"Field"))
  let list = newNimNode(nnkBracket)
  for (name, kind, fallback) in fields:
    let optional = fallback.kind != nnkEmpty or (kind.kind == nnkBracketExpr and kind[0].eqIdent "Option")
    list.add newTree(nnkTupleConstr, newColonExpr(ident"name", newLit(snake($name))),
      newColonExpr(ident"schema", newCall(bindSym"schemaOf", kind)), newColonExpr(ident"required", newLit(not optional)))
  prefix(list, "@")

proc reasonsIn(node: NimNode, found: var seq[string]) {.compileTime.} =
  if node.kind == nnkIdent and $node in reasons:
    let (code, reason, doc) = reasons[$node]
    let entry = "{\"code\":\"" & code & "\",\"reason\":\"" & reason & "\",\"description\":" & escapeJson(doc) & "}"
    if entry notin found: found.add entry
  for child in node: reasonsIn(child, found)

proc addHandler(name: string, handler: Handler) = handlers[name] = handler

proc exposed(definition: NimNode, effect: string): NimNode {.compileTime.} =
  let summary =
    if definition.body.len > 0 and definition.body[0].kind == nnkCommentStmt: definition.body[0].strVal.splitLines[0]
    else: ""
  if summary.len == 0: error("a method begins with a doc comment that says what it does", definition)
  var given = definition.params[0]
  let waits = given.kind == nnkBracketExpr and given[0].eqIdent "Future"
  if waits:
    given = given[1]
    var said = false
    for pragma in definition.pragma: said = said or pragma.eqIdent "async"
    if not said: definition.addPragma ident"async"
  let call = genSym(nskParam, "call")
  let params = genSym(nskParam, "params")
  var invocation = newCall(definition.name)
  var fields = fieldsOf(definition)
  if fields.len > 0 and fields[0].kind.eqIdent "StatusCall":
    invocation.add call
    fields.delete 0
  for (name, kind, fallback) in fields:
    let word = newLit(snake($name))
    let other = if fallback.kind == nnkEmpty: newCall(ident"default", kind) else: fallback
    invocation.add newCall(newTree(nnkBracketExpr, bindSym"argument", kind), params, word, other)
  let nothing = given.kind == nnkEmpty or given.eqIdent "void"
  let answered =
    if waits or not nothing: newCall(bindSym"answer", call, invocation)
    else: newStmtList(invocation, newCall(bindSym"answerNothing", call))
  let answerSchema = if nothing: newLit(schema(@[])) else: newCall(bindSym"resultSchema", given)
  var errors: seq[string]
  reasonsIn(definition.body, errors)
  let (name, list, errorTexts) = (newLit(snake($definition.name)), fieldList(fields), newLit(errors.join(",")))
  let (summaryText, effectText) = (newLit(summary), newLit(effect))
  result = quote do:
    `definition`
    static: describeMethod(`name`, `summaryText`, `effectText`, `answerSchema`, `errorTexts`, `list`)
    addHandler(`name`, proc (`call`: StatusCall, `params`: JsonText) = `answered`)

macro statusMethod*(definition: untyped): untyped = exposed(definition, "read")
  ## A method that changes nothing. Its doc comment's first line is the summary; names become snake_case. One that
  ## returns a Future is async without saying so.
macro statusWrite*(definition: untyped): untyped = exposed(definition, "write")
  ## A method that changes state.

macro statusEvent*(summary: static string, definition: untyped): untyped =
  ## A proc without a body: calling it publishes its arguments.
  let data = genSym(nskVar, "data")
  let fields = fieldsOf(definition)
  var body = newStmtList(newVarStmt(data, newLit("{")))
  for i, field in fields:
    body.add newCall(bindSym"add", data, newLit((if i == 0: "" else: ",") & escapeJson(snake($field.name)) & ":"))
    body.add newCall(bindSym"writeJson", data, field.name)
  let name = newLit(snake($definition.name))
  body.add newCall(bindSym"publish", name, infix(data, "&", newLit("}")))
  definition.body = body
  let (list, text) = (fieldList(fields), newLit(summary))
  result = quote do:
    static: describeEvent(`name`, `text`, `list`)
    `definition`

macro statusReason*(name: untyped, code, doc: static string): untyped =
  ## `statusReason tooBig, "OUT_OF_RANGE", "Past 64 bits."` and then `raise tooBig.newError("…")`: a method that names it
  ## has it in its description.
  let word = snake($name)
  reasons[$name] = (code, word, doc)
  result = quote do:
    const `name` = StatusReason(code: `code`, reason: `word`)

macro statusModule*(title, version: static string, team: static string = "", contact: static string = ""): untyped =
  ## Once, after all methods and events.
  let owner =
    if team == "": "" else: ",\"owner\":{\"team\":" & escapeJson(team) & ",\"contact\":" & escapeJson(contact) & "}"
  let text = newLit("{\"interface\":" & escapeJson(version) & ",\"title\":" & escapeJson(title) & owner & ",\"methods\":[" &
    methods.join(",") & "],\"events\":[" & events.join(",") & "]}")
  result = quote do:
    proc status_module_describe(): cstring {.exportc, cdecl, dynlib.} = cstring(`text`)

# What the host calls.

proc nimMain() {.importc: "status_module_NimMain", cdecl.}

template entered(body: untyped) =
  ## refc looks for references between the outermost frame that it knows and the top of the stack.
  when declared(nimGC_setStackBottom):
    var here {.volatile.}: pointer
    here = addr here
    nimGC_setStackBottom(here)
  body

proc status_module_abi(): uint32 {.exportc, cdecl, dynlib.} = abiVersion

proc begin(config: string) =
  let given = parseJson(config)
  settings = given{"settings"}
  dataDir = given{"data_dir"}.getStr
  loop = getGlobalDispatcher()
  loopDescriptor = cint(loop.getIoHandler().getFd())
  host.watch(host, loopDescriptor)
  if startHook != nil: startHook()

proc status_module_start(config: cstring, size: csize_t, given: ptr Host): cint {.exportc, cdecl, dynlib.} =
  host = given
  nimMain()
  host = given
  entered:
    try:
      begin($config)
    except Exception as problem:
      fail(0, problem)
      return 1

proc status_module_call(call: ptr RawCall) {.exportc, cdecl, dynlib.} =
  entered:
    try:
      let handed = StatusCall(token: call.token, caller: $call.caller, idempotencyKey: $call.idempotencyKey)
      handlers[$call.name](handed, jsonText(call.params))
    except Exception as problem:
      fail(call.token, problem)

proc nextTimer(): int32 =
  ## Milliseconds until it is due; -1: there is none.
  if loop.timers.len == 0: return -1
  int32(clamp((loop.timers[0].finishAt - getMonoTime()).inMilliseconds + 1, 0'i64, int64(high(int32))))

proc somethingIsDue(): bool =
  ## Without asyncdispatch's own procs: each of them makes ORC look through the whole dispatcher, which takes longer than
  ## most calls.
  var place = TPollfd(fd: loopDescriptor, events: POLLIN)
  loop.callbacks.len > 0 or (loop.timers.len > 0 and loop.timers[0].finishAt <= getMonoTime()) or
    posix.poll(addr place, 1, 0) > 0

proc status_module_poll(): int32 {.exportc, cdecl, dynlib.} =
  entered:
    try:
      if somethingIsDue(): asyncdispatch.poll(0)
    except Exception as problem:  # of a proc that nobody awaits
      statusLog(logError, "nobody waits for what failed: " & $problem.name & ": " & problem.msg)
    return if loop.callbacks.len > 0: 0'i32 else: nextTimer()

proc status_module_stop(deadlineMs: uint32) {.exportc, cdecl, dynlib.} =
  entered:
    try:
      if stopHook != nil: stopHook()
    except Exception as problem:
      statusLog(logError, "the end: " & $problem.name & ": " & problem.msg)

## A module in Nim: sums. `nim c sums.nim` in this folder makes libsums.so.
import std/[options, times]
import status_module

type Figures = object
  sums: int
  largest: Option[int]

var figures: Figures

statusReason tooBig, "OUT_OF_RANGE", "The sum does not fit into 32 bits."

proc added(sum: int) {.statusEvent: "A sum was made.".}

proc checked(sum: int): int =
  if sum > int32.high: raise tooBig.newError("the sum " & $sum & " does not fit into 32 bits")
  inc figures.sums
  if figures.largest.isNone or figures.largest.get < sum: figures.largest = some(sum)
  sum

proc add(a, b: int): int {.statusMethod.} =
  ## Adds two numbers.
  a + b

proc addLater(a, b: int, ms = 10): Future[int] {.statusWrite.} =
  ## Adds two numbers in a while, tells everybody, and counts it. Errors: tooBig.
  let begun = epochTime()
  await sleepAsync(ms)
  if a + b > int32.high: raise tooBig.newError("the sum of " & $a & " and " & $b & " does not fit into 32 bits")
  result = checked(a + b)
  added(result)
  statusCount("sums")
  statusObserve("wait_seconds", epochTime() - begun)

proc addAtOnce(a, b: int): Future[int] {.statusMethod.} =
  ## Adds two numbers; async, and nothing to wait for.
  return a + b

proc divide(a, b: int): Future[int] {.statusMethod.} =
  ## Divides. By zero, as any exception that nobody catches, it is INTERNAL with the exception's text.
  await sleepAsync(1)
  return a div b

proc largest(): Figures {.statusMethod.} =
  ## What was counted so far.
  figures

proc reverse(data: seq[byte], words: seq[string]): tuple[data: seq[byte], words: seq[string]] {.statusMethod.} =
  ## Binary and lists, the other way round.
  for i in countdown(data.high, 0): result.data.add data[i]
  for i in countdown(words.high, 0): result.words.add words[i]

proc patience(call: StatusCall): int {.statusMethod.} =
  ## How long its caller still waits, in milliseconds.
  call.remainingMs

proc hold(): Future[int] {.statusMethod.} =
  ## Is answered in an hour.
  await sleepAsync(3_600_000)

proc crash() {.statusMethod.} =
  ## Ends the process.
  cast[ptr int](8)[] = 1

statusStart(proc () =
  if statusSettings(){"refuse"}.getBool:
    raise StatusReason(code: "FAILED_PRECONDITION", reason: "refused").newError("`refuse` is set")
  statusLog(logInfo, "sums begin"))
statusStop(proc () = statusLog(logInfo, "sums end"))

statusModule("Sums", "1.0", team = "sums", contact = "sums@example.org")

## Nim values as the JSON of status_module.h, and their types as JSON Schema. Integers, floats, bool, string, enums,
## seq[byte] (base64), seq, Option, objects, tuples with names, and JsonNode for what has no type.
##
## What is read was written and checked by the host. It is read in place: a tree of nodes costs more than most calls.
import std/[base64, json, options, parseutils]

type JsonText* = object  ## A value within a text that outlives it.
  text: cstring
  at: int  ## where it begins; -1: there is none

proc schemaOf*[T](kind: typedesc[T]): string =
  ## The JSON Schema of a type. At compile time.
  when T is JsonNode: "{}"
  elif T is Option:
    var inner: T
    schemaOf(typeof(inner.get))
  elif T is bool: """{"type":"boolean"}"""
  elif T is SomeInteger: """{"type":"integer"}"""
  elif T is SomeFloat: """{"type":"number"}"""
  elif T is string or T is enum: """{"type":"string"}"""
  elif T is seq[byte]: """{"type":"string","contentEncoding":"base64"}"""
  elif T is seq:
    var items: T
    """{"type":"array","items":""" & schemaOf(typeof(items[0])) & "}"
  elif T is object or T is tuple:
    var fields, required = ""
    var value: T
    for name, field in fieldPairs(value):
      fields.add((if fields.len == 0: "" else: ",") & escapeJson(name) & ":" & schemaOf(typeof(field)))
      when field isnot Option: required.add((if required.len == 0: "" else: ",") & escapeJson(name))
    """{"type":"object","properties":{""" & fields & "},\"required\":[" & required & "]}"
  else: {.error: "a module's methods and events cannot have this type".}

proc writeJson*[T](to: var string, value: T) =
  ## Appends the value.
  when T is JsonNode: toUgly(to, value)
  elif T is Option:
    if value.isSome: writeJson(to, value.get) else: to.add "null"
  elif T is bool: to.add(if value: "true" else: "false")
  elif T is SomeUnsignedInt: to.add $value
  elif T is SomeInteger: to.addInt BiggestInt(value)
  elif T is SomeFloat: to.add $(%float(value))
  elif T is string: escapeJson(value, to)
  elif T is enum: escapeJson($value, to)
  elif T is seq[byte]: to.add '"' & encode(value) & '"'
  elif T is seq:
    to.add '['
    for i, item in value:
      if i > 0: to.add ','
      writeJson(to, item)
    to.add ']'
  else:
    to.add '{'
    for name, field in fieldPairs(value):
      if to[^1] != '{': to.add ','
      escapeJson(name, to)
      to.add ':'
      writeJson(to, field)
    to.add '}'

proc jsonText*(text: cstring): JsonText = JsonText(text: text, at: 0)

proc endOfString(text: cstring, at: int): int =
  ## Behind the string that begins there.
  result = at + 1
  while text[result] != '"': result += (if text[result] == '\\': 2 else: 1)
  inc result

proc endOf(text: cstring, at: int): int =
  ## Behind the value that begins there.
  var depth = 0
  result = at
  while true:
    case text[result]
    of '"': result = endOfString(text, result)
    of '{', '[':
      inc depth
      inc result
      continue
    of '}', ']':
      dec depth
      inc result
    of ',', ':': inc result
    of '\0': return
    else:
      while text[result] notin {',', ':', '}', ']', '\0'}: inc result
    if depth <= 0: return

proc slice(value: JsonText): string =
  let length = endOf(value.text, value.at) - value.at
  result = newString(length)
  for i in 0 ..< length: result[i] = value.text[value.at + i]

iterator items(value: JsonText): JsonText =
  var at = value.at + 1
  while value.text[at] != ']':
    yield JsonText(text: value.text, at: at)
    at = endOf(value.text, at)
    if value.text[at] == ',': inc at

proc field*(value: JsonText, name: string): JsonText =
  ## Of an object; of names without escapes.
  result = JsonText(text: value.text, at: -1)
  var at = value.at + 1
  while value.text[at] == '"':
    let key = at + 1
    at = endOfString(value.text, at)
    var same = at - 1 - key == name.len
    for i in 0 ..< name.len:
      if not same: break
      same = value.text[key + i] == name[i]
    if same: return JsonText(text: value.text, at: at + 1)
    at = endOf(value.text, at + 1)
    if value.text[at] == ',': inc at

proc isThere*(value: JsonText): bool = value.at >= 0 and value.text[value.at] != 'n'  ## And is not null.

proc readText(value: JsonText): string =
  result = slice(value)
  if '\\' in result: return parseJson(result).getStr
  result = result[1 .. ^2]

proc readJson*[T](value: var T, given: JsonText) =
  ## A number that does not fit its type and a word that is none of an enum raise.
  when T is JsonNode: value = if given.at < 0: newJNull() else: parseJson(slice(given))
  elif T is Option:
    if given.isThere:
      var inner: typeof(value.get)
      readJson(inner, given)
      value = some(inner)
  elif T is bool: value = given.text[given.at] == 't'
  elif T is SomeUnsignedInt:
    var number: BiggestUInt
    if parseBiggestUInt(slice(given), number) == 0 or number > BiggestUInt(high(T)):
      raise newException(ValueError, slice(given) & " does not fit")
    value = T(number)
  elif T is SomeInteger:
    var number: BiggestInt
    if parseBiggestInt(slice(given), number) == 0 or number < BiggestInt(low(T)) or number > BiggestInt(high(T)):
      raise newException(ValueError, slice(given) & " does not fit")
    value = T(number)
  elif T is SomeFloat:
    var number: BiggestFloat
    discard parseBiggestFloat(slice(given), number)
    value = T(number)
  elif T is string: value = readText(given)
  elif T is enum: value = to(%readText(given), T)
  elif T is seq[byte]:
    let bytes = decode(readText(given))
    value = @(bytes.toOpenArrayByte(0, bytes.high))
  elif T is seq:
    for item in items(given):
      value.setLen value.len + 1
      readJson(value[^1], item)
  else:
    for name, part in fieldPairs(value): readJson(part, given.field(name))

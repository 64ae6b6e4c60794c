// Message hashes by the Waku team's own package: reads one message a line as JSON ({pubsub, payload, topic, meta, time},
// bytes as hex, the time in nanoseconds as text), writes one hash a line as hex.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const place = `${process.env.STATUS_WAKU_MODULES}/node_modules/@waku/message-hash/dist/index.js`;
const { messageHashStr } = await import(pathToFileURL(place));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));

for await (const line of createInterface({ input: process.stdin })) {
  const { pubsub, payload, topic, meta, time } = JSON.parse(line);
  const message = { payload: bytes(payload), contentTopic: topic, meta: bytes(meta), timestamp: BigInt(time) };
  console.log(messageHashStr(pubsub, message));
}

// Asks Perfetto's trace processor: node perfetto.mjs FOLDER TRACE SQL; prints the rows as JSON.
// FOLDER is that of ui.perfetto.dev. Its worker is loaded as the page does it, and spoken to in its
// protocol: protos/perfetto/trace_processor/trace_processor.proto, of which the numbers here are.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

const [folder, trace, sql] = process.argv.slice(2);

// Protocol buffers, as far as they are needed.
const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)]);
const field = (tag, content) =>
  Buffer.concat([Buffer.from([...varint((tag << 3) | 2), ...varint(content.length)]), content]);
const request = (method, ...args) => field(1, Buffer.concat([Buffer.from([16, method]), ...args]));

function numbers(buffer, start = 0, most = Infinity) {
  const found = [];
  let at = start;
  while (at < buffer.length && found.length < most) {
    let value = 0n;
    for (let shift = 0n, octet = 128; octet > 127; shift += 7n) {
      octet = buffer[at++];
      value |= BigInt(octet & 127) << shift;
    }
    found.push(BigInt.asIntN(64, value));
  }
  return [found, at];
}

function message(buffer) {
  const found = {};
  for (let at = 0; at < buffer.length; ) {
    let [key, size] = [0n, 0n];
    [[key], at] = numbers(buffer, at, 1);
    const tag = (found[Number(key >> 3n)] ??= []);
    if ((key & 7n) === 0n) {
      [[size], at] = numbers(buffer, at, 1);
      tag.push(size);
      continue;
    }
    const wide = { 1: 8, 5: 4 }[key & 7n];
    if (!wide) [[size], at] = numbers(buffer, at, 1);
    tag.push(buffer.subarray(at, (at += wide ?? Number(size))));
  }
  return found;
}

// The answer to a query comes in batches of cells, the kinds and the values apart.
const cells = [];
function take(result) {
  const said = message(result);
  if (said[2]) throw new Error(said[2][0].toString());
  for (const batch of (said[3] ?? []).map(message)) {
    const integers = (batch[2] ?? []).flatMap((packed) => numbers(packed)[0]);
    const texts = (batch[5] ?? []).flatMap((joined) => joined.toString().split("\0"));
    for (const kind of (batch[1] ?? []).flatMap((packed) => numbers(packed)[0])) {
      if (kind === 1n) cells.push(null);
      else if (kind === 2n) cells.push(Number(integers.shift()));
      else if (kind === 4n) cells.push(texts.shift());
      else throw new Error(`a cell of kind ${kind} is not read here`);
    }
  }
  return (said[1] ?? []).length;
}

const port = {
  postMessage(reply) {
    for (const said of message(Buffer.from(reply))[1].map(message)) {
      if (said[5]) throw new Error(said[5][0].toString());
      if (said[203]) this.columns ||= take(said[203][0]);
    }
  },
};
const world = vm.createContext({
  console: { ...console, log: () => {}, warn: () => {} },
  location: { href: "http://localhost/" },
  WorkerGlobalScope: class {}, // tells it that it is in a worker
  TextDecoder,
  URL,
  performance,
  XMLHttpRequest: class {
    open(_method, name) {
      this.name = name.split("/").pop();
    }
    send() {
      this.response = new Uint8Array(readFileSync(join(folder, this.name))).buffer;
    }
  },
});
world.self = world;
vm.runInContext(readFileSync(join(folder, "engine_bundle.js"), "utf8"), world);
await new Promise(setImmediate);
world.onmessage({ data: port });
const own = vm.runInContext("bytes => Uint8Array.from(bytes)", world);
const [APPEND, FINALIZE, QUERY] = [1, 2, 3];
for (const said of [
  request(APPEND, field(101, readFileSync(trace))),
  request(FINALIZE),
  request(QUERY, field(103, field(1, Buffer.from(sql)))),
]) {
  port.onmessage({ data: own(said) });
}
const rows = [];
while (cells.length) rows.push(cells.splice(0, port.columns));
console.log(JSON.stringify(rows));

// A product guest with hand-written handlers, node as a plain host: water.mjs MODULE
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const IF = "example:foo/bar";
const waters = new Map();
let next = 1;
let exports;
const drop = (handle) => {
  const rep = waters.get(handle);
  assert.notEqual(rep, undefined);
  waters.delete(handle);
  exports[`${IF}#[dtor]water`](rep);
};
const imports = {
  [`[export]${IF}`]: {
    "[resource-new]water": (rep) => (waters.set(next, rep), next++),
    "[resource-rep]water": (handle) => waters.get(handle),
    "[resource-drop]water": drop,
  },
};
exports = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(process.argv[2])), imports).exports;
const view = () => new DataView(exports.memory.buffer);
const lower = (text) => {
  const data = Buffer.from(text);
  const at = exports.cabi_realloc(0, 0, 1, data.length);
  new Uint8Array(exports.memory.buffer, at, data.length).set(data);
  return [at, data.length];
};
const text = (at) =>
  Buffer.from(new Uint8Array(exports.memory.buffer, view().getInt32(at, true), view().getInt32(at + 4, true))).toString();
const call = (name, ...args) => exports[`${IF}#${name}`](...args);
const lifted = (name, at, read) => {
  const value = read(at);
  exports[`cabi_post_${IF}#${name}`](at);
  return value;
};
const list = (handles) => {
  const at = exports.cabi_realloc(0, 0, 4, handles.length * 4);
  handles.forEach((h, i) => view().setInt32(at + i * 4, h, true));
  return [at, handles.length];
};
const make = (liters, label) => call("[constructor]water", liters, ...lower(label));

let size;
for (let round = 0; round < 3000; ++round) {
  assert.equal(lifted("echo", call("echo", ...lower("caf\u00e9")), text), "caf\u00e9");
  const [a, b] = [make(3, "spring"), make(4, "tap")];
  let at = call("[method]water.drink", waters.get(a), 1);
  assert.equal(view().getUint8(at), 0);
  assert.equal(view().getInt32(at + 4, true), 2);
  exports[`cabi_post_${IF}#[method]water.drink`](at);
  at = call("[method]water.drink", waters.get(a), 9);
  assert.equal(view().getUint8(at), 1);
  assert.equal(text(at + 4), "not enough");
  exports[`cabi_post_${IF}#[method]water.drink`](at);
  const merged = call("[static]water.merge", a, b);
  assert.deepEqual([...waters.keys()], [merged]);
  assert.equal(lifted("[method]water.label", call("[method]water.label", waters.get(merged)), text), "spring");
  const others = [make(1, ""), make(2, "x")];
  assert.equal(call("count", ...list(others)), 2);
  assert.equal(waters.size, 1);
  at = call("oldest", ...list([merged, make(5, "young")]));
  assert.equal(view().getUint8(at), 1);
  assert.equal(view().getInt32(at + 4, true), merged);
  assert.equal(waters.size, 1);
  drop(merged);
  assert.equal(waters.size, 0);
  if (round === 100) size = exports.memory.buffer.byteLength;
}
assert.equal(exports.memory.buffer.byteLength, size);

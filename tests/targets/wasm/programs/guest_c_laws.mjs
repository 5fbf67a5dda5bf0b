// The laws of a guest in C, with node as a plain host: guest_c_laws.mjs MODULE ENCODING WITNESS WITNESS
import { readFileSync } from "node:fs";
import assert from "node:assert/strict";

const [, , path, encodingText, witnessA, witnessB] = process.argv;
const encoding = Number(encodingText);
const API = "fficheck:water/api";
const HOST = "fficheck:water/host";

let exports;
const view = () => new DataView(exports.memory.buffer);
const bytes = (at, size) => new Uint8Array(exports.memory.buffer, at >>> 0, size);

// ---- handles ----
class Table {
  entries = [null];
  add(rep) {
    const free = this.entries.indexOf(undefined);
    if (free > 0) {
      this.entries[free] = rep;
      return free;
    }
    return this.entries.push(rep) - 1;
  }
  get(handle) {
    assert.ok(this.entries[handle] != null, `handle ${handle} is not there`);
    return this.entries[handle];
  }
  take(handle) {
    const rep = this.get(handle);
    this.entries[handle] = undefined;
    return rep;
  }
  live() {
    return this.entries.filter((e) => e != null).length;
  }
}
const waters = new Table();
const taps = new Table();
let tapsMade = 0;

// ---- strings ----
const TAG = 0x80000000;
function lowerString(text) {
  const latin = encoding === 2 && [...text].every((c) => c.codePointAt(0) < 0x100);
  let data;
  let length;
  if (encoding === 0) {
    data = Buffer.from(text, "utf8");
    length = data.length;
  } else if (latin) {
    data = Buffer.from(text, "latin1");
    length = data.length;
  } else {
    data = Buffer.from(text, "utf16le");
    length = data.length / 2;
    if (encoding === 2) length = (length | TAG) >>> 0;
  }
  const at = exports.cabi_realloc(0, 0, encoding === 0 ? 1 : 2, data.length);
  bytes(at, data.length).set(data);
  return [at, length];
}
function rawString(at, length) {
  const units = encoding === 2 ? (length & ~TAG) >>> 0 : length >>> 0;
  const wide = encoding === 1 || (encoding === 2 && (length & TAG) !== 0);
  return Buffer.from(bytes(at, wide ? units * 2 : units));
}
function liftString(at, length) {
  const raw = rawString(at, length);
  if (encoding === 0) return raw.toString("utf8");
  return encoding === 1 || (length & TAG) !== 0 ? raw.toString("utf16le") : raw.toString("latin1");
}
function lowerRaw(raw, align) {
  const at = exports.cabi_realloc(0, 0, align, raw.length);
  bytes(at, raw.length).set(raw);
  return at;
}

// ---- the host's functions ----
let sumSeen = null;
const imports = {
  [`[export]${API}`]: {
    "[resource-new]water": (rep) => waters.add(rep),
    "[resource-rep]water": (handle) => waters.get(handle),
    "[resource-drop]water": (handle) => exports[`${API}#[dtor]water`](waters.take(handle)),
  },
  [HOST]: {
    "[resource-drop]tap-2": (handle) => void taps.take(handle),
    "[constructor]tap-2": () => taps.add(++tapsMade),
    "[method]tap-2.flow": (self) => BigInt(taps.get(self)),
    "echo-text": (at, length, out) => {
      const copy = lowerRaw(rawString(at, length), 2);
      view().setInt32(out, copy, true);
      view().setInt32(out + 4, length, true);
    },
    "echo-drops": (at, length, out) => {
      // { size: u8, name: string }: 12 bytes, the name at 4.
      const copy = exports.cabi_realloc(0, 0, 4, length * 12);
      for (let i = 0; i < length; ++i) {
        const name = view().getInt32(at + i * 12 + 4, true);
        const size = view().getInt32(at + i * 12 + 8, true);
        const text = lowerRaw(rawString(name, size), 2);
        view().setUint8(copy + i * 12, view().getUint8(at + i * 12));
        view().setInt32(copy + i * 12 + 4, text, true);
        view().setInt32(copy + i * 12 + 8, size, true);
      }
      view().setInt32(out, copy, true);
      view().setInt32(out + 4, length, true);
    },
    "consume-tap": (a, b) => {
      taps.take(a);
      taps.get(b);
      return 0n;
    },
    sum: (at) => {
      // The tuple of 17 parameters, in memory.
      sumSeen = at;
      assert.equal(at % 8, 0);
      return 0n;
    },
  },
};

const module = new WebAssembly.Module(readFileSync(path));
exports = new WebAssembly.Instance(module, imports).exports;
exports._initialize();

const COUNTERS = ["allocations", "bytes", "badFrees", "total", "reallocs", "posts", "reps", "destructors"];
const counters = () =>
  Object.fromEntries(COUNTERS.map((name, i) => [name, Number(exports["fficheck:probe/probe#counter"](i))]));
const lastWitness = () => BigInt.asUintN(64, exports["fficheck:probe/probe#last-witness"]());
const call = (name, ...args) => exports[`${API}#${name}`](...args);
const post = (name, at) => exports[`cabi_post_${API}#${name}`](at);
const atRest = (bad = 0) => {
  const c = counters();
  assert.equal(c.allocations, 0);
  assert.equal(c.bytes, 0);
  assert.equal(c.badFrees, bad);
  assert.equal(c.reps, waters.live());
};
const traps = (what) => assert.throws(what, WebAssembly.RuntimeError);
const fresh = () => {
  exports = new WebAssembly.Instance(module, imports).exports;
};

// realloc: the ABI's rules.
{
  const at = exports.cabi_realloc(0, 0, 8, 10);
  assert.equal(at % 8, 0);
  bytes(at, 10).fill(7);
  const grown = exports.cabi_realloc(at, 10, 8, 1000);
  assert.deepEqual([...bytes(grown, 10)], Array(10).fill(7));
  assert.equal(counters().bytes, 1000);
  assert.equal(exports.cabi_realloc(grown, 1000, 8, 0), 8);
  assert.equal(exports.cabi_realloc(0, 0, 4, 0), 4);
  const big = exports.cabi_realloc(0, 0, 1, 3 << 20);
  bytes(big, 3 << 20).fill(1);
  exports.cabi_realloc(big, 3 << 20, 1, 0);
  assert.equal(bytes(big, 1)[0], 0xdd);
  atRest();
}

// Text: the callee's witness, the echo, what post-return frees and when.
for (const [text, witness] of [["caf\u00e9 au lait", witnessA], ["\u{1F600}!\u20ac", witnessB]]) {
  const answer = BigInt.asUintN(64, call("consume-text", ...lowerString(text)));
  assert.equal(answer, BigInt(witness));
  assert.equal(lastWitness(), BigInt(witness));
  atRest();
  const out = call("echo-text", ...lowerString(text));
  const at = view().getInt32(out, true);
  const length = view().getInt32(out + 4, true);
  assert.equal(liftString(at, length), text);
  assert.equal(counters().allocations, 1);
  post("echo-text", out);
  assert.equal(bytes(at, 1)[0], 0xdd);
  atRest();
  assert.ok(counters().posts > 0);
}
{
  const out = call("echo-text", 1, 0);
  assert.equal(view().getInt32(out + 4, true), 0);
  post("echo-text", out);
  atRest();
}

// Memory is flat over many calls.
{
  let size;
  for (let i = 0; i < 20000; ++i) {
    post("echo-text", call("echo-text", ...lowerString("x".repeat(i % 500))));
    if (i === 2000) size = exports.memory.buffer.byteLength;
  }
  assert.equal(exports.memory.buffer.byteLength, size);
  atRest();
}

// A post-return that is called twice is seen.
{
  const out = call("echo-text", ...lowerString("twice"));
  post("echo-text", out);
  post("echo-text", out);
  atRest(1);
  fresh();
}

// Joined flat types: f32, u64, string and nothing share two core values of type i64 and i32.
{
  const bits = new DataView(new ArrayBuffer(4));
  bits.setFloat32(0, 1.5);
  let out = call("echo-mixed", 0, BigInt(bits.getInt32(0)), 0);
  assert.equal(view().getUint8(out), 0);
  assert.equal(view().getFloat32(out + 8, true), 1.5);
  post("echo-mixed", out);
  out = call("echo-mixed", 1, 0xfedcba9876543210n, 0);
  assert.equal(view().getBigUint64(out + 8, true), 0xfedcba9876543210n);
  post("echo-mixed", out);
  const [at, length] = lowerString("mixed");
  out = call("echo-mixed", 2, BigInt(at), length);
  assert.equal(liftString(view().getInt32(out + 8, true), view().getInt32(out + 12, true)), "mixed");
  post("echo-mixed", out);
  out = call("echo-mixed", 3, 0n, 0);
  assert.equal(view().getUint8(out), 3);
  post("echo-mixed", out);
  atRest();
}

// Nested lists are freed at every level.
{
  const outer = exports.cabi_realloc(0, 0, 4, 16);
  for (let i = 0; i < 2; ++i) {
    const inner = exports.cabi_realloc(0, 0, 4, 24);
    for (let k = 0; k < 3; ++k) {
      const [at, length] = lowerString(k ? `${i} ${k}` : "");
      view().setInt32(inner + k * 8, at, true);
      view().setInt32(inner + k * 8 + 4, length, true);
    }
    view().setInt32(outer + i * 8, inner, true);
    view().setInt32(outer + i * 8 + 4, 3, true);
  }
  const out = call("echo-nested", outer, 2);
  assert.equal(counters().allocations, 7);
  post("echo-nested", out);
  atRest();
}

// Resources: constructed, looked at, passed on, dropped; a freed list drops what it owns.
{
  const before = counters().destructors;
  const make = (liters, name) => call("[constructor]water", liters, ...lowerString(name));
  const numbers = [];
  const handles = [];
  for (let i = 0; i < 5; ++i) {
    handles.push(make(i, `w${i}`));
    numbers.push(lastWitness());
  }
  assert.equal(new Set(numbers).size, 5);
  call("[method]water.drink", waters.get(handles[0]), 3);
  const list = () => {
    const at = exports.cabi_realloc(0, 0, 4, 8);
    view().setInt32(at, handles[1], true);
    view().setInt32(at + 4, handles[2], true);
    return at;
  };
  const out = call("echo-waters", list(), 2);
  assert.equal(view().getInt32(view().getInt32(out, true), true), handles[1]);
  post("echo-waters", out);
  assert.equal(waters.live(), 5);
  call("consume-waters", list(), 2, handles[0], 1, handles[3]);
  assert.equal(waters.live(), 1);
  assert.equal(counters().destructors - before, 4);
  // A borrow of an imported resource is given back before the call ends.
  const tap = taps.add(77);
  const pair = call("look", waters.get(handles[4]), tap);
  assert.equal(taps.live(), 0);
  const first = view().getInt32(pair, true);
  imports[`[export]${API}`]["[resource-drop]water"](first);
  if (view().getUint8(pair + 4)) imports[`[export]${API}`]["[resource-drop]water"](view().getInt32(pair + 8, true));
  imports[`[export]${API}`]["[resource-drop]water"](handles[4]);
  imports[`[export]${API}`]["[resource-drop]water"](call("[static]water.of", ...lowerString("of")));
  assert.equal(waters.live(), 0);
  atRest();
}

// Parameters that spill are freed by the guest.
{
  const at = exports.cabi_realloc(0, 0, 8, 72);
  bytes(at, 72).fill(0);
  const [text, length] = lowerString("spilled");
  view().setInt32(at + 60, text, true);
  view().setInt32(at + 64, length, true);
  const out = call("many", at);
  post("many", out);
  atRest();
}

// The guest as caller. Values of the stream, each answer as the document says.
const runImport = (name, law, count) => {
  const order = ["[constructor]tap-2", "[method]tap-2.flow", "echo-text", "echo-drops", "consume-tap", "sum"];
  const held = exports["fficheck:probe/probe#run-import"](0, order.indexOf(name), law, 42n, 0n, BigInt(count));
  return [Number(held), BigInt.asUintN(64, exports["fficheck:probe/probe#failed"]())];
};
const NONE = 2n ** 64n - 1n;
assert.deepEqual(runImport("echo-text", 2, 300), [300, NONE]);
assert.deepEqual(runImport("echo-text", 3, 100), [100, NONE]);
assert.deepEqual(runImport("echo-drops", 2, 300), [300, NONE]);
atRest();
// The host answers 0, no witness: the law does not hold, from the first value on.
assert.deepEqual(runImport("sum", 5, 3), [0, 0n]);
assert.notEqual(sumSeen, null);
assert.deepEqual(runImport("consume-tap", 0, 5), [0, 0n]);
assert.equal(tapsMade, 10);
assert.equal(taps.live(), 0);
runImport("[method]tap-2.flow", 5, 5);
assert.equal(taps.live(), 0);
atRest();

// What the ABI forbids traps.
for (const hostile of [
  () => call("echo-mixed", 4, 0n, 0),
  () => call("echo-mixed", -1, 0n, 0),
  () => call("echo-enum", 2),
  () => exports.cabi_realloc(16, 8, 4, 16),
  () => exports.cabi_realloc(0, 0, 3, 16),
  () => exports["fficheck:probe/probe#run-import"](9, 0, 0, 0n, 0n, 1n),
]) {
  fresh();
  traps(hostile);
}

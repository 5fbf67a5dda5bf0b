// What all parts share: elements, numbers as text, columns, colours.
// Text from the data goes into the page as text nodes and attributes only, never as markup.

const DATA = JSON.parse(document.getElementById('data').textContent);

/** h('a', {href: '#x', class: 'y', onclick: f}, 'text', child, [more]) */
function h(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for SVG. */
function s(name, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return element;
}

function say(text) {
  document.getElementById('said').textContent = text;
}

// ---- numbers as text

const NONE = '–';

function count(n) {
  return Number(n).toLocaleString('en-US');
}

/** 12,345 as 12.3k. */
function compact(n) {
  if (n < 10000) return count(n);
  for (const [size, unit] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (n >= size) return `${(n / size).toFixed(n / size < 99.95 ? 1 : 0)}${unit}`;
  }
  return count(n);
}

function counted(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** Three digits that count. */
function short(x) {
  if (x === null || x === undefined || !isFinite(x)) return NONE;
  const size = Math.abs(x);
  if (size !== 0 && size < 0.01) return x.toExponential(1);
  return size < 10 ? x.toFixed(2) : size < 100 ? x.toFixed(1) : count(Math.round(x));
}

function duration(ns) {
  if (ns === null || ns === undefined || !isFinite(ns)) return NONE;
  for (const [size, unit] of [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs']]) {
    if (ns >= size) return `${short(ns / size)} ${unit}`;
  }
  return `${short(ns)} ns`;
}

function seconds(total) {
  if (total < 10) return `${total.toFixed(1)} s`;
  const t = Math.round(total);
  if (t < 90) return `${t} s`;
  if (t < 5400) return `${Math.floor(t / 60)} min ${t % 60} s`;
  return `${Math.floor(t / 3600)} h ${Math.round((t % 3600) / 60)} min`;
}

/** A logarithm of a ratio as a change with its sign: "+5.2 %". */
function change(log, digits = 1) {
  if (log === null || log === undefined || !isFinite(log)) return NONE;
  return percent(Math.expm1(log), digits);
}

function percent(fraction, digits = 1) {
  const text = (Math.abs(fraction) * 100).toFixed(digits);
  const sign = Number(text) === 0 ? '±' : fraction < 0 ? '−' : '+';
  return `${sign}${text} %`;
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
  'October', 'November', 'December'];

/** "2026-01-31T02:00:00Z" as "31 January 2026, 02:00 UTC"; what is no date stays as it is. */
function when(text) {
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(text || '');
  if (!m || !MONTHS[m[2] - 1]) return text || '';
  return `${Number(m[3])} ${MONTHS[m[2] - 1]} ${m[1]}${m[4] ? `, ${m[4]} UTC` : ''}`;
}

/** A commit as one writes it; names of other kinds stay whole. */
function commit(text) {
  return /^[0-9a-f]{20,}/.test(text || '') ? text.slice(0, 10) : text || '';
}

/** Sizes in names as numbers, so that 8B comes before 1KiB: for sorting. */
const collator = new Intl.Collator('en', { numeric: true });
function shapeOrder(a, b) {
  const [x, y] = [a, b].map((text) =>
    text.replace(/(\d+)\s*(KiB|MiB|GiB)/g, (_, n, unit) => n * { KiB: 1024, MiB: 1048576, GiB: 1073741824 }[unit]));
  return collator.compare(x, y);
}

// ---- columns (reports/columns.h)

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const DIGIT = new Uint8Array(128);
for (let i = 0; i < 64; ++i) DIGIT[DIGITS.charCodeAt(i)] = i;

/** The numbers of a column, each times `unit`; null where one is absent. */
function column(text, unit = 1) {
  const out = [];
  let last = 0;
  for (let i = 0; i < text.length;) {
    if (text[i] === '!') {
      out.push(null);
      ++i;
      continue;
    }
    let number = 0;
    let scale = 1;
    let digit;
    do {
      digit = DIGIT[text.charCodeAt(i++)];
      number += (digit & 31) * scale;
      scale *= 32;
    } while (digit & 32);
    last += number % 2 ? -(number + 1) / 2 : number / 2;
    out.push(last * unit);
  }
  return out;
}

// ---- colours

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** Called again whenever the theme changes. */
const repaints = new Set();
function repaint() {
  for (const paint of repaints) paint();
}

/** Each target its colour and mark. */
const SERIES = 8;
const targetNumbers = new Map();
function targetNumber(name) {
  if (!targetNumbers.has(name)) targetNumbers.set(name, targetNumbers.size % SERIES);
  return targetNumbers.get(name);
}

// ---- small parts

const MARKS = { good: '✓', bad: '✕', warning: '!', quiet: '–' };

function badge(kind, text) {
  return h('span', { class: `badge ${kind}` },
    h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[kind]), text);
}

function copyButton(text, what) {
  const button = h('button', { class: 'copy', type: 'button', 'aria-label': `Copy ${what}` }, 'Copy');
  button.addEventListener('click', async () => {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = h('textarea', { class: 'visually-hidden' });
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand('copy');
      area.remove();
    }
    button.textContent = done ? 'Copied' : 'Select it';
    say(done ? `${what} copied` : 'could not copy');
    setTimeout(() => { button.textContent = 'Copy'; }, 1600);
  });
  return button;
}

/** A command or a text in a box of its own, with a button that copies it. */
function snippet(text, what, label) {
  return h('div', { class: 'snippet' },
    label ? h('span', { class: 'label' }, label) : null,
    h('pre', { tabindex: '0' }, h('code', {}, text)), copyButton(text, what));
}

/** A section that has nothing to show, and what would fill it. */
function empty(text, command) {
  return h('div', { class: 'empty' }, h('p', {}, text), command ? h('pre', {}, h('code', {}, command)) : null);
}

/** Calls `draw` once the element comes near the screen. */
const watcher = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    watcher.unobserve(entry.target);
    entry.target.drawLater?.();
    delete entry.target.drawLater;
  }
}, { rootMargin: '300px' });
function lazily(element, draw) {
  element.drawLater = draw;
  watcher.observe(element);
  return element;
}

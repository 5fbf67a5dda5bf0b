// Strips: one row's marks on an axis that all rows of a table share. In percent of the width, so that
// they fit any screen.

/** A linear axis of logarithms of ratios, 0 in the middle, labelled as changes. */
function changeAxis(rows) {
  const reach = rows.map((r) => Math.max(Math.abs(r.l), Math.abs(r.h))).filter(isFinite).sort((a, b) => a - b);
  const most = reach[reach.length - 1] ?? 0;
  const usual = reach[Math.floor((reach.length - 1) * 0.9)] ?? 0;
  // A few far out must not squeeze all the others: they get arrows.
  const wanted = most <= Math.max(0.2, 6 * usual) ? most : Math.max(0.2, 2 * usual);
  const ticks = [];
  if (wanted > 0.5) {
    // Far changes as multiples: twice, four times, half.
    const double = [1, 2, 4, 8].find((n) => n * 2 * Math.LN2 >= wanted) ?? 16;
    for (let k = -2; k <= 2; ++k) ticks.push({ at: k * double * Math.LN2, label: k === 0 ? '0' : `${k < 0 ? '÷' : '×'}${2 ** Math.abs(k * double)}` });
    return changePlaces(2 * double * Math.LN2, ticks);
  }
  const limit = [0.05, 0.1, 0.2, 0.5].find((r) => r >= wanted);
  const step = { 0.05: 0.02, 0.1: 0.05, 0.2: 0.1, 0.5: 0.2 }[limit];
  for (let at = -Math.floor(limit / step) * step; at <= limit + 1e-9; at += step) {
    ticks.push({ at: Math.log1p(at), label: Math.abs(at) < 1e-9 ? '0' : percent(at, 0).replace(' ', ' ') });
  }
  return changePlaces(-Math.log1p(-limit), ticks);
}

function changePlaces(limit, ticks) {
  return { place: (x) => 50 + (x / limit) * 47, inside: (x) => Math.abs(x) <= limit * 1.06, ticks };
}

/** A logarithmic axis of durations in ns. */
function timeAxis(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = [];
  const step = Math.ceil((high - low) / 6);
  for (let power = low; power <= high; power += step) {
    ticks.push({ at: 10 ** power, label: duration(10 ** power).replace(/\.0+(?= )/, '') });
  }
  return { place: (ns) => 2 + ((Math.log10(ns) - low) / (high - low)) * 94, inside: () => true, ticks };
}

const pc = (x) => `${Math.max(0, Math.min(100, x)).toFixed(2)}%`;

function axisHead(axis) {
  return h('span', { class: 'axis', 'aria-hidden': 'true' }, axis.ticks.map((tick) =>
    h('span', { class: 'tick', style: `left:${pc(axis.place(tick.at))}` }, tick.label)));
}

function gridLines(axis) {
  return axis.ticks.map((tick) => s('line', { class: tick.at === 0 || tick.label === '0' ? 'zero' : 'grid',
    x1: pc(axis.place(tick.at)), x2: pc(axis.place(tick.at)), y1: 0, y2: '100%' }));
}

function strip(label, ...marks) {
  return s('svg', { class: 'strip', role: 'img', 'aria-label': label, height: 26, width: '100%' }, marks);
}

/** An interval and its middle; what leaves the axis ends in an arrow. */
function intervalStrip(axis, row, label) {
  const [low, high] = [axis.place(row.l), axis.place(row.h)];
  const arrow = (x, points) => s('svg', { x: pc(x), y: 13, overflow: 'visible' }, s('polygon', { class: 'arrow', points }));
  return strip(label,
    s('rect', { class: 'band', x: pc(axis.place(-Math.log(1.03))), y: 0, height: '100%',
      width: pc(axis.place(Math.log(1.03)) - axis.place(-Math.log(1.03))) }),
    gridLines(axis),
    s('line', { class: 'interval', x1: pc(low), x2: pc(high), y1: 13, y2: 13 }),
    [[row.l, low], [row.h, high]].filter(([x]) => axis.inside(x)).map(([, at]) => s('line', { class: 'cap', x1: pc(at), x2: pc(at), y1: 8, y2: 18 })),
    row.l < 0 && !axis.inside(row.l) ? arrow(0, '0,0 7,-4 7,4') : null,
    row.h > 0 && !axis.inside(row.h) ? arrow(100, '0,0 -7,-4 -7,4') : null,
    axis.inside(row.t) ? s('svg', { x: pc(axis.place(row.t)), y: 13, overflow: 'visible' },
      s('rect', { class: 'middle', x: -3.5, y: -3.5, width: 7, height: 7, rx: 1.5 })) : null);
}

/** Marks that differ in shape as well as in colour. */
const SHAPES = [
  () => s('circle', { r: 4.6 }),
  () => s('rect', { x: -4.2, y: -4.2, width: 8.4, height: 8.4, rx: 1 }),
  () => s('polygon', { points: '0,-5.6 5.6,0 0,5.6 -5.6,0' }),
  () => s('polygon', { points: '0,-5.4 5.2,4.2 -5.2,4.2' }),
  () => s('polygon', { points: '0,5.4 5.2,-4.2 -5.2,-4.2' }),
  () => s('rect', { x: -2.6, y: -6, width: 5.2, height: 12, rx: 1 }),
  () => s('circle', { r: 4, class: 'hollow' }),
  () => s('rect', { x: -6, y: -2.6, width: 12, height: 5.2, rx: 1 }),
];

function targetMark(name, attributes = {}) {
  const n = targetNumber(name);
  return s('svg', { overflow: 'visible', ...attributes }, s('g', { class: `series series-${n}` }, SHAPES[n]()));
}

/** The legend of targets. */
function legend(names, more = []) {
  return h('ul', { class: 'legend' }, names.map((name) =>
    h('li', {}, s('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, targetMark(name, { x: 7, y: 7 })), name)), more);
}

/** A small line of a series, no axes; drawn on a canvas, since there may be many. */
function sparkline(canvas, values, steps) {
  const paint = () => {
    const box = canvas.getBoundingClientRect();
    if (!box.width) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    const g = canvas.getContext('2d');
    g.scale(ratio, ratio);
    const there = values.filter((v) => v !== null);
    if (there.length === 0) return;
    const [low, high] = [Math.min(...there), Math.max(...there)];
    const middle = (low + high) / 2;
    const reach = Math.max((high - low) / 2, 0.01);
    const x = (i) => 2 + (i / Math.max(1, values.length - 1)) * (box.width - 6);
    const y = (v) => box.height / 2 - ((v - middle) / reach) * (box.height / 2 - 3);
    g.strokeStyle = color('warn');
    for (const i of steps) {
      g.beginPath();
      g.moveTo(x(i), 0);
      g.lineTo(x(i), box.height);
      g.stroke();
    }
    g.strokeStyle = color('accent');
    g.lineWidth = 1.4;
    g.lineJoin = 'round';
    g.beginPath();
    let pen = false;
    values.forEach((v, i) => {
      if (v === null) pen = false;
      else if (pen) g.lineTo(x(i), y(v));
      else g.moveTo(x(i), y(v));
      pen = v !== null;
    });
    g.stroke();
    const last = values.length - 1;
    if (values[last] === null) return;
    g.fillStyle = color('accent');
    g.beginPath();
    g.arc(x(last), y(values[last]), 2.4, 0, 7);
    g.fill();
  };
  paint();
  const again = () => (canvas.isConnected ? paint() : repaints.delete(again));
  repaints.add(again);
}

// Every benchmark's history, with its change points and commits. A series is read when it is drawn.

const H = DATA.history;
const POINTS = H?.points ?? [];
const seriesRows = (H?.series ?? []).map(([benchmark, host, metric, length, last], number) =>
  ({ number, benchmark, host: H.texts[host], metric, length, last, steps: [] }));
const rowsByName = new Map();
for (const row of seriesRows) {
  rowsByName.set(`${row.benchmark}\n${row.host}\n${row.metric}`, row);
  if (!rowsByName.has(row.benchmark) || row.metric === 'time') rowsByName.set(row.benchmark, row);
}
for (const p of POINTS) {
  const row = rowsByName.get(`${p.benchmark}\n${p.host}\n${p.metric}`) ?? rowsByName.get(p.benchmark);
  if (row) row.steps.push(p);
}
for (const row of seriesRows) {
  row.steps.sort((a, b) => (a.night < b.night ? 1 : -1));
  row.newest = row.steps[0];
}

let historyTable = null;

function hasHistory(benchmark) {
  return rowsByName.has(benchmark);
}

/** Opens the chart of a benchmark. */
function showHistory(benchmark) {
  const row = rowsByName.get(benchmark);
  if (!row || !historyTable) return;
  historyTable.chosen = historyTable.chosen.map(() => '');
  for (const select of historyTable.selects ?? []) if (select) select.value = '';
  historyTable.opened = new Set([row.number]);
  historyTable.find(benchmark);
}

/** The numbers of a series: nights as seconds, changes against the anchor, or values where there are no changes. */
function series(row) {
  if (row.read) return row.read;
  const raw = JSON.parse(document.getElementById(`series-${row.number}`).textContent);
  const runs = column(raw.run).map((i) => H.runs[i]);
  const theta = column(raw.theta, 1e-4);
  const relative = theta.some((t) => t !== null);
  const value = column(raw.value, raw.unit);
  const low = column(raw.low, 1e-4).map((w, i) => (w === null || theta[i] === null ? null : Math.expm1(theta[i] - w)));
  const high = column(raw.high, 1e-4).map((w, i) => (w === null || theta[i] === null ? null : Math.expm1(theta[i] + w)));
  row.read = {
    runs, relative, value, low, high,
    nights: runs.map((r) => r[0]), times: runs.map((r) => Date.parse(`${r[0].slice(0, 10)}T00:00:00Z`) / 1000),
    y: relative ? theta.map((t) => (t === null ? null : Math.expm1(t))) : value,
  };
  return row.read;
}

function amount(data, y) {
  return y === null || y === undefined ? NONE : data.relative ? percent(y, 2) : short(y);
}

function showValue(row, value) {
  return value === null ? NONE : row.metric === 'time' ? duration(value) : short(value);
}

/** What the drawing adds to the line: steps, the means between them, new anchors. */
function marks(row, data) {
  const steps = row.steps.map((p) => ({ ...p, at: data.nights.findIndex((n) => n >= p.night) })).filter((p) => p.at >= 0).sort((a, b) => a.at - b.at);
  const anchors = [];
  data.runs.forEach((r, i) => { if (i > 0 && r[3] !== data.runs[i - 1][3]) anchors.push(i); });
  const cuts = [0, ...new Set([...steps.map((p) => p.at), ...anchors])].sort((a, b) => a - b);
  const levels = cuts.map((from, i) => {
    const to = cuts[i + 1] ?? data.y.length;
    const there = data.y.slice(from, to).filter((y) => y !== null);
    return there.length ? { from, to: to - 1, mean: there.reduce((a, b) => a + b, 0) / there.length } : null;
  }).filter(Boolean);
  return { steps, anchors, levels };
}

function plotOptions(row, data, width, told) {
  const { steps, anchors, levels } = marks(row, data);
  const colors = Object.fromEntries(['ink', 'soft', 'line', 'accent', 'warn', 'good', 'bad', 'band'].map((n) => [n, color(n)]));
  const font = '12px system-ui, sans-serif';
  const upright = (u, i, style, dash) => {
    const x = Math.round(u.valToPos(data.times[i], 'x', true)) + 0.5;
    u.ctx.strokeStyle = style;
    u.ctx.lineWidth = devicePixelRatio;
    u.ctx.setLineDash(dash.map((d) => d * devicePixelRatio));
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    return x;
  };
  const drawMarks = (u) => {
    u.ctx.save();
    u.ctx.beginPath();
    u.ctx.rect(u.bbox.left, u.bbox.top - 20 * devicePixelRatio, u.bbox.width, u.bbox.height + 20 * devicePixelRatio);
    u.ctx.clip();
    u.ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
    for (const i of anchors) {
      u.ctx.fillStyle = colors.soft;
      u.ctx.textAlign = 'left';
      u.ctx.fillText('new anchor', upright(u, i, colors.soft, [2, 4]) + 4 * devicePixelRatio, u.bbox.top + u.bbox.height - 6 * devicePixelRatio);
    }
    for (const level of levels) {
      u.ctx.strokeStyle = colors.ink;
      u.ctx.lineWidth = 1.5 * devicePixelRatio;
      u.ctx.setLineDash([]);
      u.ctx.beginPath();
      u.ctx.moveTo(u.valToPos(data.times[level.from], 'x', true), u.valToPos(level.mean, 'y', true));
      u.ctx.lineTo(u.valToPos(data.times[level.to], 'x', true), u.valToPos(level.mean, 'y', true));
      u.ctx.stroke();
    }
    for (const p of steps) {
      const x = upright(u, p.at, p.change > 0 ? colors.bad : colors.good, [5, 3]);
      u.ctx.fillStyle = p.change > 0 ? colors.bad : colors.good;
      const right = x < u.bbox.left + u.bbox.width - 90 * devicePixelRatio;
      u.ctx.textAlign = right ? 'left' : 'right';
      u.ctx.fillText(percent(p.change), x + (right ? 4 : -4) * devicePixelRatio, u.bbox.top - 6 * devicePixelRatio);
    }
    u.ctx.restore();
  };
  const axis = { stroke: colors.soft, font, grid: { stroke: colors.line, width: 1 }, ticks: { stroke: colors.line, width: 1, size: 4 } };
  const format = data.relative ? (v) => percent(v, Math.abs(v) < 0.1 ? 1 : 0) : (v) => (row.metric === 'time' ? duration(v) : short(v));
  return {
    width, height: Math.max(200, Math.min(300, Math.round(width * 0.42))), padding: [22, 12, 0, 0],
    tzDate: (ts) => uPlot.tzDate(new Date(ts * 1e3), 'Etc/UTC'),
    legend: { show: false }, cursor: { points: { size: 7 }, drag: { x: true, y: false } },
    scales: { y: { range: (u, low, high) => { const pad = Math.max((high - low) * 0.12, data.relative ? 0.01 : Math.abs(high) * 0.02 + 1e-9); return [low - pad, high + pad]; } } },
    axes: [axis, { ...axis, size: 64, values: (u, splits) => splits.map(format) }],
    series: [{}, { stroke: colors.accent, width: 1.5, points: { show: data.y.length < 60, size: 4, fill: colors.accent }, spanGaps: false },
      { width: 0, stroke: 'transparent', points: { show: false } }, { width: 0, stroke: 'transparent', points: { show: false } }],
    bands: [{ series: [3, 2], fill: colors.band }],
    hooks: { draw: [drawMarks], setCursor: [(u) => told(u.cursor.idx)] },
  };
}

/** The large chart of one series, its buttons and what the pointer is at. */
function historyChart(row) {
  const data = series(row);
  const place = h('div', { class: 'chart', role: 'img', 'aria-label': `History of ${row.benchmark}: ${row.length} nights, ${row.steps.length} steps` });
  const told = h('p', { class: 'readout' });
  const tell = (i) => {
    const at = i === null || i === undefined || !data.runs[i] ? data.runs.length - 1 : i;
    const run = data.runs[at];
    told.replaceChildren(...[when(run[0]), h('strong', {}, amount(data, data.y[at])),
      data.low[at] !== null && data.relative ? `${percent(data.low[at])} to ${percent(data.high[at])}` : null,
      data.relative && data.value[at] !== null ? showValue(row, data.value[at]) : null,
      run[1] ? h('code', {}, commit(run[1])) : null].filter(Boolean).flatMap((x, k) => (k ? [' · ', x] : [x])));
  };
  let plot = null;
  let range = null;
  const draw = () => {
    const width = Math.floor(place.clientWidth);
    if (!place.isConnected || width < 50) return;
    plot?.destroy();
    plot = new uPlot(plotOptions(row, data, width, tell), [data.times, data.y, data.low, data.high], place);
    place.plot = plot;
    if (range) plot.setScale('x', range);
    plot.over.tabIndex = 0;
    plot.over.setAttribute('aria-label', 'Nights: left and right arrows');
    let at = data.times.length - 1;
    plot.over.addEventListener('keydown', (e) => {
      const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[e.key];
      if (!by) return;
      e.preventDefault();
      at = Math.max(0, Math.min(data.times.length - 1, at + by));
      plot.setCursor({ left: plot.valToPos(data.times[at], 'x'), top: plot.valToPos(data.y[at] ?? 0, 'y') });
      tell(at);
    });
  };
  const last = data.times[data.times.length - 1];
  const ranges = [['30 nights', 30], ['90 nights', 90], ['a year', 365], ['all', 0]].filter(([, days]) => days < row.length);
  const buttons = ranges.map(([title, days]) => h('button', { type: 'button', onclick: () => {
    range = days ? { min: last - days * 86400, max: last + 43200 } : null;
    draw();
  } }, title));
  const again = () => {
    if (place.isConnected) draw();
    else { repaints.delete(again); plot?.destroy(); plot = null; }
  };
  repaints.add(again);
  new ResizeObserver(() => { if (plot && Math.abs(plot.width - place.clientWidth) > 2) draw(); }).observe(place);
  lazily(place, () => { draw(); tell(null); });
  const list = row.steps.length === 0 ? null : h('ul', { class: 'steps' }, row.steps.slice(0, 12).map((p) =>
    h('li', { class: p.change > 0 ? 'bad' : 'good' }, h('strong', {}, percent(p.change)), ` on ${when(p.night)}`,
      p.commit ? [' at ', h('code', {}, commit(p.commit))] : null, p.p ? h('span', { class: 'soft' }, ` p ${p.p.toExponential(0)}`) : null)));
  return h('div', { class: 'history' },
    h('div', { class: 'chart-head' }, told, ranges.length > 1 ? h('div', { class: 'ranges', role: 'group', 'aria-label': 'Range' }, buttons) : null),
    place, list, h('p', { class: 'notes' }, data.relative ? 'Change against the pinned anchor build, with its interval; the level line is the mean between steps. Drag to zoom, double-click to see all.' : 'Drag to zoom, double-click to see all.'));
}

function history(section) {
  if (seriesRows.length === 0) {
    section.append(empty('No history yet: it grows by a row for each benchmark and night.', 'fficheck nightly\nfficheck track export history.jsonl\nfficheck report --history history.jsonl --html report.html'));
    return;
  }
  if (POINTS.length) {
    const newest = POINTS.slice(0, 3);
    section.append(h('p', { class: 'lead' }, `${counted(POINTS.length, 'step')} found; the newest: `, newest.flatMap((p, i) => [i ? ', ' : '',
      h('a', { href: '#history', onclick: () => showHistory(p.benchmark) }, h('code', {}, p.benchmark)), ` ${percent(p.change)} on ${when(p.night)}`]), '.'));
  } else {
    section.append(h('p', { class: 'lead' }, 'No step was found in any series.'));
  }
  historyTable = new Table({
    label: 'History', rows: seriesRows, sort: { key: 'step', descending: true }, rowId: (r) => r.number, detail: historyChart,
    facets: [{ title: 'Metric', of: (r) => r.metric, chosen: new Set(seriesRows.map((r) => r.metric)).size > 1 ? 'time' : '' }, { title: 'Host', of: (r) => r.host },
      { title: 'Target', of: (r) => r.benchmark.split('/')[0] }],
    columns: [
      { key: 'name', title: 'Benchmark', text: (r) => r.benchmark, cell: (r) => h('code', { class: 'name' }, breakable(r.benchmark)), class: 'grow' },
      { key: 'line', title: 'Nights', plot: true, text: (r) => count(r.length), sort: (r) => r.length,
        cell: (r) => { const canvas = h('canvas', { class: 'spark', role: 'img', 'aria-label': `${count(r.length)} nights` });
          return lazily(canvas, () => { const d = series(r); sparkline(canvas, d.y.slice(-365), marks(r, d).steps.map((p) => p.at - Math.max(0, d.y.length - 365)).filter((i) => i >= 0)); }); } },
      { key: 'last', title: 'Last night', number: true, text: (r) => change(r.last), sort: (r) => r.last },
      { key: 'step', title: 'Newest step', wide: false, text: (r) => (r.newest ? `${percent(r.newest.change)} on ${r.newest.night}` : NONE), sort: (r) => (r.newest ? r.newest.night : null),
        cell: (r) => (r.newest ? [h('strong', { class: r.newest.change > 0 ? 'bad' : 'good' }, percent(r.newest.change)), h('span', { class: 'soft' }, ` ${r.newest.night}`)] : h('span', { class: 'soft' }, NONE)) },
    ],
  });
  // The newest step's chart is open, else the first one's.
  historyTable.open(historyTable.sorted(historyTable.passing())[0]?.number ?? 0);
  section.append(historyTable.element);
}

// What a crossing costs, next to its floor: a row for each shape, a mark for each target.

const DIRECTIONS = ['argument', 'result', 'both', '-'];

/**
 * "go/call/string-1KiB/argument" taken apart; absent where a name has another form. Two ways of one target
 * ("wasm-c/core-call/...", "wasm-c/component-call/...") stand beside each other.
 */
function parts(name) {
  const p = name.split('/');
  if (p.length !== 4 || p[0] === 'floor' || !DIRECTIONS.includes(p[3])) return null;
  const [, way, mechanism] = /^(?:(core|component)-)?(.*)$/s.exec(p[1]);
  return { target: way ? `${p[0]} ${way}` : p[0], mechanism, shape: p[2], direction: p[3] };
}

/** A row for each mechanism, shape and direction. */
function costRows(benchmarks) {
  const rows = new Map();
  for (const b of benchmarks) {
    const p = parts(b.name);
    if (!p || b.error || !(b.ns > 0)) continue;
    const key = `${p.mechanism}/${p.shape}/${p.direction}`;
    if (!rows.has(key)) rows.set(key, { key, ...p, marks: [] });
    rows.get(key).marks.push({ target: p.target, ns: b.ns, floor: b.floor_ns, floorName: b.floor });
  }
  for (const row of rows.values()) {
    const ratios = row.marks.filter((m) => m.floor > 0).map((m) => m.ns / m.floor);
    row.worst = ratios.length ? Math.max(...ratios) : null;
    row.fastest = Math.min(...row.marks.map((m) => m.ns));
  }
  return [...rows.values()];
}

function costStrip(axis, row) {
  const label = row.marks.map((m) => `${m.target} ${duration(m.ns)}${m.floor ? `, floor ${duration(m.floor)}` : ''}`).join('; ');
  return strip(label, gridLines(axis),
    row.marks.filter((m) => m.floor > 0).map((m) => [
      s('line', { class: `reach series-${targetNumber(m.target)}`, x1: pc(axis.place(m.floor)), x2: pc(axis.place(m.ns)), y1: 13, y2: 13 }),
      s('line', { class: `floor series-${targetNumber(m.target)}`, x1: pc(axis.place(m.floor)), x2: pc(axis.place(m.floor)), y1: 5, y2: 21 })]),
    row.marks.map((m) => targetMark(m.target, { x: pc(axis.place(m.ns)), y: 13 })));
}

function costDetail(row) {
  return h('table', { class: 'plain' },
    h('thead', {}, h('tr', {}, ['Target', 'Time', 'Floor', 'Times the floor'].map((t, i) => h('th', { scope: 'col', class: i ? 'number' : null }, t)))),
    h('tbody', {}, row.marks.map((m) => h('tr', {}, h('th', { scope: 'row' }, m.target), h('td', { class: 'number' }, duration(m.ns)),
      h('td', { class: 'number' }, m.floor ? `${duration(m.floor)} ${m.floorName ? `(${m.floorName.replaceAll('floor/', '')})` : ''}` : NONE),
      h('td', { class: 'number' }, m.floor ? short(m.ns / m.floor) : NONE)))));
}

function benchTable(benchmarks) {
  const names = [...new Set(benchmarks.flatMap((b) => Object.keys(b.counters ?? {}).filter((key) => key !== 'ratio')))].sort();
  return new Table({
    label: 'All benchmarks', rows: benchmarks, sort: { key: 'name', descending: false },
    facets: [{ title: 'Target', of: (b) => b.name.split('/')[0] }],
    columns: [
      { key: 'name', title: 'Benchmark', text: (b) => b.name, cell: (b) => h('code', { class: 'name' }, breakable(b.name)), class: 'grow' },
      { key: 'ns', title: 'Time', number: true, text: (b) => (b.error ? b.error : duration(b.ns)), sort: (b) => (b.error ? null : b.ns) },
      { key: 'floor', title: 'Floor', number: true, wide: true, text: (b) => (b.floor_ns ? duration(b.floor_ns) : NONE), sort: (b) => b.floor_ns },
      { key: 'ratio', title: '× floor', number: true, text: (b) => (b.floor_ns ? short(b.ns / b.floor_ns) : NONE), sort: (b) => (b.floor_ns ? b.ns / b.floor_ns : null) },
      ...names.map((key) => ({ key: `c-${key}`, title: key.replaceAll('_', ' '), number: true, wide: true, text: (b) => (key in (b.counters ?? {}) ? short(b.counters[key]) : NONE), sort: (b) => b.counters?.[key] })),
    ],
  }).element;
}

function cost(section) {
  const benchmarks = DATA.bench ?? [];
  if (benchmarks.length === 0) {
    section.append(empty('No benchmarks were run for this report.', 'fficheck bench --json bench.json\nfficheck report --bench bench.json --html report.html'));
    return;
  }
  const rows = costRows(benchmarks);
  if (rows.length) {
    const targets = [...new Set(rows.flatMap((r) => r.marks.map((m) => m.target)))].sort();
    targets.forEach(targetNumber);
    const axis = timeAxis(rows.flatMap((r) => r.marks.flatMap((m) => [m.ns, m.floor]).filter((ns) => ns > 0)));
    const mechanisms = [...new Set(rows.map((r) => r.mechanism))];
    section.append(
      h('p', { class: 'lead' }, 'A mark is the time of one crossing; the upright line it reaches back to is its floor, the least that any binding could take, measured in the same run. The axis is logarithmic.'),
      legend(targets, [h('li', {}, s('svg', { width: 14, height: 14, 'aria-hidden': 'true' }, s('line', { class: 'floor', x1: 7, x2: 7, y1: 1, y2: 13 })), 'floor')]),
      new Table({
        label: 'Cost against floor', rows, sort: { key: 'shape', descending: false },
        facets: [{ title: 'Mechanism', of: (r) => r.mechanism, chosen: mechanisms.includes('call') ? 'call' : '' },
          { title: 'Direction', of: (r) => r.direction }],
        rowId: (r) => r.key, detail: costDetail,
        columns: [
          { key: 'shape', title: 'Shape', text: (r) => `${r.shape} ${r.direction} ${r.mechanism} ${r.marks.map((m) => m.target).join(' ')}`, class: 'grow',
            cell: (r) => [h('code', { class: 'name' }, r.shape), ' ', h('span', { class: 'soft' }, r.direction === '-' ? '' : r.direction)], sort: (r) => `${r.shape}/${r.direction}/${r.mechanism}` },
          { key: 'mechanism', title: 'Mechanism', wide: true, text: (r) => r.mechanism },
          { key: 'plot', title: 'Time', plot: true, head: () => axisHead(axis), text: (r) => duration(r.fastest), sort: (r) => r.fastest, cell: (r) => costStrip(axis, r) },
          { key: 'worst', title: 'Most × floor', number: true, text: (r) => (r.worst === null ? NONE : `${short(r.worst)} ×`), sort: (r) => r.worst },
        ],
      }).element);
  }
  const all = h('details', { class: 'fold', open: rows.length === 0 }, h('summary', {}, `All benchmarks and their counters (${count(benchmarks.length)})`));
  const draw = () => { if (all.children.length === 1) all.append(benchTable(benchmarks)); };
  all.addEventListener('toggle', draw);
  if (all.open) draw();
  section.append(all);
}

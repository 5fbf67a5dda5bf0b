// What the invented interfaces contained.

/** Bars of counts; those at zero stand out. */
function bars(title, entries) {
  const most = Math.max(1, ...entries.map(([, n]) => n));
  return h('div', { class: 'bars' }, h('h3', {}, title), h('ol', {}, entries.map(([name, n]) =>
    h('li', { class: n ? null : 'missed' }, h('span', { class: 'bar-name' }, name),
      h('span', { class: 'bar', 'aria-hidden': 'true' }, h('span', { style: `width:${n ? Math.max(1, Math.sqrt(n / most) * 100) : 0}%` })),
      h('span', { class: 'bar-count' }, n ? compact(n) : 'not met')))));
}

function pairGrid(kinds, pairs) {
  const outer = kinds.filter(([name]) => pairs[name]).map(([name]) => name);
  const inner = kinds.map(([name]) => name);
  const most = Math.log(1 + Math.max(1, ...outer.flatMap((o) => Object.values(pairs[o]))));
  const told = h('p', { class: 'readout' }, 'Point at a square to read its count.');
  const cell = (o, i) => {
    const n = pairs[o][i] ?? 0;
    const level = n ? Math.ceil((Math.log(1 + n) / most) * 6) : 0;
    const text = `${o} of ${i}: ${n ? counted(n, 'type') : 'not met'}`;
    return h('td', { class: `level-${level}`, title: text, onmouseenter: () => { told.textContent = text; } }, h('span', { class: 'visually-hidden' }, count(n)));
  };
  return h('div', {}, h('h3', {}, 'Kinds within kinds'), h('div', { class: 'scroll' }, h('table', { class: 'heat', 'aria-label': 'Types by their kind and the kind of a part' },
    h('thead', {}, h('tr', {}, h('th', { class: 'corner' }, h('span', { class: 'visually-hidden' }, 'outer, inner')), inner.map((i) => h('th', { scope: 'col' }, h('span', {}, i))))),
    h('tbody', {}, outer.map((o) => h('tr', {}, h('th', { scope: 'row' }, o), inner.map((i) => cell(o, i))))))), told);
}

const GROUPS = { features: 'Features of interfaces', params: 'Functions by number of parameters', depths: 'Interfaces by depth of nesting' };

function coverage(section) {
  const c = DATA.coverage;
  if (!c) {
    section.append(empty('No coverage: it is counted by campaigns.', 'fficheck fuzz --json report.json'));
    return;
  }
  const unmet = [...c.kinds.filter(([, n]) => !n).map(([k]) => k), ...Object.entries(c.groups.features ?? {}).filter(([, n]) => !n).map(([k]) => k)];
  section.append(h('p', { class: 'lead' }, `${counted(c.schemas, 'interface')} with ${counted(c.types, 'type')} and ${counted(c.functions, 'function')}. `,
    unmet.length ? [`Not met: ${unmet.slice(0, 12).join(', ')}${unmet.length > 12 ? `, and ${unmet.length - 12} more` : ''}. A longer campaign, or another profile, meets more.`] : 'Every kind and every feature was met.'));
  const ordered = (group, counts) => Object.entries(counts).sort(group === 'features' || !(group in GROUPS) ? ([, a], [, b]) => (a === 0) === (b === 0) ? b - a : a === 0 ? -1 : 1 : ([a], [b]) => a - b);
  section.append(h('div', { class: 'columns' }, bars('Kinds of types', [...c.kinds].sort((a, b) => (a[1] === 0) === (b[1] === 0) ? b[1] - a[1] : a[1] === 0 ? -1 : 1)), h('div', {}, pairGrid(c.kinds, c.pairs))));
  const groups = Object.entries(c.groups).filter(([, counts]) => Object.keys(counts).length);
  if (groups.length) section.append(h('div', { class: 'columns thirds' }, groups.map(([name, counts]) => bars(GROUPS[name] ?? name, ordered(name, counts)))));
}

// The change since the baseline, as a forest plot; and steps in the history.

const VERDICTS = {
  regression: ['bad', 'slower'], error: ['warning', 'not measured'], inconclusive: ['warning', 'undecided'],
  unconfirmed: ['quiet', 'not confirmed'], improvement: ['good', 'faster'], pass: ['quiet', 'unchanged'],
};
const RANK = Object.keys(VERDICTS);

let speedTable = null;

function speedDetail(row) {
  const rows = [
    ['Baseline', duration(row.a)], ['Candidate', duration(row.b)], ['Change', `${change(row.t, 2)}, from ${change(row.l, 2)} to ${change(row.h, 2)}`],
    ['Rounds', count(row.rounds)], row.confirmed !== undefined && ['Rerun', change(row.confirmed, 2)],
    row.instructions !== undefined && ['Instructions', percent(row.instructions, 2)], row.error && ['Error', row.error],
    ...Object.entries(row.counters ?? {}).map(([name, [before, after]]) => [name[0].toUpperCase() + name.slice(1), `${short(before)} before, ${short(after)} now`])];
  return h('div', {}, h('dl', { class: 'facts-list' }, rows.filter(Boolean).map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])),
    hasHistory(row.name) ? h('p', {}, h('a', { href: '#history', onclick: () => showHistory(row.name) }, 'Its history')) : null);
}

function speed(section) {
  if (COMPARED.length === 0) {
    section.append(empty('Nothing was compared with a baseline.', 'fficheck bench --against COMMIT --json compare.json\nfficheck report --compare compare.json --html report.html'));
  } else {
    const { baseline, candidate } = DATA.comparison;
    const side = (name) => h('code', {}, commit(name));
    const axis = changeAxis(COMPARED.filter((r) => r.verdict !== 'error'));
    const notable = (r) => !['pass', 'unconfirmed'].includes(r.verdict) || r.alarm;
    const some = COMPARED.some(notable);
    section.append(h('p', { class: 'lead' }, 'Both builds ran in turn, in fresh processes. A bar is the 99 % interval of the change; ',
      'the shaded middle is ±3 %, within which no verdict is given.',
      baseline ? [' Baseline: ', side(baseline), candidate ? [', candidate: ', side(candidate)] : null, '.'] : null));
    const notes = [DATA.comparison.quick && 'A quick run: a first impression, no measurement.', DATA.comparison.interrupted && 'It was interrupted: the rest was not compared.', ...DATA.comparison.notes].filter(Boolean);
    if (notes.length) section.append(h('ul', { class: 'notes' }, notes.map((n) => h('li', {}, n))));
    speedTable = new Table({
      label: 'Change since the baseline', rows: COMPARED, sort: { key: 'verdict', descending: false },
      facets: [{ title: 'Verdict', of: (r) => VERDICTS[r.verdict][1], chosen: some ? '!' : '', extra: [{ value: '!', title: 'to look at', takes: notable }] },
        { title: 'Target', of: (r) => r.name.split('/')[0] }],
      rowClass: (r) => `v-${VERDICTS[r.verdict][0]}`, rowId: (r) => r.name, detail: speedDetail,
      noMatch: (t) => [t.chosen[0] === '!' ? 'Nothing to look at. ' : 'Nothing matches the filter. ', h('button', { type: 'button', onclick: () => { t.find(''); t.choose(0, ''); t.choose(1, ''); } }, 'Show all')],
      columns: [
        { key: 'name', title: 'Benchmark', text: (r) => r.name, cell: (r) => h('code', { class: 'name' }, breakable(r.name)), class: 'grow' },
        { key: 'verdict', title: 'Verdict', text: (r) => `${VERDICTS[r.verdict][1]} ${r.verdict}`, sort: (r) => (r.alarm ? -1 : RANK.indexOf(r.verdict)) * 10 - Math.min(9, Math.abs(r.t)),
          cell: (r) => badge(r.alarm ? 'bad' : VERDICTS[r.verdict][0], r.alarm && r.verdict === 'pass' ? 'more instructions' : VERDICTS[r.verdict][1]) },
        { key: 'change', title: 'Change', number: true, text: (r) => change(r.t), sort: (r) => r.t },
        { key: 'plot', title: 'Interval', plot: true, head: () => axisHead(axis), text: (r) => `${change(r.l)} to ${change(r.h)}`, sort: (r) => r.h - r.l,
          cell: (r) => (r.verdict === 'error' ? NONE : intervalStrip(axis, r, `${change(r.t)}, ${change(r.l)} to ${change(r.h)}`)) },
        { key: 'time', title: 'Time', number: true, wide: true, text: (r) => duration(r.b), sort: (r) => r.b },
      ],
    });
    section.append(speedTable.element);
    const gone = [['Left out, too slow to compare', DATA.comparison.left_out], ['New, without a baseline', DATA.comparison.only_candidate], ['Gone since the baseline', DATA.comparison.only_baseline]];
    for (const [title, names] of gone) {
      if (names.length) section.append(h('details', { class: 'fold' }, h('summary', {}, `${title} (${count(names.length)})`), h('ul', { class: 'names' }, names.map((n) => h('li', {}, h('code', {}, n))))));
    }
  }
}

/** A name that may break after a slash. */
function breakable(name) {
  return name.split(/(?<=\/)/).flatMap((part) => [part, h('wbr')]);
}

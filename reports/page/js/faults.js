// Seeded faults: what the harness was given to find, and whether it did.

const STATUS = {
  survived: ['bad', 'not noticed'], broken: ['warning', 'not tried'], other: ['warning', 'not as promised'],
  skipped: ['quiet', 'skipped'], caught: ['good', 'noticed'],
};

let faultTable = null;

function faultDetail(f) {
  const rows = [['Must be noticed by', f.expected.join(', ')], ['Noticed by', f.caught_by.join(', ')], ['Values', count(f.values)], ['Note', f.note]].filter(([, v]) => v);
  return h('div', {}, h('dl', { class: 'facts-list' }, rows.map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)])), f.case ? caseBody(f.case) : null);
}

function faults(section) {
  if (FAULTS.length === 0) {
    section.append(empty('No faults were seeded for this report.', 'fficheck faults --json faults.json\nfficheck report --faults faults.json --html report.html'));
    return;
  }
  const ranks = Object.keys(STATUS);
  section.append(h('p', { class: 'lead' }, 'Known defects, put into the generated code on purpose: the harness must notice each one.',
    DATA.faults.interrupted ? ' This run was interrupted: faults that are not listed were not tried.' : ''));
  faultTable = new Table({
    label: 'Seeded faults', rows: FAULTS, sort: { key: 'status', descending: false }, rowId: (f) => `${f.id} ${f.target}`, detail: faultDetail,
    facets: [{ title: 'Outcome', of: (f) => STATUS[f.status][1] }, { title: 'Target', of: (f) => f.target }],
    rowClass: (f) => `v-${STATUS[f.status][0]}`,
    columns: [
      { key: 'id', title: 'Fault', text: (f) => `${f.id}/${f.target} ${f.sentence}`, class: 'grow', cell: (f) => [h('code', { class: 'name' }, `${f.id}/${f.target}`), h('span', { class: 'sentence' }, f.sentence)], sort: (f) => `${f.id}/${f.target}` },
      { key: 'target', title: 'Target', text: (f) => f.target, wide: true },
      { key: 'status', title: 'Outcome', text: (f) => STATUS[f.status][1], cell: (f) => badge(...STATUS[f.status]), sort: (f) => ranks.indexOf(f.status) },
      { key: 'law', title: 'By law', text: (f) => f.caught_by.join(', ') || NONE, wide: true },
      { key: 'schemas', title: 'Interfaces', number: true, text: (f) => (f.schemas ? count(f.schemas) : NONE), sort: (f) => f.schemas || null },
      { key: 'seconds', title: 'Time', number: true, wide: true, text: (f) => (f.seconds ? seconds(f.seconds) : NONE), sort: (f) => f.seconds || null },
    ],
  });
  section.append(faultTable.element);
}

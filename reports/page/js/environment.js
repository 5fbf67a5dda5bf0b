// Where and how it ran.

const FIRST = ['commit', 'dirty', 'host', 'os', 'kernel', 'cpu', 'cores', 'memory_gib', 'load', 'c', 'cxx', 'go', 'rustc', 'wasmtime'];

function environment(section) {
  const facts = Object.entries(DATA.environment);
  const rank = (key) => (FIRST.indexOf(key) + 1 || 99);
  facts.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
  if (facts.length === 0) section.append(empty('The inputs say nothing about where they were made.'));
  else section.append(h('dl', { class: 'facts-list wide' }, facts.map(([k, v]) => [h('dt', {}, k.replaceAll('_', ' ')), h('dd', {}, v)])));
  if (DATA.campaigns.length === 0) return;
  const state = (c) => (c.error ? c.error : !c.finished ? 'killed' : c.interrupted ? 'interrupted' : 'complete');
  section.append(h('h3', {}, 'Campaigns'), new Table({
    label: 'Campaigns', rows: DATA.campaigns, search: false,
    columns: [
      { key: 'profile', title: 'Profile', text: (c) => c.profile || NONE },
      { key: 'seed', title: 'Seed', text: (c) => c.seed, cell: (c) => h('code', {}, c.seed) },
      { key: 'schemas', title: 'Interfaces', number: true, text: (c) => count(c.schemas), sort: (c) => c.schemas },
      { key: 'values', title: 'Values', number: true, text: (c) => compact(c.values), sort: (c) => c.values },
      { key: 'elapsed', title: 'Time', number: true, wide: true, text: (c) => seconds(c.elapsed), sort: (c) => c.elapsed },
      { key: 'state', title: 'End', wide: true, text: state },
    ],
  }).element);
}

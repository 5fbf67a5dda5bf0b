// Laws by targets.

function verdictCell(target, law, counts) {
  if (!counts) return h('td', { class: 'cell none' }, h('span', { class: 'visually-hidden' }, 'not tried'));
  const [pass, fail, skip, broken] = counts;
  const told = `${target}, ${law}: ${count(pass)} passed, ${count(fail)} failed, ${count(skip)} skipped, ${count(broken)} could not be tried`;
  const [kind, text, word] = fail ? ['bad', compact(fail), ' failed'] : broken ? ['warning', compact(broken), ' broken']
    : pass ? ['good', compact(pass), ''] : ['quiet', '', 'skipped'];
  const inner = [h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[kind]), ' ', text, h('span', { class: 'word' }, word)];
  return h('td', { class: `cell ${kind}`, title: told },
    fail ? h('a', { href: '#failures', onclick: () => showFailures(target, law) }, inner) : inner,
    h('span', { class: 'visually-hidden' }, told));
}

function verdicts(section) {
  const targets = Object.keys(DATA.targets);
  if (targets.length === 0) {
    section.append(empty('No campaign was run for this report.', 'fficheck fuzz --json report.json'));
    return;
  }
  const known = Object.keys(DATA.laws);
  const laws = [...new Set([...known, ...targets.flatMap((t) => Object.keys(DATA.targets[t].laws))])];
  const weight = (law) => targets.reduce((sum, t) => sum + (DATA.targets[t].laws[law]?.[1] ?? 0) * 1e6 + (DATA.targets[t].laws[law]?.[3] ?? 0), 0);
  laws.sort((a, b) => weight(b) - weight(a) || known.indexOf(a) - known.indexOf(b));
  section.append(
    h('p', { class: 'lead' }, 'Each figure counts the interfaces for which the law held. ',
      'A law that has nothing to compare on a target is skipped.'),
    h('div', { class: 'scroll' }, h('table', { class: 'matrix', 'aria-label': 'Laws by targets' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Law'), targets.map((t) => h('th', { scope: 'col' }, t.split(/(?<=-)/).flatMap((p) => [p, h('wbr')]))))),
      h('tbody', {}, laws.map((law) => h('tr', {},
        h('th', { scope: 'row' }, law, h('span', { class: 'law' }, DATA.laws[law] ?? '')),
        targets.map((t) => verdictCell(t, law, DATA.targets[t].laws[law]))))),
      h('tfoot', {}, [['interfaces', 'schemas'], ['values', 'values']].map(([name, key]) =>
        h('tr', {}, h('th', { scope: 'row' }, name), targets.map((t) => h('td', {}, compact(DATA.targets[t][key]))))))))) ;
  const skips = targets.flatMap((t) => Object.entries(DATA.targets[t].skips).map(([reason, n]) => ({ target: t, reason, n })));
  if (skips.length) {
    section.append(h('details', { class: 'fold' }, h('summary', {}, `What targets leave out (${counted(skips.length, 'reason')})`),
      new Table({ label: 'What targets leave out', rows: skips, sort: { key: 'n', descending: true },
        facets: [{ title: 'Target', of: (r) => r.target }],
        columns: [{ key: 'reason', title: 'Reason', text: (r) => r.reason }, { key: 'target', title: 'Target', text: (r) => r.target },
          { key: 'n', title: 'Functions', number: true, text: (r) => count(r.n), sort: (r) => r.n }] }).element));
  }
  const legs = targets.flatMap((t) => Object.entries(DATA.targets[t].legs).map(([leg, [schemas, values]]) => ({ target: t, leg, schemas, values })));
  if (legs.length) {
    section.append(h('details', { class: 'fold' }, h('summary', {}, `Other builds of a sample (${counted(legs.length, 'build')})`),
      new Table({ label: 'Other builds', rows: legs,
        columns: [{ key: 'leg', title: 'Built as', text: (r) => r.leg }, { key: 'target', title: 'Target', text: (r) => r.target },
          { key: 'schemas', title: 'Interfaces', number: true, text: (r) => count(r.schemas), sort: (r) => r.schemas },
          { key: 'values', title: 'Values', number: true, text: (r) => count(r.values), sort: (r) => r.values }] }).element));
  }
}

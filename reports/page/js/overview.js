// The first screen: how it went, in one sentence, four figures, and what to look at.

const S = DATA.summary;
const COMPARED = DATA.comparison?.rows ?? [];
const FAULTS = DATA.faults?.rows ?? [];

function number(of, list, key) {
  return list.filter((row) => of.includes(row[key])).length;
}

function header(top) {
  const env = DATA.environment;
  const campaign = DATA.campaigns[0];
  const began = DATA.comparison?.time || campaign?.time || DATA.faults?.time || DATA.time;
  const ran = DATA.campaigns.reduce((sum, c) => sum + c.elapsed, 0) + (DATA.faults?.elapsed ?? 0);
  const facts = [when(began), env.commit && `commit ${commit(env.commit)}`, env.host && `on ${env.host}`, ran > 0 && `tests ran ${seconds(ran)}`];
  top.append(
    h('div', { class: 'bar' }, h('a', { class: 'brand', href: '#top' }, DATA.title, h('span', {}, ' report')), themeSwitch()),
    h('div', { class: `verdict ${S.outcome}` },
      h('span', { class: 'seal', 'aria-hidden': 'true' }, { held: '✓', failed: '✕', incomplete: '!', nothing: '–' }[S.outcome]),
      h('div', {}, h('h1', {}, S.headline), h('p', { class: 'facts' }, facts.filter(Boolean).flatMap((f) => [h('span', {}, f), ' '])))));
}

function tile(id, name, kind, figure, text) {
  return h('a', { class: `tile ${kind}`, href: `#${id}` },
    h('span', { class: 'name' }, name), h('strong', {}, figure), h('span', { class: 'text' }, text));
}

function tiles() {
  const laws = S.pass + S.fail + S.broken;
  const targets = Object.keys(DATA.targets).length;
  const slower = COMPARED.filter((r) => r.verdict === 'regression' || r.alarm).length;
  const faster = number(['improvement'], COMPARED, 'verdict');
  const open = number(['inconclusive', 'error'], COMPARED, 'verdict');
  const tried = FAULTS.filter((f) => f.status !== 'skipped').length;
  const noticed = number(['caught', 'other'], FAULTS, 'status');
  const kinds = DATA.coverage?.kinds ?? [];
  const met = kinds.filter(([, n]) => n > 0).length;
  return h('div', { class: 'tiles' },
    !laws ? tile('verdicts', 'Laws', 'quiet', 'not run', 'no campaign in this report')
      : tile(S.fail ? 'failures' : 'verdicts', 'Laws', S.fail ? 'bad' : S.broken ? 'warning' : 'good',
        S.fail ? counted(S.fail, 'failure') : S.broken ? `${count(S.broken)} not tried` : 'all held',
        `${compact(S.values)} values, ${counted(S.schemas, 'interface')}, ${counted(targets, 'target')}`),
    !COMPARED.length ? tile('speed', 'Speed', 'quiet', 'not compared', 'no baseline in this report')
      : tile('speed', 'Speed', slower ? 'bad' : open ? 'warning' : 'good',
        slower ? `${count(slower)} slower` : 'none slower',
        `${count(faster)} faster, ${count(COMPARED.length - slower - faster - open)} unchanged, ${count(open)} undecided`),
    !FAULTS.length ? tile('faults', 'Seeded faults', 'quiet', 'not run', 'no faults in this report')
      : tile('faults', 'Seeded faults', number(['survived'], FAULTS, 'status') ? 'bad' : noticed < tried ? 'warning' : 'good', `${count(noticed)} of ${count(tried)}`,
        noticed === tried ? 'noticed, so silence means something' : `noticed; ${[[number(['survived'], FAULTS, 'status'), 'went by'], [number(['broken'], FAULTS, 'status'), 'not tried']]
          .filter(([n]) => n).map(([n, text]) => `${count(n)} ${text}`).join(', ')}`),
    !kinds.length ? tile('coverage', 'Coverage', 'quiet', 'not counted', 'no invented interfaces')
      : tile('coverage', 'Coverage', 'plain', `${met} of ${kinds.length}`, `kinds of types, in ${counted(DATA.coverage.types, 'type')}`));
}

function goTo(item) {
  if (item.section === 'speed') speedTable?.find(item.subject);
  if (item.section === 'history') showHistory(item.subject);
  if (item.section === 'faults') faultTable?.find(item.subject);
  if (item.section === 'failures') showFailures(...item.subject.split(' '));
}

function attention() {
  const items = S.attention;
  if (items.length === 0) {
    return S.outcome === 'nothing' ? null
      : h('p', { class: 'calm' }, 'Nothing needs attention.');
  }
  const titles = { bad: 'To look at', warning: 'To look at', good: 'Good news' };
  const parts = [];
  for (const title of ['To look at', 'Good news']) {
    const some = items.filter((i) => titles[i.kind] === title);
    if (!some.length) continue;
    parts.push(h('h2', { class: 'small' }, title), h('ul', { class: 'attention' }, some.map((i) =>
      h('li', { class: i.kind },
        h('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[i.kind]),
        h('a', { href: `#${i.section}`, onclick: () => goTo(i) }, i.subject),
        h('span', { class: 'text' }, i.text),
        i.more ? h('a', { class: 'rest', href: `#${i.section}` }, `and ${count(i.more)} more like it`) : null))));
  }
  return h('div', {}, parts);
}

function overview() {
  return h('section', { id: 'overview', 'aria-label': 'Overview' }, tiles(), attention());
}

// Failing cases: the interface, the calls, both sides' view, the command that shows it again.

/** Who expected and who saw, by law. */
const SIDES = {
  consume: ['The caller sent', 'The callee held'],
  import: ['The callee sent', 'The host held'],
  produce: ['The callee should have made', 'The caller got'],
  echo: ['The caller sent', 'The caller got back'],
  repeat: ['The first time', 'The second time'],
  balance: ['After the calls', 'Still there'],
};

const WIT = /(\/\/[^\n]*)|\b(package|interface|world|export|import|record|variant|enum|flags|resource|type|func|use|constructor|static)\b|\b(bool|[su](?:8|16|32|64)|f32|f64|char|string|list|option|result|tuple|own|borrow)\b/g;

/** WIT with its words told apart. */
function wit(text) {
  const out = [];
  let last = 0;
  for (const m of text.matchAll(WIT)) {
    out.push(text.slice(last, m.index), h('span', { class: m[1] ? 'c' : m[2] ? 'k' : 't' }, m[0]));
    last = m.index + m[0].length;
  }
  out.push(text.slice(last));
  return h('pre', { class: 'wit', tabindex: '0' }, h('code', {}, out));
}

/** The interface without what every case has around it. */
function heart(schema) {
  return schema.replace(/^package [^\n]*;\n+/, '').replace(/\n*world library \{[^}]*\}\n*$/, '').trim();
}

function caseFile(f) {
  const lines = ['fficheck-case: 1', `target: ${f.target}${f.leg ? `+${f.leg}` : ''}`, `property: ${f.law}`];
  return `${lines.join('\n')}\n--- schema ---\n${f.schema.trim()}\n--- script ---\n${f.steps.join('\n')}\n--- end ---\n`;
}

/** What is shown of a case, of a failure or of a fault. */
function caseBody(f) {
  const digest = /witness|digest/.test(f.where ?? '') ? ', as a digest' : '';
  const [expected, seen] = (SIDES[f.law] ?? ['Expected', 'Seen']).map((side) => side + digest);
  const sides = f.expected === undefined ? null : h('div', { class: 'sides' },
    f.where ? h('p', { class: 'where' }, 'At ', h('code', {}, f.where)) : null,
    h('div', { class: 'side' }, h('span', { class: 'label' }, expected), h('code', {}, f.expected)),
    h('div', { class: 'side seen' }, h('span', { class: 'label' }, seen), h('code', {}, f.seen)));
  return h('div', { class: 'case' },
    sides ?? (f.message ? h('p', { class: 'message' }, h('code', {}, f.message)) : null),
    h('div', { class: 'source' },
      f.schema ? h('div', {}, h('span', { class: 'label' }, 'Interface'), wit(heart(f.schema))) : null,
      h('div', { class: 'calls' },
        f.steps.length ? h('div', {}, h('span', { class: 'label' }, f.steps.length === 1 ? 'Call' : 'Calls'),
          h('pre', { tabindex: '0' }, h('code', {}, f.steps.join('\n')))) : null,
        f.replay ? snippet(f.replay, 'the command', 'Replay') : null,
        f.schema && f.steps.length ? h('p', { class: 'tools' }, copyButton(caseFile(f), 'the case as a file'), ' as a ', h('code', {}, '.case'), ' file') : null)),
    f.log ? h('details', { class: 'log' }, h('summary', {}, 'What was printed'), h('pre', { tabindex: '0' }, h('code', {}, f.log))) : null);
}

function failureCard(f, open) {
  const notes = [f.leg && `built as ${f.leg}`, f.confirmed === false && 'seen once, not again alone',
    f.confirmed && f.shrunk && 'shrunk', !f.shrunk && 'as it was found', f.seed && `seed ${f.seed}, case ${f.index}`];
  return h('details', { class: 'failure', open },
    h('summary', {},
      h('span', { class: 'title' }, badge('bad', f.target), h('strong', {}, f.law),
        h('span', { class: 'law' }, DATA.laws[f.law] ?? '')),
      h('span', { class: 'message' }, f.message)),
    caseBody(f), h('p', { class: 'notes' }, notes.filter(Boolean).join(' · ')));
}

let failureFilter = null;

/** Shows the failing cases of one target and law. */
function showFailures(target, law) {
  failureFilter?.(target, law);
}

function failures(section) {
  const all = DATA.failures;
  if (all.length === 0) {
    section.append(DATA.campaigns.length === 0
      ? empty('No campaign was run for this report.', 'fficheck fuzz --json report.json\nfficheck report --campaign report.json --html report.html')
      : empty(S.fail > 0 ? 'Laws failed, but no case was kept: name a directory with fuzz --save.'
        : S.pass > 0 ? `No law failed on ${compact(S.values)} values in ${counted(S.schemas, 'interface')}.` : 'Nothing was compared.'));
    return;
  }
  const list = h('div', { class: 'failures' });
  const select = h('select', { 'aria-label': 'Target and law', onchange: () => show() });
  const groups = new Map();
  for (const f of all) {
    const key = `${f.target} ${f.law}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  }
  let shown = 0;
  function show() {
    shown = 10;
    draw();
  }
  function draw() {
    const some = all.filter((f) => !select.value || `${f.target} ${f.law}` === select.value);
    list.replaceChildren(...some.slice(0, shown).map((f, i) => failureCard(f, i < 2)));
    if (some.length > shown) {
      list.append(h('div', { class: 'more' }, h('button', { type: 'button', onclick: () => { shown += 50; draw(); } },
        `Show ${count(Math.min(50, some.length - shown))} more`)));
    }
  }
  select.append(h('option', { value: '' }, `All (${count(all.length)})`),
    ...[...groups].map(([key, n]) => h('option', { value: key }, `${key} (${count(n)})`)));
  failureFilter = (target, law) => {
    const key = `${target} ${law}`;
    select.value = groups.has(key) ? key : '';
    show();
  };
  if (groups.size > 1) section.append(h('div', { class: 'controls' }, select));
  section.append(list);
  if (DATA.unlisted) section.append(h('p', { class: 'notes' }, `${counted(DATA.unlisted, 'more failure')} only counted.`));
  show();
}

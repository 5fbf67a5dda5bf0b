// Puts the page together.

const THEMES = ['auto', 'light', 'dark'];

function theme() {
  return document.documentElement.dataset.theme ?? 'auto';
}

function themeSwitch() {
  const buttons = THEMES.map((name) => h('button', { type: 'button', 'aria-pressed': String(theme() === name), onclick: () => {
    if (name === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
    try {
      if (name === 'auto') localStorage.removeItem('fficheck-theme');
      else localStorage.setItem('fficheck-theme', name);
    } catch { /* no storage: for this time only */ }
    buttons.forEach((b, i) => b.setAttribute('aria-pressed', String(THEMES[i] === name)));
    repaint();
  } }, name));
  return h('div', { class: 'theme', role: 'group', 'aria-label': 'Theme' }, buttons);
}

const SECTIONS = [
  ['failures', 'Failing cases', failures, () => (S.fail ? 'bad' : '')],
  ['verdicts', 'Laws and targets', verdicts, () => (S.fail ? 'bad' : S.broken ? 'warning' : '')],
  ['speed', 'Change of speed', speed, () => (COMPARED.some((r) => r.verdict === 'regression' || r.alarm) ? 'bad' : '')],
  ['history', 'History', history, () => ''],
  ['cost', 'Cost against floor', cost, () => ''],
  ['faults', 'Seeded faults', faults, () => (FAULTS.some((f) => f.status === 'survived') ? 'bad' : '')],
  ['coverage', 'Coverage', coverage, () => ''],
  ['environment', 'Environment', environment, () => ''],
];

function build() {
  const main = document.getElementById('main');
  header(document.getElementById('top'));
  main.append(overview());
  const links = new Map();
  // Nothing to say comes last, apart from the laws: silence about them is news.
  for (const [id, title, fillSection, state] of SECTIONS) {
    const section = h('section', { id, 'aria-labelledby': `${id}-title` }, h('h2', { id: `${id}-title` }, title));
    fillSection(section);
    main.append(section);
    const kind = state();
    const link = h('a', { href: `#${id}`, class: kind || null }, title, kind ? h('span', { class: 'visually-hidden' }, ' (to look at)') : null);
    links.set(section, link);
  }
  document.getElementById('nav').append(h('ul', {}, [...links.values()].map((a) => h('li', {}, a))));
  document.getElementById('foot').append(
    h('p', {}, `Written by fficheck${DATA.time ? ` on ${when(DATA.time)}` : ''}. One file, nothing fetched. Press `, h('kbd', {}, '/'), ' to filter the table in view.'));
  document.getElementById('page').hidden = false;
  follow(links);
  if (location.hash.length > 1) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

/** Marks the section in view in the list of sections. */
function follow(links) {
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const e of entries) (e.isIntersecting ? seen.add(e.target) : seen.delete(e.target));
    let current = true;
    for (const [section, link] of links) {
      const is = current && seen.has(section);
      if (is) {
        current = false;
        if (link.getAttribute('aria-current') !== 'true') link.parentElement.parentElement.scrollTo({ left: link.offsetLeft - 40, behavior: 'smooth' });
      }
      if (is) link.setAttribute('aria-current', 'true');
      else link.removeAttribute('aria-current');
    }
  }, { rootMargin: '-15% 0px -55% 0px' });
  for (const section of links.keys()) observer.observe(section);
}

document.addEventListener('keydown', (e) => {
  if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input, select, textarea')) return;
  const fields = [...document.querySelectorAll('input[type=search]')].filter((f) => f.offsetParent !== null);
  const inView = fields.find((f) => f.getBoundingClientRect().bottom > 0) ?? fields[0];
  if (!inView) return;
  e.preventDefault();
  inView.focus();
  inView.scrollIntoView({ block: 'center' });
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);

build();

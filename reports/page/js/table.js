// Tables that sort, filter, and open rows; by mouse, touch and keyboard.

// Rows shown at first, and how many more at a time.
const FIRST_ROWS = 12;
const MORE_ROWS = 100;

/**
 * columns: [{key, title, text(row), cell(row), sort(row), number, wide, width, head}]
 *   text: what the filter looks at and a phone shows; cell: an element or text; sort: number or
 *   text to sort by; wide: left out on small screens, where an opened row shows it.
 * options: {label, rows, columns, sort: {key, descending}, facets: [{title, of(row), chosen}],
 *   detail(row): element or null, rowClass(row), rowId(row), empty, search}
 */
class Table {
  constructor(options) {
    this.options = options;
    this.sort = options.sort ?? { key: options.columns[0].key, descending: false };
    this.shown = FIRST_ROWS;
    this.opened = new Set();
    this.query = '';
    this.chosen = (options.facets ?? []).map((f) => f.chosen ?? '');
    this.body = h('tbody');
    this.status = h('span', { class: 'table-status' });
    this.more = h('div', { class: 'more' });
    this.element = h('div', { class: 'table' }, this.controls(), this.frame(), this.more);
    this.update();
  }

  controls() {
    const { rows, label, facets = [], search = rows.length > 6 } = this.options;
    if (!search && facets.length === 0) return null;
    this.input = h('input', {
      type: 'search', placeholder: 'Filter', 'aria-label': `Filter ${label}`, autocomplete: 'off', spellcheck: 'false',
      oninput: () => { this.query = this.input.value.trim().toLowerCase(); this.restart(); },
      onkeydown: (e) => {
        if (e.key !== 'Escape' || !this.input.value) return;
        this.input.value = this.query = '';
        this.restart();
      },
    });
    const selects = facets.map((facet, i) => {
      const counts = new Map();
      for (const row of rows) counts.set(facet.of(row), (counts.get(facet.of(row)) ?? 0) + 1);
      const names = [...counts.keys()].sort(shapeOrder);
      const known = names.includes(this.chosen[i]) || (facet.extra ?? []).some((e) => e.value === this.chosen[i]);
      if (!known) this.chosen[i] = '';
      if (names.length < 2 && !facet.extra) return null;
      const select = h('select', { 'aria-label': facet.title, onchange: () => { this.chosen[i] = select.value; this.restart(); } },
        h('option', { value: '' }, `${facet.title}: all`),
        (facet.extra ?? []).map((e) => h('option', { value: e.value }, e.title)),
        names.map((name) => h('option', { value: name }, `${name || NONE} (${count(counts.get(name))})`)));
      select.value = this.chosen[i];
      return select;
    });
    this.selects = selects;
    if (!search && !selects.some(Boolean)) return null;
    return h('div', { class: 'controls' }, search ? this.input : null, selects, this.status);
  }

  frame() {
    const heads = this.options.columns.map((c) => {
      const button = h('button', { type: 'button', class: 'sorter', onclick: () => this.sortBy(c) },
        c.title, h('span', { class: 'arrow', 'aria-hidden': 'true' }));
      c.th = h('th', { scope: 'col', class: classes(c), style: c.width ? `width:${c.width}` : null },
        c.sort || c.text ? button : c.title, c.head ? c.head() : null);
      return c.th;
    });
    if (this.options.detail) heads.push(h('th', { class: 'opener', scope: 'col' }, h('span', { class: 'visually-hidden' }, 'Details')));
    return h('div', { class: 'scroll' },
      h('table', { 'aria-label': this.options.label }, h('thead', {}, h('tr', {}, heads)), this.body));
  }

  sortBy(column) {
    this.sort = { key: column.key, descending: this.sort.key === column.key ? !this.sort.descending : Boolean(column.number) };
    this.restart();
    say(`sorted by ${column.title}, ${this.sort.descending ? 'descending' : 'ascending'}`);
  }

  restart() {
    this.shown = FIRST_ROWS;
    this.update();
  }

  /** Chooses a value of a facet, or filters by a text, from outside. */
  choose(facet, value) {
    this.chosen[facet] = value;
    if (this.selects?.[facet]) this.selects[facet].value = value;
    this.restart();
  }
  find(text) {
    this.query = text.toLowerCase();
    if (this.input) this.input.value = text;
    this.restart();
  }
  open(id) {
    this.opened.add(id);
    this.update();
  }

  text(row) {
    row.filterText ??= this.options.columns.map((c) => (c.text ? c.text(row) : '')).join(' ').toLowerCase();
    return row.filterText;
  }

  passing() {
    const words = this.query.split(/\s+/).filter(Boolean);
    const facets = this.options.facets ?? [];
    return this.options.rows.filter((row) =>
      facets.every((facet, i) => {
        if (this.chosen[i] === '') return true;
        const extra = (facet.extra ?? []).find((e) => e.value === this.chosen[i]);
        return extra ? extra.takes(row) : facet.of(row) === this.chosen[i];
      }) && words.every((word) => this.text(row).includes(word)));
  }

  sorted(rows) {
    const by = this.options.columns.find((c) => c.key === this.sort.key);
    const value = by.sort ?? by.text;
    const sign = this.sort.descending ? -1 : 1;
    return rows.map((row) => [value(row), row]).sort(([a], [b]) => {
      const [none, other] = [a === null || a === undefined, b === null || b === undefined];
      if (none || other) return none - other;  // absent ones last, whichever way
      return sign * (typeof a === 'number' ? a - b : shapeOrder(a, b));
    }).map(([, row]) => row);
  }

  update() {
    for (const c of this.options.columns) {
      const is = c.key === this.sort.key;
      c.th.setAttribute('aria-sort', is ? (this.sort.descending ? 'descending' : 'ascending') : 'none');
    }
    const all = this.options.rows.length;
    const rows = this.sorted(this.passing());
    this.status.textContent = rows.length === all ? count(all) : `${count(rows.length)} of ${count(all)}`;
    this.body.replaceChildren(...rows.slice(0, this.shown).flatMap((row) => this.rowElements(row)));
    if (rows.length === 0) {
      const span = this.options.columns.length + (this.options.detail ? 1 : 0);
      this.body.append(h('tr', { class: 'none' }, h('td', { colspan: span },
        all === 0 ? this.options.empty ?? 'Nothing here.' : this.emptyText())));
    }
    const left = rows.length - this.shown;
    this.more.replaceChildren(...(left <= 0 ? [] : [
      h('button', { type: 'button', onclick: () => { this.shown += MORE_ROWS; this.update(); } }, `Show ${count(Math.min(MORE_ROWS, left))} more`),
      left > MORE_ROWS ? h('button', { type: 'button', onclick: () => { this.shown = rows.length; this.update(); } }, `Show all ${count(rows.length)}`) : '']));
  }

  emptyText() {
    return this.options.noMatch ? this.options.noMatch(this) : 'Nothing matches the filter.';
  }

  rowElements(row) {
    const { columns, detail, rowClass, rowId } = this.options;
    const id = rowId ? rowId(row) : row;
    const open = this.opened.has(id);
    const cells = columns.map((c, i) => h(i === 0 ? 'th' : 'td', { class: classes(c), scope: i === 0 ? 'row' : null },
      c.cell ? c.cell(row) : c.text(row)));
    const line = h('tr', { class: [rowClass?.(row), open && 'open'].filter(Boolean).join(' ') || null });
    line.append(...cells);
    if (!detail) return [line];
    const toggle = () => {
      if (this.opened.has(id)) this.opened.delete(id);
      else this.opened.add(id);
      this.reopen(row, line);
    };
    const button = h('button', { type: 'button', class: 'open', 'aria-expanded': String(open), 'aria-label': `Details of ${columns[0].text(row)}`,
      onclick: (e) => { e.stopPropagation(); toggle(); } }, h('span', { class: 'chevron', 'aria-hidden': 'true' }));
    line.append(h('td', { class: 'opener' }, button));
    line.classList.add('opens');
    line.addEventListener('click', (e) => {
      if (!e.target.closest('a, button, input, pre, .u-over') && !String(getSelection())) toggle();
    });
    return open ? [line, this.detailRow(row)] : [line];
  }

  detailRow(row) {
    const { columns, detail } = this.options;
    const hidden = columns.filter((c) => c.wide);
    return h('tr', { class: 'detail' }, h('td', { colspan: columns.length + 1 },
      hidden.length ? h('dl', { class: 'hidden-cells' }, hidden.map((c) => [h('dt', {}, c.title), h('dd', {}, c.cell && !c.plot ? c.cell(row) : c.text(row))])) : null,
      detail(row)));
  }

  reopen(row, line) {
    const next = line.nextElementSibling;
    if (next?.classList.contains('detail')) next.remove();
    const [fresh, opened] = this.rowElements(row);
    line.replaceWith(fresh);
    if (opened) fresh.after(opened);
    fresh.querySelector('button.open').focus({ preventScroll: true });
  }
}

function classes(column) {
  return [column.number && 'number', column.wide && 'wide', column.plot && 'plot', column.class].filter(Boolean).join(' ') || null;
}

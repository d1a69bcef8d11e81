// Planning: points are typed as in a spreadsheet, items go together, sums follow what the page shows.
import * as b from './board.js';

const { $, $$, picked } = b;
const NEAR = 60, AT_ONCE = 50, CALM = 400;
const waiting = new Map(), flying = new Map();
let last = null, sending = false, timer = 0;

const page = () => $('.planning');
const rowOf = node => node.closest?.('.planning .card');
const id = row => row.dataset.taskId;
const cell = row => $('.points', row);
const known = row => row.dataset.sort !== '';
const fact = row => [cell(row)?.defaultValue ?? '', ...['epicId', 'entityId', 'sort'].map(name => Number(row.dataset[name]))];
const byId = (rows, value) => JSON.stringify(Object.fromEntries(rows.map(row => [id(row), value(row)])));
const seen = rows => byId(rows.filter(row => row && known(row)), fact);

// --- points ---
/** Save [row, text] pairs; what is typed while a request is under way goes with the next one. */
function save(pairs) {
  for (const [row, text] of pairs) {
    const input = cell(row);
    if (!input || flying.get(row) === text) continue;
    input.value = text;
    if (text.trim() !== input.defaultValue || input.dataset.failed) waiting.set(row, text);
  }
  flush();
}
async function flush() {
  if (sending || !waiting.size) return;
  const rows = [...waiting.keys()].slice(0, AT_ONCE), texts = new Map(waiting);
  sending = true;
  for (const row of rows) { flying.set(row, texts.get(row)); waiting.delete(row); cell(row).ariaBusy = 'true'; }
  const status = await b.post('/points', { points: byId(rows, row => texts.get(row)), seen: byId(rows.filter(known), row => cell(row).defaultValue) }, rows[0]);
  sending = false;
  flying.clear();
  for (const row of rows) {
    const input = cell(row);
    if (!input) continue;
    input.ariaBusy = null;
    // what was typed stays to be sent again
    if (status >= 200 && status < 300) delete input.dataset.failed;
    else input.dataset.failed = '1';
  }
  flush();
}
/** One text for a row, or for all selected ones when it is one of them. */
const set = (row, text) => save((picked().includes(row) ? picked() : [row]).map(one => [one, text]));

const beyond = (row, by) => {
  const rows = $$('.card', row.parentNode).filter(cell);
  return rows[rows.indexOf(row) + by];
};
function edit(row) {
  cell(row)?.focus();
  cell(row)?.select();
}
function fillDown(row) {
  const rows = picked(), top = rows.includes(row) ? rows[0] : beyond(row, -1);
  if (top) set(row, cell(top).value);
}

function inCell(row, input, event) {
  const { shiftKey } = event, key = b.keyOf(event);
  if ((event.ctrlKey || event.metaKey) && key === 'd') return !void fillDown(row);
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (key === 'Escape') {
    input.value = input.defaultValue;
    $('.card__open', row).focus();
    return true;
  }
  const by = { Enter: shiftKey ? -1 : 1, Tab: shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[key];
  if (!by) return false;
  const next = beyond(row, by);
  if (input.dataset.failed) save([[row, input.value]]);
  if (shiftKey && key.startsWith('Arrow')) {
    b.select(row, true);
    if (next) b.select(next, true);
  }
  if (next) edit(next);
  else if (key === 'Enter') save([[row, input.value]]);
  return Boolean(next) || key !== 'Tab';
}

function onRow(row, event) {
  const key = b.keyOf(event);
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  const button = /^\d$/.test(key) && $(`.scale [data-key="${key}"]`);
  if (button) set(row, button.dataset.value);
  else if (key === 'p' || key === 'F2') edit(row);
  else if (key === 'Delete' || key === 'Backspace') set(row, '');
  else return false;
  return true;
}

document.addEventListener('keydown', event => {
  const { target } = event, row = rowOf(target);
  if (!row || event.isComposing) return;
  const done = target.matches('.points') ? inCell(row, target, event) : target.matches('.card__open') && onRow(row, event);
  if (done) { event.preventDefault(); event.stopPropagation(); }
}, true);

document.addEventListener('paste', event => {
  const { target } = event;
  if (!target.matches?.('.planning .points')) return;
  const texts = event.clipboardData.getData('text/plain').replace(/\r?\n$/, '').split(/\r?\n/).map(line => line.split('\t')[0].trim());
  if (texts.length < 2) return;
  event.preventDefault();
  const rows = $$('.card', rowOf(target).parentNode).filter(cell);
  save(rows.slice(rows.indexOf(rowOf(target))).slice(0, texts.length).map((row, at) => [row, texts[at]]));
});

document.addEventListener('change', ({ target }) => {
  const row = rowOf(target);
  if (row && target.matches('.points')) save([[row, target.value]]);
  if (target.dataset.scrumChange !== 'epic') return;
  const menu = $('#card-menu'), item = document.getElementById(menu.dataset.card);
  menu.hidePopover();
  assign([item], target.value);
});
const assign = (items, epic) => b.post('/cards/bulk', { action: 'epic', task_ids: items.map(id).join(), epic_id: epic, seen: seen(items) }, items[0]);

document.addEventListener('click', event => {
  const { target } = event, button = target.closest('.scale [data-value]'), row = rowOf(target);
  const aim = picked()[0] ?? last;
  if (button && aim?.isConnected) set(aim, button.dataset.value);
  if (!target.matches('.planning .points, .planning .record')) return;
  event.stopPropagation(); // no wish to open the task
  if (!target.matches('.points')) b.post('/records', { task_ids: id(row), entity_id: page().dataset.backlog }, row);
}, true);

document.addEventListener('focusin', ({ target }) => {
  const row = rowOf(target);
  if (!row) return;
  last = row;
  const input = cell(row);
  if (input) input.tabIndex = 0;
  const menu = $('#card-menu [data-scrum-change]');
  if (menu) menu.value = row.dataset.epicId;
});

// --- moves ---
document.addEventListener('htmx:config:request', ({ detail: { ctx: { request, sourceElement: source } } }) => {
  if (!page() || request.method === 'GET') return;
  if (source.id === 'bulk') request.body.set('seen', seen(picked()));
  if (!rowOf(source) || !request.body.has('before')) return;
  const body = request.body, ids = body.get('task_ids')?.split(',') ?? [id(source)];
  const all = $$('.card', source.parentNode), at = all.findIndex(row => id(row) === ids[0]), above = all[at - 1];
  const below = all.slice(at + ids.length, at + ids.length + NEAR);
  body.set('task_ids', ids);
  body.set('after', above ? id(above) : 0);
  body.set('following', below.map(id));
  body.set('seen', seen([above, ...all.slice(at, at + ids.length), ...below]));
});
document.addEventListener('scrum:done', b.unselect);

// --- what answers tell about items ---
function learn() {
  const news = $$('#facts i'), line = $('#facts > ul');
  if (line) {
    const after = $(`#task-${line.dataset.lineAfter || 0}`), mark = line.firstElementChild;
    $('.cards > #line')?.remove();
    if (mark) after ? after.after(mark) : $(`.column[data-stage-id="${page().dataset.backlog}"] .cards`)?.prepend(mark);
  }
  for (const one of news) {
    const row = $(`.planning #task-${one.dataset.taskId}`), input = row && cell(row);
    if (!row) continue;
    if (one.dataset.missing) { input?.replaceWith($('#no-record').content.cloneNode(true)); continue; }
    const { points, fit, epicId, entityId, sort } = one.dataset;
    $('.epic', row).replaceWith(($(`#epics [data-epic-id="${epicId}"]`) ?? $('#epics [data-epic-id=gone]')).cloneNode(true));
    const list = $(`.column[data-stage-id="${entityId}"] .cards`);
    if (list && list !== row.parentNode && !b.moving()) b.put(row, list, null);
    Object.assign(row.dataset, { epicId, entityId, sort });
    if (!input) continue;
    const typed = input.value !== input.defaultValue && input.value.trim() !== points;
    input.defaultValue = points;
    if (!typed) { input.value = points; input.dataset.fit = fit; }
  }
  $('#facts')?.replaceChildren();
  if (news.length) { arrange(); soon(); }
}
/** Items stand in the order of their sorts; those whose sort is not known yet follow. */
function arrange() {
  if (b.moving() || b.dragging() || !page()) return;
  for (const list of $$('.planning .cards')) {
    const rows = $$('.card', list).sort((x, y) => known(y) - known(x) || x.dataset.sort - y.dataset.sort || id(x) - id(y));
    let spot = list.firstElementChild;
    for (const row of rows) {
      while (spot && !spot.matches('.card')) spot = spot.nextElementSibling;
      if (spot === row) spot = spot.nextElementSibling;
      else b.put(row, list, spot);
    }
  }
}
document.addEventListener('board:idle', () => { arrange(); soon(); });

/** The server sums up what the page shows, once it is calm. */
function soon() {
  clearTimeout(timer);
  if (page()) timer = setTimeout(sum, CALM);
}
function sum() {
  if (!page()) return;
  const rows = $$('.planning .cards .card').map(row => [id(row), b.stageOf(row), row.dataset.epicId, row.dataset.person, row.dataset.sort, row.matches('.card--done')].map(Number).concat(known(row) && cell(row) ? cell(row).defaultValue : null));
  b.post('/totals', { rows: JSON.stringify(rows) }, $('#facts'));
}

export function mount() {
  if (!page()) return;
  learn();
  for (const chip of $$('#epics .epic:not(.epic--gone)')) Sortable.get(chip) ?? new Sortable(chip, { group: { name: 'cards', pull: false }, onAdd: ({ item, to }) => assign($('.pick', item).checked ? picked() : [item], to.dataset.epicId) });
  if (!$('.loader') && $('.velocity')) htmx.trigger('.velocity', 'ready');
}

// A directory of the CRM: rows change places within their group by hand, keys and buttons; the page is the state.
import { $, $$, announce, common, dropped, nextOf, place, previousOf, put, refresh, settle } from './board.js';

const ROW = '.crm-row[data-stage-id]';
const page = () => $('#crm');
const rows = () => $$(ROW, page());
const idOf = row => Number(row.dataset.stageId);
const made = new WeakSet();

/** What the page shows, for the app to compare with what is. */
const seen = () => `{"start":${JSON.stringify(page().dataset.start)},"stages":[${$$('[data-seen]', page()).map(bar => bar.dataset.seen)}]}`;

const settleRow = (row, from) => settle(row, from, () => new Promise(done => htmx.ajax('POST', `/crm/${page().dataset.entityId}/order`, {
  source: row, target: row, swap: 'none', values: { order: rows().map(idOf).join() }, done,
})));

function move(row, way) {
  const from = place(row), other = way === 'up' ? from.previous : from.next;
  if (!other) return announce('msgEdge');
  put(row, from.list, way === 'up' ? other : nextOf(other));
  row.scrollIntoView({ block: 'nearest' });
  const group = $$(ROW, from.list);
  announce('msgStageMoved', { title: $('[data-rename]', row).value, position: group.indexOf(row) + 1, count: group.length });
  return settleRow(row, from);
}

/** Make new lists draggable; called after every swap. */
export function mount() {
  for (const list of $$('.crm-rows', page())) {
    if (!made.has(list) && $('.crm-row__grip', page())) new Sortable(list, { ...common(), delay: 0, draggable: ROW, handle: '.crm-row__grip', onEnd: dropped(settleRow) });
    made.add(list);
  }
}

document.addEventListener('htmx:config:request', event => {
  const { request } = event.detail.ctx;
  if (!page() || request.method === 'GET' || !/^\/(crm|jobs)\//.test(request.action)) return;
  // a code somebody has edited no longer follows the name
  if (request.action.endsWith('/code') && 'own' in $('#crm-new-code').dataset) return event.preventDefault();
  request.body.set('seen', seen());
});
document.addEventListener('click', ({ target }) => {
  const button = target.closest('[data-crm]');
  if (button) move(button.closest(ROW), button.dataset.crm);
});
document.addEventListener('keydown', event => {
  const way = { ArrowUp: 'up', ArrowDown: 'down' }[event.key];
  if (!way || !event.target.matches('.crm-row__grip')) return;
  event.preventDefault();
  move(event.target.closest(ROW), way);
});
// the preview follows what is typed and chosen
document.addEventListener('input', ({ target }) => {
  if (target.id === 'crm-new-code') target.dataset.own = '';
  const row = target.closest(ROW), chip = row && $(`#${row.id}-chip`);
  if (!chip) return;
  if (target.matches('[data-rename]')) chip.dataset.name = target.value;
  if (target.closest('[data-colors]')) setTimeout(() => chip.style.setProperty('--stage-color', $('[type=color]', row).value));
});
/** The true order; `into` took the items of rows that are gone. */
document.addEventListener('crm:order', ({ detail: { order, into = 0 } }) => {
  if (!page()) return;
  const known = new Map(rows().map(row => [idOf(row), row]));
  if (order.some(id => !known.has(id))) return refresh();
  for (const [id, row] of known) if (!order.includes(id)) { give(row, known.get(into)); row.remove(); }
  if (rows().map(idOf).join() === order.join()) return;
  for (const id of order) put(known.get(id), known.get(id).parentNode);
});
function give(row, other) {
  const [from, to] = [row, other].map(one => one && $('.crm-row__count', one));
  if (!from || !to?.dataset.total) return;
  to.textContent = to.dataset.total = Number(to.dataset.total) + Number(from.dataset.total);
}

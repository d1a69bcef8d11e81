// A directory of the CRM: rows change places within their group by hand, keys and buttons; the page is the state.
import { announce } from '../core/announcer.js';
import { around, asInput, find, findAll, listOf, listen, need, needAround, needInput } from '../core/dom.js';
import { dragOptions, whenDropped } from '../core/drag.js';
import { directionOf, onKey } from '../core/keys.js';
import { settle } from '../core/moves.js';
import { onMount } from '../core/page.js';
import { placeOf, positionIn, put, putBeside } from '../core/places.js';
import { refresh } from '../core/refresh.js';
import { onRequest, post } from '../core/requests.js';

/** @typedef {import('../core/places.js').Place} Place */

const ROW = '.crm-row[data-stage-id]';
const GRIP = '.crm-row__grip';

/** @type {WeakSet<HTMLElement>} */
const mounted = new WeakSet();

const page = () => find('#crm');
const rows = () => findAll(ROW, need('#crm'));

/** @param {HTMLElement} row */
const idOf = (row) => Number(row.dataset.stageId);
const currentOrder = () => rows().map(idOf).join(',');

/** What the page shows, for the app to compare with what is: JSON, each row as the server has written it. */
function seenRows() {
  const { start } = need('#crm').dataset;
  const stages = findAll('[data-seen]', need('#crm')).map((bar) => bar.dataset.seen);
  return `{"start":${JSON.stringify(start)},"stages":[${stages.join(',')}]}`;
}

/**
 * @param {HTMLElement} row
 * @param {Place} from
 */
const settleRow = (row, from) =>
  settle(row, from, () =>
    post(`/crm/${need('#crm').dataset.entityId}/order`, { order: currentOrder() }, row),
  );

/**
 * @param {HTMLElement} row
 * @param {'up' | 'down'} way
 */
function moveRow(row, way) {
  const from = placeOf(row);
  const other = way === 'up' ? from.previous : from.next;
  if (!other) {
    announce('msgEdge');
    return;
  }
  putBeside(row, other, way === 'down');
  row.scrollIntoView({ block: 'nearest' });
  announce('msgStageMoved', {
    title: needInput('[data-rename]', row).value,
    ...positionIn(row, from.list, ROW),
  });
  settleRow(row, from);
}

/** Make new lists draggable. */
function mount() {
  if (!page()) return;
  for (const list of findAll('.crm-rows', need('#crm'))) {
    if (mounted.has(list)) continue;
    mounted.add(list);
    if (!find(GRIP, need('#crm'))) continue;
    const onEnd = whenDropped(settleRow);
    new Sortable(list, { ...dragOptions(), delay: 0, draggable: ROW, handle: GRIP, onEnd });
  }
}

/**
 * The items of a row that is gone count for another one.
 * @param {HTMLElement} row
 * @param {HTMLElement | undefined} heir
 */
function giveItems(row, heir) {
  const from = find('.crm-row__count', row);
  const to = heir && find('.crm-row__count', heir);
  if (!from || !to?.dataset.total) return;
  const total = String(Number(to.dataset.total) + Number(from.dataset.total));
  to.dataset.total = total;
  to.textContent = total;
}

/**
 * Show the true order.
 * @param {{ order: number[], into?: number }} answer `into` took the items of rows that are gone
 */
function showOrder({ order, into = 0 }) {
  if (!page()) return;
  const known = new Map(rows().map((row) => [idOf(row), row]));
  const ordered = order.flatMap((id) => known.get(id) ?? []);
  if (ordered.length < order.length) {
    refresh();
    return;
  }
  for (const row of known.values()) {
    if (ordered.includes(row)) continue;
    giveItems(row, known.get(into));
    row.remove();
  }
  if (currentOrder() === order.join(',')) return;
  for (const row of ordered) put(row, listOf(row), null);
}

/**
 * The preview follows what is typed and chosen.
 * @param {HTMLElement} row
 * @param {HTMLElement} target what was typed into
 */
function showInPreview(row, target) {
  const chip = find(`#${row.id}-chip`);
  if (!chip) return;
  if (target.matches('[data-rename]')) chip.dataset.name = asInput(target).value;
  if (!around(target, '[data-colors]')) return;
  // Later: the fields of the color have to agree first.
  setTimeout(() => chip.style.setProperty('--stage-color', needInput('[type=color]', row).value));
}

onMount(() => queueMicrotask(mount));

onRequest(({ action, body, method }, _source, event) => {
  if (!page() || method === 'GET' || !/^\/(crm|jobs)\//.test(action)) return;
  // A code somebody has edited no longer follows the name.
  if (action.endsWith('/code') && find('#crm-new-code[data-own]')) event.preventDefault();
  else body.set('seen', seenRows());
});

onKey((key, target) => {
  const way = directionOf(key);
  if (!target.matches(GRIP) || (way !== 'up' && way !== 'down')) return false;
  moveRow(needAround(target, ROW), way);
  return true;
});

listen('click', (target) => {
  const way = around(target, '[data-crm]')?.dataset.crm;
  if (way === 'up' || way === 'down') moveRow(needAround(target, ROW), way);
});

listen('input', (target) => {
  if (target.id === 'crm-new-code') target.dataset.own = '';
  const row = around(target, ROW);
  if (row) showInPreview(row, target);
});

document.addEventListener('crm:order', ({ detail }) => showOrder(detail));

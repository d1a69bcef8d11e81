// Cards and stages as nodes: the page is the state. A move happens here first, then the portal is asked; what it
// refuses goes back to where it was.
const pending = new Set();
let swaps = 0;
/** A move is under way: what is read from the portal now may be older than the page. */
export const moving = () => pending.size > 0;
/** The board was read again: moves under way no longer know where things were. */
export const renewed = () => { swaps++; };

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const board = () => $('#board');
const app = () => $('#app');
const address = path => `/boards/${board().dataset.board}${path}`;
const PAGE = 50;

/** POST values for an element; the status of the answer, 0 without one. Toasts in it are shown by htmx. */
export function post(path, values, source) {
  return new Promise(done => htmx.ajax('POST', address(path), { source, target: source, swap: 'none', values, done }));
}

export function announce(message, values = {}) {
  const text = app().dataset[message] ?? '';
  $('#announcer').textContent = text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** Read the board (or whatever #main shows) again and merge it into the page; one request. */
export function refresh() {
  const page = $('#main > [data-refresh]');
  if (page) htmx.ajax('GET', page.dataset.refresh, { target: '#main', swap: 'innerMorph' });
}

// --- where things are ---
const beside = (node, way, selector) => {
  do node = node[way]; while (node && !node.matches(selector));
  return node;
};
const CARD = '.card', COLUMN = '.column[data-stage-id]';
export const nextOf = node => beside(node, 'nextElementSibling', node.matches(CARD) ? CARD : COLUMN);
export const previousOf = node => beside(node, 'previousElementSibling', node.matches(CARD) ? CARD : COLUMN);
export const place = node => ({ list: node.parentNode, next: nextOf(node), previous: previousOf(node) });
const same = (a, b) => a.list === b.list && a.next === b.next && a.previous === b.previous;
export const stageIds = () => $$(COLUMN).map(column => column.dataset.stageId);
export const stageOf = node => node.closest('.column').dataset.stageId;
const titleOf = column => $('.stage__title', column).textContent;
const cardId = card => card?.dataset.taskId ?? 0;

/** Put a node before another one (null: at the end of the cards or stages) and keep focus where the browser can. */
export function put(node, list, next) {
  const before = next ?? (node.matches(CARD) ? $('.next', list) : null);
  const from = node.parentNode;
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  list.moveBefore ? list.moveBefore(node, before) : list.insertBefore(node, before);
  if (focused && document.activeElement !== focused) focused.focus();
  if (from !== list) recount(from, list, 1);
}

export function recount(from, to, by) {
  for (const [list, change] of [[from, -by], [to, by]]) {
    const count = list && $('.column__count', list.closest('.column'));
    if (!count) continue;
    count.dataset.total = Math.max(0, Number(count.dataset.total) + change);
    count.textContent = count.dataset.total;
  }
}

/** Tell the portal where a node is now. Moves made meanwhile follow in their turn; a refusal puts it back. */
async function settle(node, from, send) {
  if (pending.has(node)) return;
  const seen = swaps;
  pending.add(node);
  for (let now = place(node); !same(now, from); now = place(node)) {
    node.ariaBusy = 'true';
    const status = await send(from, now);
    if (swaps !== seen || !node.isConnected) break;
    if (status < 200 || status > 299) {
      put(node, from.list, from.next?.parentNode === from.list ? from.next : null);
      break;
    }
    from = now;
  }
  node.ariaBusy = null;
  pending.delete(node);
  document.dispatchEvent(new Event('board:idle'));
}

export function settleCard(card, from) {
  const path = `/cards/${cardId(card)}/move`;
  return settle(card, from, (was, now) => post(path, {
    stage_id: stageOf(card), before: cardId(now.next), after: cardId(now.previous),
    was_stage: was.list.closest('.column').dataset.stageId, was_before: cardId(was.next), was_after: cardId(was.previous),
  }, card));
}

export function settleStage(column, from) {
  const path = `/stages/${column.dataset.stageId}/move`;
  return settle(column, from, (was, now) => {
    const seen = stageIds().filter(id => id !== column.dataset.stageId);
    seen.splice(was.previous ? seen.indexOf(was.previous.dataset.stageId) + 1 : 0, 0, column.dataset.stageId);
    return post(path, { after_id: now.previous?.dataset.stageId ?? 0, seen: seen.join() }, column);
  });
}

// --- moves by keys, buttons and the menu ---
export function moveCard(card, way, stage = null) {
  if (!board().hasAttribute('data-may-move')) return;
  const from = place(card);
  const cards = $$(CARD, from.list);
  const column = card.closest('.column');
  const target = stage ? $(`.column[data-stage-id="${stage}"]`) : { left: previousOf(column), right: nextOf(column) }[way] ?? column;
  const list = $('.cards', target);
  const next = list !== from.list ? $(CARD, list) : { up: from.previous, down: nextOf(from.next ?? card), top: cards[0], bottom: null }[way];
  const edge = { up: !from.previous, top: !from.previous, down: !from.next, bottom: !from.next }[way] ?? list === from.list;
  if (edge) return announce('msgEdge');
  put(card, list, next);
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const now = $$(CARD, list);
  announce('msgMoved', { title: $('.card__open', card).textContent, stage: titleOf(target), position: now.indexOf(card) + 1, count: now.length });
  return settleCard(card, from);
}

export function moveStage(column, way) {
  const from = place(column);
  const other = way === 'left' ? from.previous : from.next;
  if (!other) return announce('msgEdge');
  put(column, from.list, way === 'left' ? other : nextOf(other));
  column.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const columns = $$(COLUMN);
  announce('msgStageMoved', { title: titleOf(column), position: columns.indexOf(column) + 1, count: columns.length });
  return settleStage(column, from);
}

// --- what answers say about the whole board ---
/** The true order of stages; `into` took the cards of those that are gone. */
export function orderStages({ order, into = 0 }) {
  const columns = $('#columns');
  if (!columns) return;
  const known = new Map($$(COLUMN, columns).map(column => [Number(column.dataset.stageId), column]));
  if (order.some(id => !known.has(id))) return refresh();
  for (const [id, column] of known) {
    if (order.includes(id)) continue;
    if (known.has(into)) adopt($$(CARD, column), known.get(into), Number($('.column__count', column).dataset.total) || 0);
    column.remove();
  }
  order.forEach((id, at) => {
    const column = known.get(id), there = $$(COLUMN, columns)[at];
    if (there !== column) put(column, columns, there);
  });
}

/** Cards that are in another stage now, or gone. */
export function settleCards({ ids, stage, gone }) {
  const cards = ids.map(id => $(`#task-${id}`)).filter(Boolean);
  const column = stage && $(`.column[data-stage-id="${stage}"]`);
  for (const card of cards) {
    const pick = $('.pick', card);
    if (pick) pick.checked = false;
    if (gone) { recount(card.parentNode, null, 1); card.remove(); }
    else if (column && card.closest('.column') !== column) put(card, $('.cards', column), $(CARD, column));
  }
  showSelection();
}

function adopt(cards, column, total) {
  const list = $('.cards', column);
  cards.forEach(card => list.insertBefore(card, $('.next', list)));
  recount(null, list, total);
}

/** Pages are counted from what is here; cards that moved meanwhile may come twice. */
export const pageStart = next => Math.floor($$(CARD, next.parentNode).length / PAGE) * PAGE;
export function dropTwins() {
  const seen = new Set();
  for (const card of $$(CARD)) seen.has(card.id) ? card.remove() : seen.add(card.id);
}

// --- selection ---
export const selected = () => $$('.pick:checked');
/** Which cards each selected one stands between, for the way back. */
export const selectedPlaces = () => selected().map(pick => pick.closest(CARD)).map(card => [card, nextOf(card), previousOf(card)].map(cardId).join(':')).join();
export function showSelection() {
  const count = $('.bulk__count');
  if (!count) return;
  const text = count.dataset.text.replace('{count}', selected().length);
  if (count.textContent !== text) count.textContent = text;
  fillStages();
}
export function unselect() {
  for (const pick of selected()) pick.checked = false;
  showSelection();
}
export function select(card, on) {
  const pick = $('.pick', card);
  if (!pick) return;
  pick.checked = on ?? !pick.checked;
  showSelection();
}

/** Lists of stages offer those the board shows, as they are called now. */
export function fillStages(but = null) {
  for (const list of $$('select[data-stages]')) {
    const chosen = list.value;
    list.replaceChildren(...$$(COLUMN).filter(column => column.dataset.stageId !== but).map(column => new Option(titleOf(column), column.dataset.stageId)));
    list.value = chosen;
    if (list.dataset.doChange) list.selectedIndex = -1;
    else if (list.selectedIndex < 0) list.selectedIndex = 0;
  }
}

// --- contrast of a color being chosen, as WCAG 2.2 counts it ---
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16) / 255).map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
export function showColor(fields, text) {
  let hex = text.trim().replace(/^#?/, '#');
  if (/^#[0-9a-f]{3}$/i.test(hex)) hex = hex.replace(/[0-9a-f]/gi, '$&$&');
  const input = $('[data-hex-input]', fields);
  input.ariaInvalid = /^#[0-9a-f]{6}$/i.test(hex) ? null : 'true';
  if (input.ariaInvalid) return;
  const light = luminance(hex), onBlack = (light + 0.05) / 0.05, onWhite = 1.05 / (light + 0.05);
  const sample = $('[data-sample]', fields);
  sample.style.setProperty('--stage-color', hex);
  sample.className = `colors__sample stage--${onBlack >= onWhite ? 'dark' : 'light'}`;
  sample.textContent = sample.dataset.text.replace('{ratio}', Math.max(onBlack, onWhite).toFixed(1));
  if (document.activeElement !== input) input.value = hex.toUpperCase();
  $('[data-picker]', fields).value = hex.toLowerCase();
}

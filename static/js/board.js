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
const marks = document.body.classList;
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
  if (page) htmx.ajax('GET', page.dataset.refresh, { target: '#main', swap: 'innerMorph', refresh: true });
}

/** What a key means: where the layout has other letters than Latin ones, the letter printed beside them. */
export const keyOf = ({ key, code }) => /^[^ -~]$/.test(key) ? code.slice(3).toLowerCase() : key;

// --- where things are ---
const beside = (node, way, selector) => {
  do node = node[way]; while (node && !node.matches(selector));
  return node;
};
const CARD = '.card', COLUMN = '.column[data-stage-id]';
const kind = node => [CARD, '.crm-row[data-stage-id]'].find(one => node.matches(one)) ?? COLUMN;
export const nextOf = node => beside(node, 'nextElementSibling', kind(node));
export const previousOf = node => beside(node, 'previousElementSibling', kind(node));
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
export async function settle(node, from, send) {
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

/** Cards that are in another stage now, or (`gone`: all of them, or these) not shown any more. */
export function settleCards({ ids, stage, gone }) {
  const cards = ids.map(id => $(`#task-${id}`)).filter(Boolean);
  const column = stage && $(`.column[data-stage-id="${stage}"]`);
  for (const card of cards) {
    const pick = $('.pick', card);
    if (pick) pick.checked = false;
    if (gone === true || gone?.includes(Number(cardId(card)))) { recount(card.parentNode, null, 1); card.remove(); }
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
export const picked = () => selected().map(pick => pick.closest(CARD));
/** Which cards each selected one stands between, for the way back. */
export const selectedPlaces = () => picked().map(card => [...[card, nextOf(card), previousOf(card)].map(cardId), stageOf(card)].join(':')).join();
/** The tags each selected card shows. */
export const selectedTags = () => JSON.stringify(Object.fromEntries(picked().map(card => [cardId(card), $$('.tag:not([data-more])', card).map(tag => tag.textContent)])));
export function showSelection() {
  const some = selected().length, count = $('.bulk__count');
  // a class: told by `:has()`, every choice in any list of the page would have the style of all cards computed anew
  marks.toggle('picking', some);
  if (!count) return;
  const text = count.dataset.text.replace('{count}', some);
  if (count.textContent !== text) count.textContent = text;
  if (some) fillStages();
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

// --- dragging, with the mouse and by touch ---
const still = matchMedia('(prefers-reduced-motion: reduce)');
const made = new WeakMap();
let from = null, spots = '';

export const common = () => ({
  animation: still.matches ? 0 : 120, delay: 200, delayOnTouchOnly: true, touchStartThreshold: 6,
  filter: '[aria-busy=true]', preventOnFilter: false, fallbackOnBody: true, scroll: true, bubbleScroll: true, scrollSensitivity: 70, scrollSpeed: 14,
  onStart: ({ item }) => { from = place(item); spots = selectedPlaces(); marks.add('dragging'); },
});

/** Where a card was dropped the other selected ones follow, all in their order and with one request. */
function dropCard(card, from) {
  const along = $('.pick', card)?.checked && (card.parentNode !== from.list || board().matches('.planning'))
    ? picked().filter(one => one !== card && !pending.has(one)) : [];
  return along.length ? settleMany(card, from, along) : settleCard(card, from);
}
async function settleMany(card, from, along) {
  const seen = swaps, list = card.parentNode;
  const above = one => one.compareDocumentPosition(from.next ?? from.list) & (from.next ? 4 : 12);
  const cards = [...along.filter(above), card, ...along.filter(one => !above(one))];
  const was = cards.map(one => one === card ? from : place(one));
  let next = nextOf(card);
  while (cards.includes(next)) next = nextOf(next);
  for (const one of cards) {
    pending.add(one);
    one.ariaBusy = 'true';
    put(one, list, next);
  }
  const status = await post('/cards/bulk', {
    action: 'move', task_ids: cards.map(cardId).join(), stage_id: stageOf(card), before: cardId(next), after: cardId(previousOf(cards[0])), was: spots,
  }, card);
  // the answer has unselected those that went; the others go back, the last one first: it may be the next of another
  for (const [at, one] of [...cards.entries()].reverse()) {
    one.ariaBusy = null;
    pending.delete(one);
    const { list, next } = was[at];
    if (swaps === seen && one.isConnected && (status < 200 || status > 299 || $('.pick', one).checked)) put(one, list, next?.parentNode === list ? next : null);
  }
  document.dispatchEvent(new Event('board:idle'));
}

export function dropped(settle) {
  return ({ item, from: left, to }) => {
    marks.remove('dragging');
    if (to.dataset.epicId) return void from.list.insertBefore(item, from.next?.parentNode === from.list ? from.next : null); // no place for it, but a wish
    if (left !== to) recount(left, to, 1);
    // never below the button that asks for more
    const more = $('.next', to);
    if (more && more.nextElementSibling) put(item, to, null);
    settle(item, from);
    document.dispatchEvent(new Event('board:idle'));
  };
}

export const dragging = () => marks.contains('dragging');

/** Make new lists of cards, and the row of stages, draggable; called after every swap. */
export function mount(editing) {
  const columns = $('#columns');
  if (!columns) return; // a team without an active sprint, or one that is closed, has a page but no columns
  if (board().hasAttribute('data-may-move')) {
    for (const list of $$('.cards')) {
      if (!made.has(list)) made.set(list, new Sortable(list, { ...common(), group: 'cards', draggable: '.card', onEnd: dropped(dropCard) }));
    }
  }
  if (!made.has(columns)) {
    made.set(columns, new Sortable(columns, { ...common(), group: 'stages', draggable: '.column[data-stage-id]', handle: '.stage__grip', delay: 0, onEnd: dropped(settleStage) }));
  }
  made.get(columns).option('disabled', !editing);
}

// What answers announce about the whole board: the order of its stages, cards that are elsewhere now.
import { find, findAll } from '../core/dom.js';
import { put, recount } from '../core/places.js';
import { refresh } from '../core/refresh.js';
import { CARD, COLUMN, cardOf, cardsOf, columnOf, stageId, taskId } from './board.js';
import { showSelection, unselect } from './selection.js';

/**
 * Give the cards of a column that is gone to another one; its count follows, also for cards that are not shown.
 * @param {HTMLElement} column
 * @param {HTMLElement} other
 */
function adoptCards(column, other) {
  const list = cardsOf(other);
  const more = find('.next', list);
  for (const card of findAll(CARD, column)) list.insertBefore(card, more);
  recount(null, list, Number(find('.column__count', column)?.dataset.total) || 0);
}

/** @param {HTMLElement} columns @param {HTMLElement[]} order */
function arrange(columns, order) {
  order.forEach((column, index) => {
    const there = findAll(COLUMN, columns)[index];
    if (there !== column) put(column, columns, there ?? null);
  });
}

/**
 * Show the true order of the stages.
 * @param {{ order: number[], into?: number }} answer `into` took the cards of those that are gone
 */
function orderStages({ order, into = 0 }) {
  const columns = find('#columns');
  if (!columns) return;
  const known = new Map(findAll(COLUMN, columns).map((column) => [Number(stageId(column)), column]));
  const ordered = order.flatMap((id) => known.get(id) ?? []);
  if (ordered.length < order.length) {
    refresh();
    return;
  }
  const heir = known.get(into);
  for (const column of known.values()) {
    if (ordered.includes(column)) continue;
    if (heir) adoptCards(column, heir);
    column.remove();
  }
  arrange(columns, ordered);
}

/**
 * Show that cards are in another stage now, or (`gone`: all of them, or these) on this board no more.
 * @param {{ ids: number[], stage?: number, gone?: boolean | number[] }} answer
 */
function settleCards({ ids, stage, gone }) {
  const column = stage ? columnOf(stage) : null;
  const isGone = (/** @type {HTMLElement} */ card) =>
    gone === true || (Array.isArray(gone) && gone.includes(Number(taskId(card))));
  for (const card of ids.flatMap((id) => cardOf(id) ?? [])) {
    unselect(card);
    if (isGone(card)) {
      recount(card.parentElement, null, 1);
      card.remove();
    } else if (column && card.closest('.column') !== column) {
      put(card, cardsOf(column), find(CARD, column));
    }
  }
  showSelection();
}

document.addEventListener('board:stages', ({ detail }) => orderStages(detail));
document.addEventListener('board:cards', ({ detail }) => settleCards(detail));

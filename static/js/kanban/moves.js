// Moves of cards and stages: in the page first, then at the portal. By keys, buttons and the menu here; by hand in
// drag.js.
import { announce } from '../core/announcer.js';
import { find, needAround } from '../core/dom.js';
import { settle } from '../core/moves.js';
import { nextOf, placeOf, positionIn, previousOf, put, putBeside } from '../core/places.js';
import {
  CARD,
  COLUMN,
  cardsOf,
  columnOf,
  mayMove,
  opener,
  postToBoard,
  stageId,
  stageIds,
  stageOf,
  taskId,
  titleOf,
} from './board.js';

/** @typedef {import('../core/places.js').Place} Place */
/** @typedef {import('../core/keys.js').Direction | 'top' | 'bottom'} CardWay */

/**
 * Tell the portal where a card is now.
 * @param {HTMLElement} card
 * @param {Place} from
 */
export const settleCard = (card, from) =>
  settle(card, from, (was, now) =>
    postToBoard(
      `/cards/${taskId(card)}/move`,
      {
        stage_id: stageOf(card),
        before: taskId(now.next),
        after: taskId(now.previous),
        was_stage: stageOf(was.list),
        was_before: taskId(was.next),
        was_after: taskId(was.previous),
      },
      card,
    ),
  );

/**
 * The order of the stages before a column was moved.
 * @param {HTMLElement} column
 * @param {Place} was
 */
function orderBefore(column, was) {
  const order = stageIds().filter((id) => id !== stageId(column));
  order.splice(was.previous ? order.indexOf(stageId(was.previous)) + 1 : 0, 0, stageId(column));
  return order.join(',');
}

/**
 * Tell the portal where a column is now.
 * @param {HTMLElement} column
 * @param {Place} from
 */
export const settleStage = (column, from) =>
  settle(column, from, (was, now) => {
    const afterId = now.previous ? stageId(now.previous) : 0;
    const values = { after_id: afterId, seen: orderBefore(column, was) };
    return postToBoard(`/stages/${stageId(column)}/move`, values, column);
  });

/**
 * Where a way leads within a column: the card to stand before (null: at the end), undefined where it ends.
 * @param {Place} from
 * @param {CardWay} way
 * @returns {HTMLElement | null | undefined}
 */
function withinColumn({ list, next, previous }, way) {
  if (way === 'up') return previous ?? undefined;
  if (way === 'top') return previous ? find(CARD, list) : undefined;
  if (way === 'down') return next ? nextOf(next) : undefined;
  return way === 'bottom' && next ? null : undefined;
}

/**
 * @param {HTMLElement} card
 * @param {Place} from
 * @param {HTMLElement} list
 * @param {HTMLElement | null | undefined} next undefined: there is no such place
 */
function moveCardTo(card, from, list, next) {
  if (next === undefined) {
    announce('msgEdge');
    return;
  }
  put(card, list, next);
  card.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  const stage = titleOf(needAround(list, '.column'));
  announce('msgMoved', { title: opener(card).textContent ?? '', stage, ...positionIn(card, list, CARD) });
  settleCard(card, from);
}

/**
 * Move a card by one step, to an end of its column, or to the column beside it.
 * @param {HTMLElement} card
 * @param {CardWay} way
 */
export function moveCard(card, way) {
  if (!mayMove()) return;
  const from = placeOf(card);
  if (way !== 'left' && way !== 'right') {
    moveCardTo(card, from, from.list, withinColumn(from, way));
    return;
  }
  const column = needAround(card, '.column');
  const beside = way === 'left' ? previousOf(column) : nextOf(column);
  if (beside) moveCardToStage(card, stageId(beside));
  else announce('msgEdge');
}

/**
 * Move a card to the top of another stage.
 * @param {HTMLElement} card
 * @param {string} id
 */
export function moveCardToStage(card, id) {
  const column = columnOf(id);
  if (!mayMove() || !column) return;
  const from = placeOf(card);
  const list = cardsOf(column);
  moveCardTo(card, from, list, list === from.list ? undefined : find(CARD, list));
}

/**
 * @param {HTMLElement} column
 * @param {'left' | 'right'} way
 */
export function moveStage(column, way) {
  const from = placeOf(column);
  const other = way === 'left' ? from.previous : from.next;
  if (!other) {
    announce('msgEdge');
    return;
  }
  putBeside(column, other, way === 'right');
  column.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  announce('msgStageMoved', { title: titleOf(column), ...positionIn(column, from.list, COLUMN) });
  settleStage(column, from);
}

// The board of the page: its columns and cards. The page is the state, there is no other model of it.
import { find, findAll, listOf, need, needAround } from '../core/dom.js';
import { post } from '../core/requests.js';

export const CARD = '.card';
export const COLUMN = '.column[data-stage-id]';
/** Cards that one answer brings; the server counts in these steps. */
const PAGE = 50;

/** The board, or null where the page shows something else. */
export const board = () => find('#board');
export const boardKey = () => need('#board').dataset.board ?? '';
export const mayMove = () => need('#board').hasAttribute('data-may-move');

/**
 * Send a change of the board for an element; the status of the answer, 0 without one.
 * @param {string} path what follows the address of the board
 * @param {Record<string, unknown>} values
 * @param {HTMLElement} source
 */
export const postToBoard = (path, values, source) => post(`/boards/${boardKey()}${path}`, values, source);

/** @param {Element} column */
export const stageId = (column) => /** @type {HTMLElement} */ (column).dataset.stageId ?? '';
export const stageIds = () => findAll(COLUMN).map(stageId);

/**
 * The stage a card, or a list of cards, is in.
 * @param {Element} node
 */
export const stageOf = (node) => stageId(needAround(node, '.column'));

/** @param {string | number} id */
export const columnOf = (id) => find(`.column[data-stage-id="${id}"]`);

/** @param {HTMLElement} column */
export const cardsOf = (column) => need('.cards', column);

/** @param {HTMLElement} column */
export const titleOf = (column) => need('.stage__title', column).textContent ?? '';

/**
 * The task of a card, `0` where there is none.
 * @param {Element | null} card
 */
export const taskId = (card) => /** @type {HTMLElement | null} */ (card)?.dataset.taskId ?? '0';

/** @param {string | number} id */
export const cardOf = (id) => find(`#task-${id}`);

/** @param {HTMLElement} card */
export const opener = (card) => need('.card__open', card);

/**
 * The page of cards to ask for next, counted from what is here.
 * @param {Element} more what asks for it
 */
export const pageStart = (more) => Math.floor(findAll(CARD, listOf(more)).length / PAGE) * PAGE;

/** Drop the second of two same cards: those that moved while pages were read come twice. */
export function dropTwins() {
  const seen = new Set();
  for (const card of findAll(CARD)) {
    if (seen.has(card.id)) card.remove();
    else seen.add(card.id);
  }
}

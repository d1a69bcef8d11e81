// Where cards, columns and rows stand: among their neighbors in a list.
import { find, findAll, listOf } from './dom.js';

/** What people put into an order. */
const ORDERED = '.card, .column[data-stage-id], .crm-row[data-stage-id]';
/** What asks for the next cards of a list; it stays below them. */
export const MORE = '.next';

/**
 * @typedef {object} Place
 * @property {HTMLElement} list
 * @property {HTMLElement | null} next
 * @property {HTMLElement | null} previous
 */

/**
 * @param {Element} node
 * @param {'nextElementSibling' | 'previousElementSibling'} way
 * @returns {HTMLElement | null}
 */
function neighbor(node, way) {
  let other = node[way];
  while (other && !other.matches(ORDERED)) other = other[way];
  return /** @type {HTMLElement | null} */ (other);
}

/** @param {Element} node */
export const nextOf = (node) => neighbor(node, 'nextElementSibling');

/** @param {Element} node */
export const previousOf = (node) => neighbor(node, 'previousElementSibling');

/**
 * @param {HTMLElement} node
 * @returns {Place}
 */
export const placeOf = (node) => ({ list: listOf(node), next: nextOf(node), previous: previousOf(node) });

/**
 * @param {Place} one
 * @param {Place} other
 */
export const isSamePlace = (one, other) =>
  one.list === other.list && one.next === other.next && one.previous === other.previous;

/**
 * Put a node before another one, at the end of the list without one; the focus stays where the browser can keep it.
 * @param {HTMLElement} node
 * @param {HTMLElement} list
 * @param {Element | null} next
 */
export function put(node, list, next) {
  const before = next ?? find(`:scope > ${MORE}`, list);
  const from = node.parentElement;
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  if (list.moveBefore) list.moveBefore(node, before);
  else list.insertBefore(node, before);
  if (focused instanceof HTMLElement && document.activeElement !== focused) focused.focus();
  if (from !== list) recount(from, list, 1);
}

/**
 * Put a node back to where it was.
 * @param {HTMLElement} node
 * @param {Place} place
 */
export const putBack = (node, { list, next }) => put(node, list, next?.parentNode === list ? next : null);

/**
 * Put a node behind another one of its list, or before it.
 * @param {HTMLElement} node
 * @param {HTMLElement} other
 * @param {boolean} behind
 */
export const putBeside = (node, other, behind) => put(node, listOf(other), behind ? nextOf(other) : other);

/**
 * Change the counts of two columns.
 * @param {Element | null} from a list of cards that gets fewer, if any
 * @param {Element | null} to a list of cards that gets more, if any
 * @param {number} by
 */
export function recount(from, to, by) {
  changeCount(from, -by);
  changeCount(to, by);
}

/**
 * @param {Element | null} list
 * @param {number} change
 */
function changeCount(list, change) {
  const count = list?.closest('.column')?.querySelector('.column__count');
  if (!(count instanceof HTMLElement)) return;
  const total = String(Math.max(0, Number(count.dataset.total) + change));
  count.dataset.total = total;
  count.textContent = total;
}

/**
 * The place of a node among those of its kind in a list, counted from 1, and how many there are.
 * @param {HTMLElement} node
 * @param {ParentNode} list
 * @param {string} selector
 */
export function positionIn(node, list, selector) {
  const all = findAll(selector, list);
  return { position: all.indexOf(node) + 1, count: all.length };
}

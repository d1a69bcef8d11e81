// Moves under way: a node moves in the page first, then the portal is asked; what it refuses goes back.
import { isSamePlace, placeOf, putBack } from './places.js';
import { succeeded } from './requests.js';

/** @typedef {import('./places.js').Place} Place */

/** @type {Set<HTMLElement>} */
const underWay = new Set();
let generation = 0;

/** Whether a move is under way: what is read from the portal now may be older than the page. */
export const isMoving = () => underWay.size > 0;

/** @param {HTMLElement} node */
export const isUnderWay = (node) => underWay.has(node);

/** The page was read again: moves under way no longer know where things were. */
export function movesAreOutdated() {
  generation += 1;
}

/** A function that tells whether the page was read again since now. */
export function sinceNow() {
  const known = generation;
  return () => generation !== known;
}

/** @param {HTMLElement} node */
export function hold(node) {
  underWay.add(node);
  node.ariaBusy = 'true';
}

/** @param {HTMLElement} node */
export function release(node) {
  node.ariaBusy = null;
  underWay.delete(node);
}

/** Say that a move is over. */
export const tellIdle = () => document.dispatchEvent(new Event('board:idle'));

/**
 * Tell the portal where a node is now. Moves made meanwhile follow in their turn; a refusal puts it back.
 * @param {HTMLElement} node
 * @param {Place} from where it was
 * @param {(from: Place, now: Place) => Promise<number>} send sends one move; the status of the answer
 */
export async function settle(node, from, send) {
  if (isUnderWay(node)) return;
  hold(node);
  await settleAll(node, from, send);
  release(node);
  tellIdle();
}

/**
 * @param {HTMLElement} node
 * @param {Place} from
 * @param {(from: Place, now: Place) => Promise<number>} send
 */
async function settleAll(node, from, send) {
  const isReadAgain = sinceNow();
  let known = from;
  for (let now = placeOf(node); !isSamePlace(now, known); now = placeOf(node)) {
    const status = await send(known, now);
    if (isReadAgain() || !node.isConnected) return;
    if (!succeeded(status)) {
      putBack(node, known);
      return;
    }
    known = now;
  }
}

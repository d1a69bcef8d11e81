// Dragging, with the mouse and by touch.
import { find } from './dom.js';
import { tellIdle } from './moves.js';
import { MORE, placeOf, put, recount } from './places.js';

/** @typedef {import('./places.js').Place} Place */

const reducedMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
const marks = document.body.classList;

/**
 * Where the dragged node was taken from.
 * @type {Place | null}
 */
let takenFrom = null;

export const isDragging = () => marks.contains('dragging');

/**
 * The settings of SortableJS for everything that is dragged here.
 * @param {() => void} [started] runs when a drag begins
 * @returns {import('sortablejs').Options}
 */
export const dragOptions = (started = () => {}) => ({
  animation: reducedMotion.matches ? 0 : 120,
  delay: 200,
  delayOnTouchOnly: true,
  touchStartThreshold: 6,
  filter: '[aria-busy=true]',
  preventOnFilter: false,
  fallbackOnBody: true,
  scroll: true,
  bubbleScroll: true,
  scrollSensitivity: 70,
  scrollSpeed: 14,
  onStart: ({ item }) => {
    takenFrom = placeOf(item);
    started();
    marks.add('dragging');
  },
});

/**
 * What to do when a node is dropped: keep counts right, then tell where it is.
 * @param {(item: HTMLElement, from: Place) => unknown} settle
 * @returns {(event: import('sortablejs').SortableEvent) => void}
 */
export function whenDropped(settle) {
  return ({ item, from: left, to }) => {
    marks.remove('dragging');
    const from = takenFrom;
    if (!from) return;
    if (to.dataset.epicId) {
      // An epic is not a place but a wish: the item stands where it stood.
      from.list.insertBefore(item, from.next?.parentNode === from.list ? from.next : null);
      return;
    }
    if (left !== to) recount(left, to, 1);
    if (find(MORE, to)?.nextElementSibling) put(item, to, null); // never below the button that asks for more
    settle(item, from);
    tellIdle();
  };
}

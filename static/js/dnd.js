// Dragging, with the mouse and by touch. What a drop means is decided in board.js.
import { $, $$, board, place, put, recount, settleCard, settleStage } from './board.js';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const made = new WeakMap();
let from = null;

const common = () => ({
  animation: still.matches ? 0 : 120, delay: 200, delayOnTouchOnly: true, touchStartThreshold: 6,
  filter: '[aria-busy=true]', preventOnFilter: false, fallbackOnBody: true, scroll: true, bubbleScroll: true, scrollSensitivity: 70, scrollSpeed: 14,
  onStart: ({ item }) => { from = { ...place(item) }; document.body.classList.add('dragging'); },
});

function dropped(settle) {
  return ({ item, from: left, to }) => {
    document.body.classList.remove('dragging');
    if (left !== to) recount(left, to, 1);
    // never below the button that asks for more
    const more = $('.next', to);
    if (more && more.nextElementSibling) put(item, to, null);
    settle(item, from);
    document.dispatchEvent(new Event('board:idle'));
  };
}

export const dragging = () => document.body.classList.contains('dragging');

/** Make new lists of cards, and the row of stages, draggable; called after every swap. */
export function mount(editing) {
  if (!board()) return;
  if (board().hasAttribute('data-may-move')) {
    for (const list of $$('.cards')) {
      if (!made.has(list)) made.set(list, new Sortable(list, { ...common(), group: 'cards', draggable: '.card', onEnd: dropped(settleCard) }));
    }
  }
  const columns = $('#columns');
  if (!made.has(columns)) {
    made.set(columns, new Sortable(columns, { ...common(), group: 'stages', draggable: '.column[data-stage-id]', handle: '.stage__grip', delay: 0, onEnd: dropped(settleStage) }));
  }
  made.get(columns).option('disabled', !editing);
}

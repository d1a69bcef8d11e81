// Keys on cards: going from card to card, moving, selecting, opening; one tab stop per column.
import { addActions } from '../core/actions.js';
import { showTemplate } from '../core/dialogs.js';
import { around, find, findAll, listOf, listen, need, needAround } from '../core/dom.js';
import { focusWanted } from '../core/focus.js';
import { directionOf, onKey } from '../core/keys.js';
import { nextOf, previousOf } from '../core/places.js';
import { CARD, opener } from './board.js';
import { openMenu } from './menu.js';
import { moveCard } from './moves.js';
import { isAnySelected, select, unselectAll } from './selection.js';

/** @typedef {import('../core/keys.js').Direction} Direction */

const STOPS = '.card__open, .card__more';

/**
 * The card beside one, at the same height in the nearest column that has cards.
 * @param {HTMLElement} card
 * @param {typeof nextOf} step
 */
function cardBeside(card, step) {
  const height = findAll(CARD, listOf(card)).indexOf(card);
  for (let column = step(needAround(card, '.column')); column; column = step(column)) {
    const cards = findAll(CARD, column);
    if (cards.length) return cards[Math.min(height, cards.length - 1)] ?? null;
  }
  return null;
}

/**
 * @param {HTMLElement} card
 * @param {Direction} direction
 */
function cardTowards(card, direction) {
  const step = direction === 'up' || direction === 'left' ? previousOf : nextOf;
  return direction === 'up' || direction === 'down' ? step(card) : cardBeside(card, step);
}

/** @type {Record<string, (card: HTMLElement) => void>} */
const KEYS = {
  ' ': (card) => select(card),
  x: (card) => select(card),
  Enter: (card) => opener(card).click(),
  m: openMenu,
  ContextMenu: openMenu,
};

/**
 * @param {HTMLElement} card
 * @param {string} key
 * @param {boolean} isMove
 */
function pressedOnCard(card, key, isMove) {
  const direction = directionOf(key);
  if (direction && isMove) {
    moveCard(card, direction);
  } else if (direction) {
    const other = cardTowards(card, direction);
    if (other) opener(other).focus();
  } else {
    const act = Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
    act?.(card);
    return act !== undefined;
  }
  return true;
}

onKey((key, target, event) => {
  if (!target.matches('.card__open')) return false;
  return pressedOnCard(needAround(target, CARD), key, event.altKey);
});

onKey((key, target) => {
  const field = find('#filter-text');
  if (key !== '/' || !field || target.matches('.card__open')) return false;
  field.focus();
  return true;
});

onKey((key) => {
  if (key !== 'Escape') return false;
  const isAny = isAnySelected();
  unselectAll();
  return isAny;
});

addActions({
  keys: () => {
    showTemplate(/** @type {HTMLTemplateElement} */ (need('#keys-help')));
    focusWanted();
  },
});

/**
 * @param {HTMLElement} card
 * @param {number} tabIndex
 */
function setTabStop(card, tabIndex) {
  for (const stop of findAll(STOPS, card)) stop.tabIndex = tabIndex;
}

/** Give every column without a tab stop one: its first card. */
export function keepTabStops() {
  for (const list of findAll('.cards')) {
    const first = find(CARD, list);
    if (first && !find(`${CARD} [tabindex="0"]`, list)) setTabStop(first, 0);
  }
}

// The card that had the focus last is the tab stop of its column.
listen('focusin', (target) => {
  const card = around(target, CARD);
  if (!card) return;
  for (const stop of findAll('[tabindex="0"]', listOf(card))) stop.tabIndex = -1;
  setTabStop(card, 0);
});

// The menu of a card, and opening a card.
import { addActions } from '../core/actions.js';
import { around, asInput, find, listen, need } from '../core/dom.js';
import { boardKey, opener, stageOf, taskId } from './board.js';
import { moveCard, moveCardToStage } from './moves.js';
import { fillStages, select } from './selection.js';

/** Pixels between the menu and the edge of the page. */
const MARGIN = 4;
/** Parts of a card that have a meaning of their own when they are pressed. */
const OWN_MEANING = '.pick, [data-do], [data-why]';

/**
 * Keep something within the page.
 * @param {number} wanted
 * @param {number} size
 * @param {number} room
 */
const within = (wanted, size, room) => `${Math.max(MARGIN, Math.min(wanted, room - size - MARGIN))}px`;

/**
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
function placeMenu(menu, button) {
  const { right, bottom } = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = within(right - width, width, window.innerWidth);
  menu.style.top = within(bottom, height, window.innerHeight);
}

/** @param {HTMLElement} card */
export function openMenu(card) {
  const menu = find('#card-menu');
  if (!menu) return;
  menu.dataset.card = card.id;
  menu.setAttribute('aria-labelledby', `act t${taskId(card)}`);
  fillStages(stageOf(card));
  menu.showPopover();
  placeMenu(menu, need('.card__more', card));
  need('button', menu).focus();
}

/**
 * Close the menu; the card it was for, with the focus on it.
 * @returns {HTMLElement}
 */
function closeMenu() {
  const menu = need('#card-menu');
  const card = need(`#${menu.dataset.card}`);
  menu.hidePopover();
  opener(card).focus();
  return card;
}

/** @param {HTMLElement} card */
const openTask = (card) =>
  htmx.ajax('GET', `/tasks/${taskId(card)}?board=${boardKey()}`, { source: card, target: '#drawer' });

addActions({
  open: () => openTask(closeMenu()),
  select: () => select(closeMenu(), true),
  'card-top': () => moveCard(closeMenu(), 'top'),
  'card-up': () => moveCard(closeMenu(), 'up'),
  'card-down': () => moveCard(closeMenu(), 'down'),
  'card-bottom': () => moveCard(closeMenu(), 'bottom'),
});

listen('change', (target) => {
  if (target.dataset.doChange === 'card-stage') moveCardToStage(closeMenu(), asInput(target).value);
});

listen('click', (target) => {
  const card = around(target, '.card');
  if (!card || around(target, OWN_MEANING)) return;
  if (around(target, '.card__more')) openMenu(card);
  else openTask(card);
});

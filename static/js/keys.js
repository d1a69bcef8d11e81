// What the keyboard does on a board; every drag has its keys.
import { $, $$, moveCard, moveStage, nextOf, previousOf, select, selected, unselect } from './board.js';
import { closeTop, openMenu } from './app.js';

const WAYS = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };
const typing = node => node.matches('input:not(.pick), textarea, select');

/** The card in a direction; to the side it is the one at the same place. */
function neighbour(card, way) {
  if (way === 'up' || way === 'down') return way === 'up' ? previousOf(card) : nextOf(card);
  const at = $$('.card', card.parentNode).indexOf(card);
  const step = way === 'left' ? previousOf : nextOf;
  for (let column = step(card.closest('.column')); column; column = step(column)) {
    const cards = $$('.card', column);
    if (cards.length) return cards[Math.min(at, cards.length - 1)];
  }
  return null;
}

function onCard(card, event) {
  const way = WAYS[event.key];
  if (way && event.altKey) moveCard(card, way);
  else if (way) {
    const other = neighbour(card, way);
    if (other) $('.card__open', other).focus();
  } else if (event.key === ' ' || event.key === 'x') select(card);
  else if (event.key === 'Enter') $('.card__open', card).click();
  else if (event.key === 'm' || event.key === 'ContextMenu') openMenu(card);
  else return false;
  return true;
}

function onEscape(target) {
  if (target.matches('[data-rename]')) target.value = target.defaultValue;
  if (closeTop()) return true;
  const some = selected().length > 0;
  unselect();
  return some;
}

document.addEventListener('keydown', event => {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.defaultPrevented || !(target instanceof Element)) return;
  let done = false;
  if (key === 'Escape') done = onEscape(target);
  else if (typing(target)) return;
  else if (target.matches('.card__open')) done = onCard(target.closest('.card'), event);
  else if (target.matches('.stage__grip') && ['left', 'right'].includes(WAYS[key])) done = !void moveStage(target.closest('.column'), WAYS[key]);
  else if (key === '/' && $('#filter-text')) done = !void $('#filter-text').focus();
  if (done) event.preventDefault();
});

// one tab stop per column: the card that had the focus last
document.addEventListener('focusin', ({ target }) => {
  const card = target.closest?.('.card');
  if (!card) return;
  for (const stop of $$('[tabindex="0"]', card.parentNode)) stop.tabIndex = -1;
  for (const stop of $$('.card__open, .card__more', card)) stop.tabIndex = 0;
});
export function keepTabStops() {
  for (const list of $$('.cards')) {
    const first = !$('.card [tabindex="0"]', list) && $('.card', list);
    if (first) for (const stop of $$('.card__open, .card__more', first)) stop.tabIndex = 0;
  }
}

// The selected cards, and the lists of stages that are offered for them.
import { find, findAll, findInput, findInputs, listen, needAround } from '../core/dom.js';
import { addActions } from '../core/actions.js';
import { nextOf, previousOf } from '../core/places.js';
import { CARD, COLUMN, stageId, stageOf, taskId, titleOf } from './board.js';

const picks = () => findInputs('.pick:checked');

/** @param {ParentNode} card */
const pickOf = (card) => findInput('.pick', card);

export const isAnySelected = () => picks().length > 0;
export const selectedCards = () => picks().map((pick) => needAround(pick, CARD));

/** @param {HTMLElement} card */
export const isSelected = (card) => pickOf(card)?.checked ?? false;

/** Which cards each selected one stands between, for the way back: `task:next:previous:stage`, with commas between. */
export const selectedPlaces = () =>
  selectedCards()
    .map((card) => [...[card, nextOf(card), previousOf(card)].map(taskId), stageOf(card)].join(':'))
    .join(',');

/** @param {HTMLElement} card */
const tagsOf = (card) => findAll('.tag:not([data-more])', card).map((tag) => tag.textContent);

/** The tags each selected card shows, as JSON by the id of its task. */
export const selectedTags = () =>
  JSON.stringify(Object.fromEntries(selectedCards().map((card) => [taskId(card), tagsOf(card)])));

/** Show how many cards are selected, and what can be done with them. */
export function showSelection() {
  const selected = picks().length;
  // A class: told by `:has()`, every choice in any list of the page would have the style of all cards computed anew.
  document.body.classList.toggle('picking', selected > 0);
  const count = find('.bulk__count');
  if (!count) return;
  const text = (count.dataset.text ?? '').replace('{count}', String(selected));
  if (count.textContent !== text) count.textContent = text;
  if (selected) fillStages();
}

export function unselectAll() {
  for (const pick of picks()) pick.checked = false;
  showSelection();
}

/** @param {HTMLElement} card */
export function unselect(card) {
  const pick = pickOf(card);
  if (pick) pick.checked = false;
}

/**
 * @param {HTMLElement} card
 * @param {boolean} [on] the other way round without it
 */
export function select(card, on) {
  const pick = pickOf(card);
  if (!pick) return;
  pick.checked = on ?? !pick.checked;
  showSelection();
}

/**
 * Offer the stages the board shows, as they are called now, in every list of stages.
 * @param {string | null} [except] a stage that is no choice
 */
export function fillStages(except = null) {
  const columns = findAll(COLUMN).filter((column) => stageId(column) !== except);
  for (const list of /** @type {HTMLSelectElement[]} */ (findAll('select[data-stages]'))) {
    const chosen = list.value;
    list.replaceChildren(...columns.map((column) => new Option(titleOf(column), stageId(column))));
    list.value = chosen;
    if (list.dataset.doChange) list.selectedIndex = -1;
    else if (list.selectedIndex < 0) list.selectedIndex = 0;
  }
}

addActions({ unselect: unselectAll });

listen('change', (target) => {
  if (target.matches('.pick')) showSelection();
});

document.addEventListener('board:refresh', ({ detail }) => {
  if (detail?.unselect) unselectAll();
});

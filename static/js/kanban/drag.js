// Dragging cards and stages.
import { findAll, find, listOf } from '../core/dom.js';
import { dragOptions, whenDropped } from '../core/drag.js';
import { hold, isUnderWay, release, sinceNow, tellIdle } from '../core/moves.js';
import { nextOf, placeOf, previousOf, put, putBack } from '../core/places.js';
import { succeeded } from '../core/requests.js';
import { board, mayMove, postToBoard, stageOf, taskId } from './board.js';
import { settleCard, settleStage } from './moves.js';
import { isSelected, selectedCards, selectedPlaces } from './selection.js';

/** @typedef {import('../core/places.js').Place} Place */

/** @type {WeakMap<HTMLElement, import('sortablejs')>} */
const draggable = new WeakMap();

/** Where the selected cards were when the drag began, as the portal is told. */
let placesBefore = '';

/**
 * The selected cards that go along with a dropped one: to another column, on the planning page within one as well.
 * @param {HTMLElement} card
 * @param {Place} from
 */
function companionsOf(card, from) {
  const goAlong = card.parentNode !== from.list || board()?.matches('.planning');
  if (!isSelected(card) || !goAlong) return [];
  return selectedCards().filter((other) => other !== card && !isUnderWay(other));
}

/**
 * Where a card was dropped the other selected ones follow, all in their order and with one request.
 * @param {HTMLElement} card
 * @param {Place} from
 */
function dropCard(card, from) {
  const companions = companionsOf(card, from);
  return companions.length ? settleMany(card, from, companions) : settleCard(card, from);
}

/**
 * Whether a card stood above the place a dragged one was taken from.
 * @param {HTMLElement} other
 * @param {Place} from
 */
function stoodAbove(other, { list, next }) {
  const isFollowedBy = (/** @type {HTMLElement} */ node) =>
    Boolean(other.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING); // eslint-disable-line no-bitwise -- the browser answers in bits
  // Without a next one it was the last of its list: all of that list stood above, and the lists before it.
  return next ? isFollowedBy(next) : list.contains(other) || isFollowedBy(list);
}

/**
 * Put cards behind one another and hold them.
 * @param {HTMLElement[]} cards
 * @param {HTMLElement} list
 * @param {HTMLElement | null} next
 */
function holdTogether(cards, list, next) {
  for (const card of cards) {
    hold(card);
    put(card, list, next);
  }
}

/**
 * @param {HTMLElement} card the dropped one
 * @param {Place} from
 * @param {HTMLElement[]} companions
 */
async function settleMany(card, from, companions) {
  const isReadAgain = sinceNow();
  const above = companions.filter((other) => stoodAbove(other, from));
  const cards = [...above, card, ...companions.filter((other) => !above.includes(other))];
  const places = cards.map((other) => (other === card ? from : placeOf(other)));
  let next = nextOf(card);
  while (next && cards.includes(next)) next = nextOf(next);
  holdTogether(cards, listOf(card), next);
  const values = {
    action: 'move',
    task_ids: cards.map(taskId).join(','),
    stage_id: stageOf(card),
    before: taskId(next),
    after: taskId(previousOf(cards[0] ?? card)),
    was: placesBefore,
  };
  const failed = !succeeded(await postToBoard('/cards/bulk', values, card));
  const stays = (/** @type {HTMLElement} */ other) => failed || isSelected(other);
  // The answer has unselected those that went. The last of the others goes back first: another may stand before it.
  for (const [index, other] of [...cards.entries()].reverse()) {
    const place = places[index];
    release(other);
    if (place && !isReadAgain() && other.isConnected && stays(other)) putBack(other, place);
  }
  tellIdle();
}

/**
 * Make an element draggable, once.
 * @param {HTMLElement} element
 * @param {import('sortablejs').Options} options
 */
function makeDraggable(element, options) {
  const made = draggable.get(element) ?? new Sortable(element, options);
  draggable.set(element, made);
  return made;
}

const cardOptions = () => ({
  ...dragOptions(() => {
    placesBefore = selectedPlaces();
  }),
  group: 'cards',
  draggable: '.card',
  onEnd: whenDropped(dropCard),
});

const stageOptions = () => ({
  ...dragOptions(),
  group: 'stages',
  draggable: '.column[data-stage-id]',
  handle: '.stage__grip',
  delay: 0,
  onEnd: whenDropped(settleStage),
});

/**
 * Make new lists of cards draggable, and the row of stages; after every swap.
 * @param {boolean} isShaped whether the stages may be dragged now
 */
export function mountDrag(isShaped) {
  const columns = find('#columns');
  if (!columns) return; // a team without an active sprint, or one that is closed, has a page but no columns
  if (mayMove()) for (const list of findAll('.cards')) makeDraggable(list, cardOptions());
  makeDraggable(columns, stageOptions()).option('disabled', !isShaped);
}

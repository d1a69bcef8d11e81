// What answers tell about items: their points, epics, lists and places.
import { find, findAll, need } from '../core/dom.js';
import { isDragging } from '../core/drag.js';
import { isMoving } from '../core/moves.js';
import { put } from '../core/places.js';
import { ITEM, backlogId, idOf, isKnown, planningPage, pointsOf } from './items.js';
import { sumUpSoon } from './totals.js';

/** Put the line of the average velocity below the last item that fits, or at the top of the backlog. */
function placeLine() {
  const line = find('#facts > ul');
  if (!line) return;
  const last = find(`#task-${line.dataset.lineAfter || 0}`);
  const mark = line.firstElementChild;
  find('.cards > #line')?.remove();
  if (!mark) return;
  if (last) last.after(mark);
  else find(`.column[data-stage-id="${backlogId()}"] .cards`)?.prepend(mark);
}

/**
 * Show the points that are told, but leave alone what somebody has typed meanwhile.
 * @param {HTMLInputElement} field
 * @param {string} points
 * @param {string} fit whether they are on the scale
 */
function showPoints(field, points, fit) {
  const isTyped = field.value !== field.defaultValue && field.value.trim() !== points;
  field.defaultValue = points;
  if (isTyped) return;
  field.value = points;
  field.dataset.fit = fit;
}

/**
 * @param {HTMLElement} item
 * @param {string | undefined} id
 */
function showEpic(item, id) {
  const chip = find(`#epics [data-epic-id="${id}"]`) ?? need('#epics [data-epic-id=gone]');
  need('.epic', item).replaceWith(chip.cloneNode(true));
}

/**
 * Put an item that another list has now at the end of it.
 * @param {HTMLElement} item
 * @param {string | undefined} id the backlog or the sprint
 */
function showList(item, id) {
  const list = find(`.column[data-stage-id="${id}"] .cards`);
  if (list && list !== item.parentNode && !isMoving()) put(item, list, null);
}

/** There is no record of the item: a button offers one. @param {HTMLElement} item */
function showMissing(item) {
  const template = /** @type {HTMLTemplateElement} */ (need('#no-record'));
  pointsOf(item)?.replaceWith(template.content.cloneNode(true));
}

/**
 * @param {HTMLElement} item
 * @param {HTMLElement} fact
 */
function showFact(item, fact) {
  const { epicId, entityId, fit, points, sort } = fact.dataset;
  showEpic(item, epicId);
  showList(item, entityId);
  Object.assign(item.dataset, { epicId, entityId, sort });
  const field = pointsOf(item);
  if (field) showPoints(field, points ?? '', fit ?? '');
}

/** Take what the last answer has told, and forget it. */
export function learnFacts() {
  const facts = findAll('#facts i');
  placeLine();
  for (const fact of facts) {
    const item = find(`.planning #task-${fact.dataset.taskId}`);
    if (!item) continue;
    if (fact.dataset.missing) showMissing(item);
    else showFact(item, fact);
  }
  find('#facts')?.replaceChildren();
  if (facts.length) arrangeAndSum();
}

/**
 * The order of two items: by their sorts, those whose sort is not known yet last.
 * @param {HTMLElement} one
 * @param {HTMLElement} other
 */
function compare(one, other) {
  return (
    Number(isKnown(other)) - Number(isKnown(one)) ||
    Number(one.dataset.sort) - Number(other.dataset.sort) ||
    Number(idOf(one)) - Number(idOf(other))
  );
}

/**
 * Put the items of a list into their order, moving as few as need be.
 * @param {HTMLElement} list
 */
function arrangeList(list) {
  let place = list.firstElementChild;
  for (const item of findAll(ITEM, list).sort(compare)) {
    while (place && !place.matches(ITEM)) place = place.nextElementSibling;
    if (place === item) place = item.nextElementSibling;
    else put(item, list, place);
  }
}

function arrangeAndSum() {
  if (planningPage() && !isMoving() && !isDragging()) findAll('.planning .cards').forEach(arrangeList);
  sumUpSoon();
}

document.addEventListener('board:idle', arrangeAndSum);

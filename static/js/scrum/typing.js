// Points are typed as in a spreadsheet: keys in a field and on an item, pasted columns, buttons of the scale.
import { around, asInput, find, listOf, listen } from '../core/dom.js';
import { meaningOf } from '../core/keys.js';
import { opener } from '../kanban/board.js';
import { select, selectedCards } from '../kanban/selection.js';
import { itemOf, itemsWithPoints, pointsOf } from './items.js';
import { savePoints, setPoints } from './points.js';

/** The item that had the focus last. @type {HTMLElement | null} */
let lastItem = null;

/**
 * The item so many steps below (above: negative) among those that can have points.
 * @param {HTMLElement} item
 * @param {number} steps
 */
function itemBelow(item, steps) {
  const items = itemsWithPoints(listOf(item));
  return items[items.indexOf(item) + steps];
}

/** @param {HTMLElement} item */
function startTyping(item) {
  const field = pointsOf(item);
  field?.focus();
  field?.select();
}

/** Fill with the points of the first selected item, or of the one above. @param {HTMLElement} item */
function fillDown(item) {
  const selected = selectedCards();
  const top = selected.includes(item) ? selected[0] : itemBelow(item, -1);
  const field = top && pointsOf(top);
  if (field) setPoints(item, field.value);
}

/**
 * How many items a key goes down from a field; 0 for keys that stay.
 * @param {string} key
 * @param {boolean} isShift
 */
function stepsOf(key, isShift) {
  if (key === 'ArrowDown') return 1;
  if (key === 'ArrowUp') return -1;
  if (key === 'Enter' || key === 'Tab') return isShift ? -1 : 1;
  return 0;
}

/**
 * @param {HTMLElement} item
 * @param {HTMLInputElement} field
 */
function leaveUnchanged(item, field) {
  field.value = field.defaultValue;
  opener(item).focus();
}

/**
 * Go from a field to that of another item, or leave the last one.
 * @param {HTMLElement} item
 * @param {HTMLInputElement} field
 * @param {string} key
 * @param {boolean} isShift
 */
function goOn(item, field, key, isShift) {
  const next = itemBelow(item, stepsOf(key, isShift));
  if (field.dataset.failed) savePoints([[item, field.value]]);
  if (isShift && key.startsWith('Arrow')) {
    select(item, true);
    if (next) select(next, true);
  }
  if (next) startTyping(next);
  else if (key === 'Enter') savePoints([[item, field.value]]);
  return Boolean(next) || key !== 'Tab';
}

/**
 * @param {HTMLElement} item
 * @param {HTMLInputElement} field
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key has done its work here
 */
function pressedInField(item, field, event) {
  const key = meaningOf(event);
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && key === 'd') {
    fillDown(item);
    return true;
  }
  if (isCommand || event.altKey) return false;
  if (key === 'Escape') {
    leaveUnchanged(item, field);
    return true;
  }
  return stepsOf(key, event.shiftKey) !== 0 && goOn(item, field, key, event.shiftKey);
}

/**
 * The value of the scale that a digit stands for; undefined for other keys.
 * @param {string} key
 */
const scaleValue = (key) =>
  /^\d$/.test(key) ? find(`.scale [data-key="${key}"]`)?.dataset.value : undefined;

/**
 * @param {HTMLElement} item
 * @param {string} key
 * @returns {boolean} whether the key has done its work here
 */
function pressedOnItem(item, key) {
  const value = scaleValue(key);
  if (value !== undefined) setPoints(item, value);
  else if (key === 'p' || key === 'F2') startTyping(item);
  else if (key === 'Delete' || key === 'Backspace') setPoints(item, '');
  else return false;
  return true;
}

/**
 * @param {HTMLElement} target
 * @param {KeyboardEvent} event
 */
function pressed(target, event) {
  const item = itemOf(target);
  if (!item || event.isComposing) return false;
  if (target.matches('.points')) return pressedInField(item, asInput(target), event);
  if (!target.matches('.card__open') || event.ctrlKey || event.metaKey || event.altKey) return false;
  return pressedOnItem(item, meaningOf(event));
}

listen(
  'keydown',
  (target, event) => {
    if (!pressed(target, event)) return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);

/**
 * The first cell of each line of a table.
 * @param {string} text
 */
const firstCells = (text) =>
  text
    .replace(/\r?\n$/, '')
    .split(/\r?\n/)
    .map((line) => line.split('\t', 1)[0]?.trim() ?? '');

listen('paste', (target, event) => {
  const item = itemOf(target);
  if (!item || !target.matches('.points')) return;
  const texts = firstCells(event.clipboardData?.getData('text/plain') ?? '');
  if (texts.length < 2) return;
  event.preventDefault();
  const items = itemsWithPoints(listOf(item));
  const start = items.indexOf(item);
  savePoints(items.slice(start, start + texts.length).map((other, index) => [other, texts[index] ?? '']));
});

listen('change', (target) => {
  const item = itemOf(target);
  if (item && target.matches('.points')) savePoints([[item, asInput(target).value]]);
});

listen(
  'click',
  (target) => {
    const button = around(target, '.scale [data-value]');
    const item = selectedCards()[0] ?? lastItem;
    if (button && item?.isConnected) setPoints(item, button.dataset.value ?? '');
  },
  { capture: true },
);

listen('focusin', (target) => {
  const item = itemOf(target);
  if (!item) return;
  lastItem = item;
  const field = pointsOf(item);
  if (field) field.tabIndex = 0;
});

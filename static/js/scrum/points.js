// Points are saved as they are typed: one request at a time, what is typed meanwhile goes with the next one.
import { succeeded } from '../core/requests.js';
import { postToBoard } from '../kanban/board.js';
import { selectedCards } from '../kanban/selection.js';
import { isKnown, jsonById, knownPoints, pointsOf } from './items.js';

/** Items of one request. */
const AT_ONCE = 50;

/** Texts to send, by item. @type {Map<HTMLElement, string>} */
const waiting = new Map();
/** Texts under way, by item. @type {Map<HTMLElement, string>} */
const underWay = new Map();
let isSending = false;

/**
 * Save points.
 * @param {[item: HTMLElement, text: string][]} pairs
 */
export function savePoints(pairs) {
  for (const [item, text] of pairs) {
    const field = pointsOf(item);
    if (!field || underWay.get(item) === text) continue;
    field.value = text;
    if (text.trim() !== field.defaultValue || field.dataset.failed) waiting.set(item, text);
  }
  sendWaiting();
}

/**
 * Save one text for an item, or for all selected ones when it is one of them.
 * @param {HTMLElement} item
 * @param {string} text
 */
export function setPoints(item, text) {
  const selected = selectedCards();
  savePoints((selected.includes(item) ? selected : [item]).map((other) => [other, text]));
}

/** Take the next items that wait. */
function takeWaiting() {
  const taken = [...waiting].slice(0, AT_ONCE);
  for (const [item, text] of taken) {
    waiting.delete(item);
    underWay.set(item, text);
    const field = pointsOf(item);
    if (field) field.ariaBusy = 'true';
  }
  return taken.map(([item]) => item);
}

/**
 * What was refused stays as it was typed, to be sent again.
 * @param {HTMLElement} item
 * @param {boolean} isSaved
 */
function showResult(item, isSaved) {
  const field = pointsOf(item);
  if (!field) return;
  field.ariaBusy = null;
  if (isSaved) delete field.dataset.failed;
  else field.dataset.failed = '1';
}

async function sendWaiting() {
  if (isSending || !waiting.size) return;
  isSending = true;
  const items = takeWaiting();
  const [first] = items;
  const values = {
    points: jsonById(items, (item) => underWay.get(item)),
    seen: jsonById(items.filter(isKnown), knownPoints),
  };
  const status = first ? await postToBoard('/points', values, first) : 0;
  isSending = false;
  underWay.clear();
  for (const item of items) showResult(item, succeeded(status));
  sendWaiting();
}

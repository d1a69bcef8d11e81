// Sums of points: the server sums up what the page shows, once it is calm.
import { findAll, need } from '../core/dom.js';
import { postToBoard, stageOf } from '../kanban/board.js';
import { idOf, isKnown, knownPoints, planningPage } from './items.js';

const CALM = 400;
let timer = 0;

/**
 * What the server has to know of an item: task, list, epic, person, sort, whether it is done, points.
 * @param {HTMLElement} item
 */
function rowOf(item) {
  const { epicId, person, sort } = item.dataset;
  const numbers = [idOf(item), stageOf(item), epicId, person, sort, item.matches('.card--done')].map(Number);
  return [...numbers, isKnown(item) ? knownPoints(item) : null];
}

function sumUp() {
  if (!planningPage()) return;
  const rows = findAll('.planning .cards .card').map(rowOf);
  postToBoard('/totals', { rows: JSON.stringify(rows) }, need('#facts'));
}

/** Ask for the sums as soon as nothing has changed for a moment. */
export function sumUpSoon() {
  clearTimeout(timer);
  if (planningPage()) timer = window.setTimeout(sumUp, CALM);
}

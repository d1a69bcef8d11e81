// What others change in the portal while a board is looked at; nothing is asked while nobody looks.
import { findAll, need } from '../core/dom.js';
import { isDragging } from '../core/drag.js';
import { isMoving } from '../core/moves.js';
import { fetchWithSession } from '../core/session.js';
import { CARD, board, taskId } from './board.js';

const EVERY = 20_000;

/**
 * Ask for changes since the board was read.
 * @param {string} key the board
 * @param {string} since when it was read
 */
async function ask(key, since) {
  const body = new URLSearchParams({ since, tasks: findAll(CARD).map(taskId).join(',') });
  try {
    const answer = await fetchWithSession(`/boards/${key}/news`, { method: 'POST', body });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

/** @param {string} html */
function show(html) {
  const place = need('#news');
  if (place.dataset.text === html) return;
  place.dataset.text = html;
  place.innerHTML = html;
}

/** Whether an answer would disturb somebody, or be seen by nobody. */
const isBusy = () => document.hidden || isMoving() || isDragging();

async function look() {
  const { board: key, read } = board()?.dataset ?? {};
  if (!key || !read || isBusy()) return;
  const html = await ask(key, read);
  if (html !== null && board()?.dataset.read === read) show(html);
}

setInterval(look, EVERY);
document.addEventListener('visibilitychange', look);

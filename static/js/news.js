// What others change in the portal while a board is looked at; nothing is asked while nobody looks.
import { $, $$, board, dragging, moving } from './board.js';
import { fetchAs } from './portal.js';

const NEWS_EVERY = 20000;
async function look() {
  const page = board();
  if (!page?.dataset.read || document.hidden || moving() || dragging()) return;
  const { board: key, read } = page.dataset, tasks = $$('.card').map(card => card.dataset.taskId).join();
  const answer = await fetchAs(`/boards/${key}/news`, { method: 'POST', body: new URLSearchParams({ since: read, tasks }) }).catch(() => null);
  if (!answer?.ok || board()?.dataset.read !== read) return;
  const text = await answer.text(), place = $('#news');
  if (place.dataset.text !== text) place.innerHTML = place.dataset.text = text;
}
setInterval(look, NEWS_EVERY);
document.addEventListener('visibilitychange', look);

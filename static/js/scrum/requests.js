// What requests of the planning page carry: the items around a moved one, as the page shows them.
import { findAll, listOf } from '../core/dom.js';
import { onRequest } from '../core/requests.js';
import { selectedCards, unselectAll } from '../kanban/selection.js';
import { ITEM, idOf, itemOf, planningPage, seenFacts } from './items.js';

/** Items below the moved ones that are told: the portal may have to write their sorts anew. */
const FOLLOWING = 60;

/**
 * @param {FormData | URLSearchParams} body
 * @param {HTMLElement} source the moved item
 */
function addNeighbors(body, source) {
  const ids = String(body.get('task_ids') ?? idOf(source)).split(',');
  const items = findAll(ITEM, listOf(source));
  const start = items.findIndex((item) => idOf(item) === ids[0]);
  const end = start + ids.length;
  const above = items[start - 1];
  const below = items.slice(end, end + FOLLOWING);
  body.set('task_ids', ids.join(','));
  body.set('after', above ? idOf(above) : '0');
  body.set('following', below.map(idOf).join(','));
  body.set('seen', seenFacts([above, ...items.slice(start, end), ...below]));
}

onRequest(({ body, method }, source) => {
  if (!planningPage() || method === 'GET') return;
  if (source.id === 'bulk') body.set('seen', seenFacts(selectedCards()));
  if (itemOf(source) && body.has('before')) addNeighbors(body, source);
});

document.addEventListener('scrum:done', unselectAll);

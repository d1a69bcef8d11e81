// What requests of a board carry besides their form: what the page shows, for the app to compare with what is.
import { find, findAll } from '../core/dom.js';
import { onRequest } from '../core/requests.js';
import { board, pageStart, stageIds } from './board.js';
import { selectedPlaces, selectedTags } from './selection.js';

/** @param {URLSearchParams | FormData} body */
function addStages(body) {
  if (!body.has('seen')) body.set('seen', stageIds().join(','));
  body.set(
    'shown',
    findAll('.stage')
      .map((stage) => stage.dataset.shown)
      .join(','),
  );
  if (find('#as-admin')) body.set('as_admin', '1');
}

onRequest((request, source) => {
  const { action, body, method } = request;
  if (source.matches('.next')) body.set('start', String(pageStart(source)));
  if (method === 'GET') return;
  if (source.id === 'bulk') {
    body.set('was', selectedPlaces());
    body.set('tags', selectedTags());
  }
  if (board() && action.includes('/stages')) addStages(body);
});

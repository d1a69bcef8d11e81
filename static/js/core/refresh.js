// Reading the page again: never while something is dragged, on its way or half typed.
import { find } from './dom.js';
import { isDragging } from './drag.js';
import { isMoving, movesAreOutdated } from './moves.js';
import { tellsOfError } from './toasts.js';

/** What somebody is typing beside the page: it would be lost with the page around it. */
const HALF_TYPED = '[data-pop], .column--new';

let wanted = false;
/** Pages asked for; the page asked for last is the one to show. */
let pagesAsked = 0;

/** Read the board (or whatever #main shows) again and merge it into the page; one request. */
export function refresh() {
  const page = find('#main > [data-refresh]');
  if (!page?.dataset.refresh) return;
  htmx.ajax('GET', page.dataset.refresh, { target: '#main', swap: 'innerMorph', refresh: true });
}

/** Read the page again if that is wanted and disturbs nobody. */
export function refreshIfWanted() {
  if (!wanted || isDragging() || isMoving() || find(HALF_TYPED)) return;
  wanted = false;
  refresh();
}

/** Read the page again as soon as that disturbs nobody. */
export function refreshSoon() {
  wanted = true;
  setTimeout(refreshIfWanted);
}

/**
 * Whether a change may have been made although the answer says that something is wrong.
 * @param {number} status
 */
const leavesDoubt = (status) =>
  [403, 404, 409, 410].includes(status) || (status >= 500 && status <= 509 && status !== 503);

/** @param {HtmxContext} ctx */
function isOutdated(ctx) {
  // What failed is still told: that the board could not be read after it would say the same again.
  const saysItAgain = ctx.refresh && (ctx.response?.status ?? 0) >= 400 && tellsOfError();
  return (ctx.pageNumber ?? pagesAsked) !== pagesAsked || saysItAgain;
}

document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  if (ctx.target?.id !== 'main') return;
  pagesAsked += 1;
  ctx.pageNumber = pagesAsked;
});

document.addEventListener('htmx:before:swap', (event) => {
  const { ctx } = event.detail;
  if (isOutdated(ctx)) {
    event.preventDefault();
  } else if (ctx.refresh && find(HALF_TYPED)) {
    event.preventDefault();
    wanted = true;
  }
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  if (ctx.target?.id === 'main') movesAreOutdated();
});

document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  if (ctx.request.method === 'POST' && leavesDoubt(ctx.response?.status ?? 0)) refreshSoon();
});

document.addEventListener('board:refresh', refreshSoon);
document.addEventListener('board:idle', refreshIfWanted);

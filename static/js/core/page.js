// The page comes alive: after every swap what is new gets its behavior, and the page shows where it is.
import { removeFormOf, showDialog } from './dialogs.js';
import { around, find, findAll, need } from './dom.js';
import { focusWanted, isFocusLost, keepFocus } from './focus.js';
import { startKeys } from './keys.js';
import { tell } from './portal.js';
import { refreshIfWanted } from './refresh.js';
import { succeeded } from './requests.js';
import { dropErrors, say, showToasts } from './toasts.js';

/** @type {(() => void)[]} */
const mounts = [];

/**
 * Run a function after every swap, to give what is new its behavior; it has to bear being run again.
 * @param {() => void} mount
 */
export const onMount = (mount) => mounts.push(mount);

/** Mark the entry of the navigation that the page belongs to. */
function showWhere() {
  const app = need('#app');
  app.dataset.page = find('#main > [data-page]')?.dataset.page ?? app.dataset.page;
  for (const link of findAll('.top > button')) {
    link.ariaCurrent = link.dataset.pages?.includes(app.dataset.page ?? '') ? 'page' : null;
  }
}

function enliven() {
  for (const mount of mounts) mount();
  showWhere();
  showDialog();
  focusWanted();
  showToasts();
}

/** @param {HtmxContext} ctx */
function showPage(ctx) {
  const main = need('#main');
  if (!/morph/i.test(ctx.swap ?? '')) main.scrollTop = 0; // another page
  const page = find('#main > [data-title]');
  if (page) tell('setTitle', { title: page.dataset.title });
  if (isFocusLost()) main.focus({ preventScroll: true });
}

/**
 * What an answer has made superfluous: the offer of undo that was taken, the small form whose values have arrived.
 * @param {HTMLElement} source
 */
function removeDone(source) {
  if (source.matches('[data-undo], #unfinished *')) around(source, '[data-toast], #unfinished')?.remove();
  if (source.matches('form')) removeFormOf(source);
}

function listenToRequests() {
  document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
    if (ctx.sourceElement.matches('form[hx-post]')) dropErrors();
  });
  document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
    if (succeeded(ctx.response?.status ?? 0)) removeDone(ctx.sourceElement);
    keepFocus();
    refreshIfWanted();
  });
  document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
    if (ctx.response?.status === 401) say('toast-expired');
  });
  document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
    if (ctx && !ctx.response) say('toast-offline');
  });
}

/** Start the page; last of all, since those who listen first are heard first. */
export function startPage() {
  startKeys();
  listenToRequests();
  document.addEventListener('htmx:after:process', enliven);
  document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
    enliven();
    if (ctx.target?.id === 'main') showPage(ctx);
  });
}

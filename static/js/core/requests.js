// Requests of htmx: each carries the session, each change a key of its own; the page shows that it is busy.
import { findInput, need } from './dom.js';
import { fetchWithSession } from './session.js';

let running = 0;

/**
 * Run a function with each request that is about to be sent, to add what it needs.
 * @param {(request: HtmxRequest, source: HTMLElement, event: Event) => void} prepare
 */
export function onRequest(prepare) {
  document.addEventListener('htmx:config:request', (event) => {
    const { request, sourceElement } = event.detail.ctx;
    prepare(request, sourceElement, event);
  });
}

/** @param {number} status */
export const succeeded = (status) => status >= 200 && status < 300;

/**
 * Send a change for an element; toasts in the answer are shown by htmx.
 * @param {string} address
 * @param {Record<string, unknown>} values
 * @param {HTMLElement} source the element that changes
 * @returns {Promise<number>} the status of the answer, 0 without one
 */
export function post(address, values, source) {
  return new Promise((done) => {
    htmx.ajax('POST', address, { source, target: source, swap: 'none', values, done });
  });
}

const randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

/** How far the clock of this computer is from UTC, as `+03:00`. */
const clockOffset = () => String(new Date()).replace(/^.*GMT(...)(..).*$/, '$1:$2');

/** @param {HTMLElement} source */
const isUnchangedName = (source) => {
  const field = findInput('[data-rename]', source);
  return field !== null && source.matches('.stage__rename') && field.value === field.defaultValue;
};

document.addEventListener('htmx:config:request', (event) => {
  const { ctx } = event.detail;
  const { body, method } = ctx.request;
  if (isUnchangedName(ctx.sourceElement)) {
    event.preventDefault();
    return;
  }
  ctx.fetch = fetchWithSession;
  if (method === 'GET') return;
  if (!body.has('request_key')) body.set('request_key', randomKey());
  const renamed = findInput('[data-rename]', ctx.sourceElement);
  if (renamed) body.set('seen_title', renamed.defaultValue);
  if (body.get('utc_offset') === '') body.set('utc_offset', clockOffset());
});

/** @param {number} change */
function count(change) {
  running = Math.max(0, running + change);
  need('#app').classList.toggle('busy', running > 0);
}

document.addEventListener('htmx:before:request', () => count(1));
document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  count(-1);
  ctx.done?.(ctx.response?.status ?? 0);
});

// The journal: it shows times and days of whoever reads it, and can be had as a file.
import { addActions } from '../core/actions.js';
import { onRequest } from '../core/requests.js';
import { fetchWithSession } from '../core/session.js';
import { say } from '../core/toasts.js';

/** How long the browser may take to begin with a file. */
const KEPT_FOR = 1000;

/**
 * Fetch a file with the session and hand it to the person.
 * @param {string} address
 * @param {string} name
 * @throws {Error} when there is no such file
 */
async function download(address, name) {
  const answer = await fetchWithSession(address);
  if (!answer.ok) throw new Error(`no file: ${answer.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name || 'download';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_FOR);
}

addActions({
  download: ({ dataset: { address = '', name = '' } }) =>
    download(address, name).catch(() => say('toast-offline')),
});

onRequest(({ action, body, method }) => {
  if (method !== 'GET' || !action.startsWith('/journal')) return;
  body.set('offset', String(-new Date().getTimezoneOffset()));
});

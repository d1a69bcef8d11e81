// The session: its token lives here and nowhere else, the frame has neither cookies nor web storage.
import { ask } from './portal.js';

/** @type {HTMLMetaElement | null} */
const meta = document.querySelector('meta[name=session]');
let token = meta?.content ?? '';
/** @type {Promise<void> | null} */
let renewing = null;
meta?.remove();

async function exchangeLogin() {
  const login = await ask('refreshAuth');
  const answer = await fetch('/session/renew', {
    method: 'POST',
    body: new URLSearchParams(login),
    headers: { Authorization: `Bearer ${token}` },
  });
  if (!answer.ok) throw new Error(`session not renewed: ${answer.status}`);
  token = (await answer.json()).token;
}

/** Ask the portal for a login and exchange it for a new token; several callers share one exchange. */
function renew() {
  renewing ??= exchangeLogin().finally(() => {
    renewing = null;
  });
  return renewing;
}

/**
 * `fetch` with the session. When the session has ended, the same request is sent once more with a new one.
 * @param {string} address
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function fetchWithSession(address, options = {}) {
  const used = token;
  const send = () =>
    fetch(address, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
  const answer = await send();
  if (answer.status !== 401 || !token) return answer;
  try {
    if (used === token) await renew();
  } catch {
    return answer;
  }
  return send();
}

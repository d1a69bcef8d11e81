// The session's token lives in this module and nowhere else: the frame has neither cookies nor web storage.
import { ask, identity } from './frame.js';

const meta = document.querySelector('meta[name=session]');
let token = meta?.content ?? '';
let renewing = null;
meta?.remove();

/** A login asked from the parent, exchanged for a new token; several callers share one exchange. */
function renew() {
  renewing ??= ask('refreshAuth').then(async login => {
    const body = new URLSearchParams({ ...identity(), ...login });
    const answer = await fetch('/session/renew', { method: 'POST', body, headers: { Authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`session not renewed: ${answer.status}`);
    token = (await answer.json()).token;
  }).finally(() => { renewing = null; });
  return renewing;
}

/** `fetch` with the session; when it has ended, once more with a new one. What was to be sent is sent again as it was. */
export async function fetchAs(address, options = {}) {
  const used = token;
  const send = () => fetch(address, { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } });
  const answer = await send();
  if (answer.status !== 401 || !token) return answer;
  try {
    if (used === token) await renew();
  } catch {
    return answer;
  }
  return send();
}

/** Fetch a file with the session and hand it to the person. */
export async function download(address, name) {
  const answer = await fetchAs(address);
  if (!answer.ok) throw new Error(`no file: ${answer.status}`);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name || 'download';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

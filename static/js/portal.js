// The portal's page around us: the messages every Bitrix24 app exchanges with it (`command:JSON:callback:sid`).
const [host = '', secure = '', sid = ''] = window.name.split('|');
const origin = host ? new URL(`http${secure === '1' ? 's' : ''}://${host}`).origin : '';
const waiting = new Map();
const PATIENCE = 10000;
let count = 0;

/** What the parent answers to a command; rejects when there is no parent or it stays silent. */
function ask(command, params) {
  if (!origin || parent === window) return Promise.reject(new Error('no portal around this page'));
  return new Promise((resolve, reject) => {
    const id = `sc${++count}`;
    waiting.set(id, resolve);
    setTimeout(() => waiting.delete(id) && reject(new Error(`no answer to ${command}`)), PATIENCE);
    parent.postMessage([command, params ? JSON.stringify(params) : '', id, sid].join(':'), origin);
  });
}

/** For commands whose answer does not matter. */
export const tell = (command, params) => ask(command, params).catch(() => {});

addEventListener('message', event => {
  if (event.origin !== origin || typeof event.data !== 'string') return;
  const at = event.data.indexOf(':');
  const id = at < 0 ? event.data : event.data.slice(0, at);
  if (!waiting.has(id)) return;
  const answer = waiting.get(id);
  waiting.delete(id);
  answer(at < 0 || at === event.data.length - 1 ? {} : JSON.parse(event.data.slice(at + 1)));
});

/** A board scrolls inside itself and wants a fixed height; other pages may be taller, but leave no gap below. Whether it is fixed. */
export function fit() {
  const app = document.getElementById('app');
  const least = Math.max(600, Math.min(900, screen.availHeight - 250));
  const fixed = document.querySelector('#board, .crm');
  const tall = fixed ? least : Math.max(least, Math.ceil(app.getBoundingClientRect().height));
  if (fit.last !== tall) tell('resizeWindow', { width: '100%', height: tall });
  fit.last = tall;
  return fixed;
}

// --- the session: its token lives here and nowhere else, the frame has neither cookies nor web storage ---
const meta = document.querySelector('meta[name=session]');
let token = meta?.content ?? '';
let renewing = null;
meta?.remove();

/** A login asked from the parent, exchanged for a new token; several callers share one exchange. */
function renew() {
  renewing ??= ask('refreshAuth').then(async login => {
    const body = new URLSearchParams(login);
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

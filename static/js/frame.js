// The portal's page around us: the messages every Bitrix24 app exchanges with it (`command:JSON:callback:sid`).
const [host = '', secure = '', sid = ''] = window.name.split('|');
const origin = host ? new URL(`http${secure === '1' ? 's' : ''}://${host}`).origin : '';
const waiting = new Map();
const PATIENCE = 10000;
let count = 0;

/** What the parent answers to a command; rejects when there is no parent or it stays silent. */
export function ask(command, params) {
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

/** Who we say we are when asking for a new session. */
export const identity = () => ({ DOMAIN: host, PROTOCOL: secure, APP_SID: sid });

addEventListener('message', event => {
  if (event.origin !== origin || typeof event.data !== 'string') return;
  const at = event.data.indexOf(':');
  const id = at < 0 ? event.data : event.data.slice(0, at);
  if (!waiting.has(id)) return;
  const answer = waiting.get(id);
  waiting.delete(id);
  answer(at < 0 || at === event.data.length - 1 ? {} : JSON.parse(event.data.slice(at + 1)));
});

/** A board scrolls inside itself and wants a fixed height; other pages want to be as tall as they are. */
export function fit() {
  const app = document.getElementById('app');
  const tall = document.getElementById('board')
    ? Math.max(600, Math.min(900, screen.availHeight - 250))
    : Math.max(500, Math.ceil(app.getBoundingClientRect().height));
  if (fit.last !== tall) tell('resizeWindow', { width: '100%', height: tall });
  fit.last = tall;
}

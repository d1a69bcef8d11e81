// The portal's page around this one: the messages every Bitrix24 app exchanges with it (`command:JSON:callback:sid`).

const PATIENCE = 10_000;
const [host = '', secure = '', sid = ''] = window.name.split('|');
const origin = host ? new URL(`http${secure === '1' ? 's' : ''}://${host}`).origin : '';

/** @type {Map<string, (answer: Record<string, string>) => void>} */
const waiting = new Map();
let count = 0;

/**
 * What the portal's page answers to a command; rejects when there is no such page or it stays silent.
 * @param {string} command
 * @param {object} [parameters]
 * @returns {Promise<Record<string, string>>}
 */
export function ask(command, parameters) {
  if (!origin || window.parent === window) return Promise.reject(new Error('no portal around this page'));
  return new Promise((resolve, reject) => {
    count += 1;
    const callback = `sc${count}`;
    waiting.set(callback, resolve);
    setTimeout(() => {
      if (waiting.delete(callback)) reject(new Error(`no answer to ${command}`));
    }, PATIENCE);
    const json = parameters ? JSON.stringify(parameters) : '';
    window.parent.postMessage([command, json, callback, sid].join(':'), origin);
  });
}

/**
 * Send a command whose answer does not matter.
 * @param {string} command
 * @param {object} [parameters]
 */
export function tell(command, parameters) {
  ask(command, parameters).catch(() => {});
}

/** @param {MessageEvent} event */
function receive(event) {
  if (event.origin !== origin || typeof event.data !== 'string') return;
  const colon = event.data.indexOf(':');
  const callback = colon < 0 ? event.data : event.data.slice(0, colon);
  const json = colon < 0 ? '' : event.data.slice(colon + 1);
  const resolve = waiting.get(callback);
  waiting.delete(callback);
  resolve?.(json ? JSON.parse(json) : {});
}

window.addEventListener('message', receive);

// What screen readers are told of a change that is seen at once.
import { need } from './dom.js';

/**
 * Say one of the texts the page carries as `data-msg-…`.
 * @param {string} message its name in the data set, such as `msgMoved`
 * @param {Record<string, string | number>} [values] what stands for `{name}` in the text
 */
export function announce(message, values = {}) {
  const text = need('#app').dataset[message] ?? '';
  need('#announcer').textContent = text.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

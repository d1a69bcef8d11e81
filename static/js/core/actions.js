// Buttons that work in the page: `data-do` names an action, `data-why` is the reason why there is none.
import { closeDialog, closeTop } from './dialogs.js';
import { around, listen } from './dom.js';
import { keepFocus } from './focus.js';
import { refresh } from './refresh.js';
import { say } from './toasts.js';

/** @typedef {(button: HTMLElement) => void} Action */
/** @type {Record<string, Action>} */
const actions = {
  close: () => closeDialog(),
  'close-pop': () => closeTop(),
  'cancel-new': () => closeTop(),
  dismiss: (button) => {
    around(button, '[data-toast]')?.remove();
    keepFocus();
  },
  refresh: (button) => {
    around(button, '[data-toast]')?.remove();
    refresh();
  },
};

/**
 * Say what buttons with these names do.
 * @param {Record<string, Action>} more
 */
export const addActions = (more) => Object.assign(actions, more);

listen('click', (target) => {
  const refused = around(target, '[data-why]');
  if (refused) {
    say('toast-why', refused.dataset.why);
    return;
  }
  const button = around(target, '[data-do]');
  if (button) actions[button.dataset.do ?? '']?.(button);
});

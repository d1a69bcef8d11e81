// Dialogs and small forms over the page: one of each at a time, and what to close first.
import { find, need } from './dom.js';
import { currentTrail, followTrail, keepFocus } from './focus.js';
import { refreshIfWanted } from './refresh.js';

/** A small form that is open in the page: a color, a new stage. */
const SMALL_FORM = '[data-pop], .column--new';

/**
 * Where the focus was when the dialog opened.
 * @type {Element[] | null}
 */
let returnTo = null;

/** Open a dialog that an answer has put into the page. */
export function showDialog() {
  const dialog = /** @type {HTMLDialogElement | null} */ (find('#dialog dialog:not([open])'));
  if (!dialog) return;
  returnTo ??= currentTrail();
  dialog.showModal();
}

/**
 * Put a dialog that the page carries in a template into its place and open it.
 * @param {HTMLTemplateElement} template
 */
export function showTemplate(template) {
  need('#dialog').append(template.content.cloneNode(true));
  showDialog();
}

/**
 * Close the dialog, if there is one that may be closed.
 * @param {{ finished?: boolean }} [options] `finished`: its work is done, else a running job keeps it open
 * @returns {boolean} whether there is a dialog
 */
export function closeDialog({ finished = false } = {}) {
  const host = need('#dialog');
  if (!host.firstElementChild) return false;
  if (!finished && find('[data-job]', host)) return true; // half a deletion is nobody's wish
  host.replaceChildren();
  const trail = returnTo;
  returnTo = null;
  followTrail(trail);
  return true;
}

/**
 * Close what lies on top: a small form, else the dialog.
 * @returns {boolean} whether there is anything to close
 */
export function closeTop() {
  const form = find(SMALL_FORM);
  if (!form) return closeDialog();
  form.remove();
  keepFocus();
  refreshIfWanted();
  return true;
}

/**
 * Take away the small form that an element belongs to: what was typed has arrived.
 * @param {HTMLElement} source
 */
export const removeFormOf = (source) => source.closest(SMALL_FORM)?.remove();

document.addEventListener('dialog:close', () => closeDialog({ finished: true }));

// The browser closes a dialog by itself on Escape; a running job must not be left so.
document.addEventListener(
  'cancel',
  (event) => {
    if (!(event.target instanceof Element) || !event.target.matches('#dialog dialog')) return;
    event.preventDefault();
    closeDialog();
  },
  true,
);

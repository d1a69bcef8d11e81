// Toasts: how long they stay, how many are shown, and where.
import { find, findAll, listen, need } from './dom.js';
import { keepFocus } from './focus.js';
import { fitFrame } from './frame.js';

/** @type {Record<string, number>} */
const SECONDS = { warn: 20, error: 30 };
const SECONDS_OF_OTHERS = 12;
const SHOWN_AT_ONCE = 3;
/** A toast that was pointed at when its time was over is looked at again after this. */
const AGAIN_AFTER = 2000;
const LEAST_FROM_TOP = 150;
/** Below the lower edge of every window. */
const FAR_DOWN = 100_000;

/** The lower edge of what was pressed last, in pixels from the top of the page. */
let pressedAt = FAR_DOWN;

/**
 * Show a message of the page itself, from one of its templates.
 * @param {string} name the id of the template
 * @param {string} [text] takes the place of the template's text
 */
export function say(name, text) {
  const template = /** @type {HTMLTemplateElement} */ (need(`#${name}`));
  const toast = /** @type {HTMLElement} */ (need('[data-toast]', template.content).cloneNode(true));
  if (text) need('strong', toast).textContent = text;
  need('#toasts').append(toast);
  showToasts();
}

/** Take away what was refused: it is put right by now. */
export function dropErrors() {
  for (const toast of findAll('.toast--error')) toast.remove();
}

/** A toast stays while it is pointed at or holds the focus. @param {HTMLElement} toast */
function fade(toast) {
  if (toast.matches(':hover, :focus-within')) setTimeout(() => fade(toast), AGAIN_AFTER);
  else toast.remove();
}

/** @param {HTMLElement} toast */
function startTime(toast) {
  const kind = /toast--(\w+)/.exec(toast.className)?.[1] ?? '';
  for (const older of findAll('.toast--error[data-timed]')) {
    if (older.textContent === toast.textContent) older.remove();
  }
  toast.dataset.timed = '';
  setTimeout(() => fade(toast), (SECONDS[kind] ?? SECONDS_OF_OTHERS) * 1000);
}

/** Start the time of new toasts, keep the last few, and put them where they are seen. */
export function showToasts() {
  findAll('[data-toast]:not([data-timed])').forEach(startTime);
  for (const toast of findAll('[data-toast]').slice(0, -SHOWN_AT_ONCE)) toast.remove();
  // A page that is taller than the window around the frame has no lower edge in sight: beside what was pressed.
  const below = window.innerHeight - Math.max(pressedAt, LEAST_FROM_TOP);
  need('#toasts').style.bottom = fitFrame() ? '' : `max(16px, ${below}px)`;
  keepFocus();
}

/** Whether the page tells that something failed. */
export const tellsOfError = () => find('.toast--error') !== null;

listen('click', (target) => {
  pressedAt = target.getBoundingClientRect().bottom;
});

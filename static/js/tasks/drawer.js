// The task drawer: a modal dialog that guards what was typed and gives the focus back to its card.
import { find, findAll, need, needInput } from '../core/dom.js';

/** @returns {HTMLDialogElement | null} */
const openDrawer = () => /** @type {HTMLDialogElement | null} */ (find('#drawer [data-drawer]'));

/** A modal dialog makes everything else inert, toasts as well: while it is open they live in it. */
const takeToastsOut = () => document.body.append(need('#toasts'));

/** @param {HTMLDialogElement} drawer */
function show(drawer) {
  drawer.showModal();
  drawer.append(need('#toasts'));
  needInput('[data-zone]', drawer).value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function close() {
  const drawer = openDrawer();
  if (!drawer) return;
  takeToastsOut();
  drawer.close(); // gives the focus back itself, unless the card was made anew
  find(`#task-${drawer.dataset.taskId} .card__open`)?.focus();
  need('#drawer').replaceChildren();
}

/**
 * Mark the fields whose values were refused; the first of them gets the focus.
 * @param {HTMLElement} drawer
 */
function markRefused(drawer) {
  for (const message of findAll('.field__error', drawer)) {
    const field = find(`#${message.id.replace('-error', '')}`);
    if (field) field.ariaInvalid = String(Boolean(message.textContent?.trim()));
  }
  find('[aria-invalid=true]', drawer)?.focus();
}

/**
 * Ask whether changes are to be lost, or stop asking.
 * @param {boolean} isAsked
 */
function askAboutChanges(isAsked) {
  need('#drawer [data-ask]').hidden = !isAsked;
  need(isAsked ? '#drawer [data-keep]' : '#drawer :is(#task-title, #task-deadline)').focus();
}

function leave() {
  if (openDrawer()?.dataset.dirty) askAboutChanges(true);
  else close();
}

/** Something was changed: it has to be saved or discarded. */
export function markChanged() {
  const drawer = openDrawer();
  if (!drawer) return;
  drawer.dataset.dirty = '1';
  need('[data-unsaved]', drawer).hidden = false;
  for (const button of /** @type {HTMLButtonElement[]} */ (findAll('[data-when-clean]', drawer))) {
    button.disabled = true;
  }
}

document.addEventListener('htmx:before:swap', ({ detail: { ctx } }) => {
  if (ctx?.target?.id === 'drawer') takeToastsOut();
});

document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  const drawer = openDrawer();
  if (drawer && !drawer.open) show(drawer);
  if (drawer && ctx?.response?.status === 422) markRefused(drawer);
});

document.addEventListener('drawer:close', close);

// Wherever the focus is: a click beside a field leaves it nowhere.
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !openDrawer()) return;
  leave();
  event.preventDefault();
});

need('#drawer').addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return;
  if (target === openDrawer() || target.closest('[data-close]')) leave();
  else if (target.closest('[data-discard]')) close();
  else if (target.closest('[data-keep]')) askAboutChanges(false);
});

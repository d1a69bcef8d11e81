// The focus is never lost: it goes back to what had it, or to what stands nearest.
import { find, findAll, listen } from './dom.js';

/**
 * What had the focus last, then what stands around it, from the inside out; before a list entry its neighbor.
 * @type {Element[]}
 */
let trail = [];

/** The trail of the focus, to be given back with `followTrail`. */
export const currentTrail = () => trail;

/** Whether nothing has the focus. */
export const isFocusLost = () => document.activeElement === document.body;

/** @param {HTMLElement} node */
function tryFocus(node) {
  node.focus();
  return !isFocusLost();
}

/**
 * What may have the focus for an element of the trail that cannot have it itself.
 * @param {Element} node
 */
function candidatesIn(node) {
  if (node === trail[0] || node.id === 'main') return [];
  return [...findAll('.stage__row button', node), ...findAll('.card__open, button, input', node)];
}

/** Give the focus to what is nearest to where it was, if it is nowhere now. */
export function keepFocus() {
  for (const node of trail) {
    if (!isFocusLost()) return;
    if (node instanceof HTMLElement && node.isConnected) [...candidatesIn(node), node].some(tryFocus);
  }
}

/**
 * Make a trail the current one and give the focus to what is nearest along it.
 * @param {Element[] | null} other
 */
export function followTrail(other) {
  trail = other ?? trail;
  keepFocus();
}

/** Give the focus to what the answer wants to have it. */
export function focusWanted() {
  const wanted = find('[data-autofocus]');
  wanted?.removeAttribute('data-autofocus');
  wanted?.focus();
}

listen('focusin', (target) => {
  if (target.closest('[data-toast]')) return;
  trail = [];
  for (let node = /** @type {Element | null} */ (target); node; node = node.parentElement) {
    trail.push(node);
    if (node.matches('li') && node.previousElementSibling) trail.push(node.previousElementSibling);
  }
});

// A person who leaves a field by clicking beside it wants no focus.
listen('focusout', (target) => {
  setTimeout(() => {
    const leftAlone = target.isConnected && !target.matches(':disabled') && document.hasFocus();
    if (isFocusLost() && leftAlone) trail = [];
  });
});

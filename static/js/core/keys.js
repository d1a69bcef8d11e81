// Keys: what a key means, and who answers to it.
import { closeTop } from './dialogs.js';
import { asInput } from './dom.js';

/** @typedef {'up' | 'down' | 'left' | 'right'} Direction */

/** @type {Record<string, Direction>} */
const DIRECTIONS = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };

/** @typedef {(key: string, target: HTMLElement, event: KeyboardEvent) => boolean} KeyHandler */
/** @type {KeyHandler[]} */
const handlers = [];

/**
 * What a key means: where the layout has other letters than Latin ones, the letter printed beside them.
 * @param {KeyboardEvent} event
 */
export const meaningOf = ({ key, code }) => (/^[^ -~]$/.test(key) ? code.slice(3).toLowerCase() : key);

/**
 * The direction an arrow key points to.
 * @param {string} key
 * @returns {Direction | undefined}
 */
export const directionOf = (key) => DIRECTIONS[key];

/**
 * Let a function answer to keys; true says that it did. In a field it is asked for Escape only.
 * @param {KeyHandler} handle
 */
export const onKey = (handle) => handlers.push(handle);

/** @param {Element} node */
const isTypedInto = (node) => node.matches('input:not(.pick), textarea, select');

/** @param {KeyboardEvent} event */
function pressed(event) {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.defaultPrevented || !(target instanceof HTMLElement)) return;
  const key = meaningOf(event);
  if (key !== 'Escape' && isTypedInto(target)) return;
  if (handlers.some((handle) => handle(key, target, event))) event.preventDefault();
}

/** Start to listen: after those modules that take keys before all others. */
export function startKeys() {
  document.addEventListener('keydown', pressed);
}

onKey((key, target) => {
  if (key !== 'Escape') return false;
  if (target.matches('[data-rename]')) asInput(target).value = asInput(target).defaultValue;
  return closeTop();
});

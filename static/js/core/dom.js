// Finding elements, and listening to what happens to them.

/**
 * An element as one of HTML: drawings of SVG are looked at with the same questions.
 * @param {Element} node
 */
const html = (node) => /** @type {HTMLElement} */ (node);

/**
 * The first element that fits a selector, or null.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement | null}
 */
export const find = (selector, root = document) => root.querySelector(selector);

/**
 * All elements that fit a selector, in the order of the page.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement[]}
 */
export const findAll = (selector, root = document) => Array.from(root.querySelectorAll(selector), html);

/**
 * An element that has to be there.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 * @throws {Error} when nothing fits the selector
 */
export function need(selector, root = document) {
  const found = find(selector, root);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

/**
 * The first input that fits a selector, or null.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const findInput = (selector, root) => /** @type {HTMLInputElement | null} */ (find(selector, root));

/**
 * An input that has to be there.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @throws {Error} when nothing fits the selector
 */
export const needInput = (selector, root) => /** @type {HTMLInputElement} */ (need(selector, root));

/**
 * All inputs that fit a selector.
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const findInputs = (selector, root) => /** @type {HTMLInputElement[]} */ (findAll(selector, root));

/**
 * The element around a node that fits a selector, the node itself included, or null.
 * @param {Element} node
 * @param {string} selector
 * @returns {HTMLElement | null}
 */
export const around = (node, selector) => node.closest(selector);

/**
 * The element around a node that has to be there.
 * @param {Element} node
 * @param {string} selector
 * @returns {HTMLElement}
 * @throws {Error} when nothing around the node fits the selector
 */
export function needAround(node, selector) {
  const found = around(node, selector);
  if (!found) throw new Error(`nothing around the element is ${selector}`);
  return found;
}

/**
 * The list an element stands in.
 * @param {Element} node
 * @returns {HTMLElement}
 * @throws {Error} when it is not in the page
 */
export function listOf(node) {
  if (!node.parentElement) throw new Error('the element has left the page');
  return node.parentElement;
}

/**
 * Run a function with the element an event of the page happened at.
 * @template {keyof DocumentEventMap} T
 * @param {T} type
 * @param {(target: HTMLElement, event: DocumentEventMap[T]) => void} handle
 * @param {{ capture?: boolean }} [options] `capture`: before anything inside the page hears of it
 */
export function listen(type, handle, { capture = false } = {}) {
  document.addEventListener(
    type,
    (event) => {
      if (event.target instanceof Element) handle(html(event.target), event);
    },
    capture,
  );
}

/**
 * The input an event happened at.
 * @param {Element} target
 */
export const asInput = (target) => /** @type {HTMLInputElement} */ (target);

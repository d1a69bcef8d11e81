// The items of the planning page: rows of lists, and what the page knows of each.
import { around, find, findAll, findInput, need } from '../core/dom.js';

export const ITEM = '.card';

/** The planning page, or null where the page shows something else. */
export const planningPage = () => find('.planning');
export const backlogId = () => need('.planning').dataset.backlog ?? '';

/**
 * The item a node belongs to, or null.
 * @param {Element} node
 */
export const itemOf = (node) => around(node, `.planning ${ITEM}`);

/** @param {HTMLElement} item */
export const idOf = (item) => item.dataset.taskId ?? '';

/**
 * The field of the points of an item; those without a record in scrum have none.
 * @param {HTMLElement} item
 */
export const pointsOf = (item) => findInput('.points', item);

/**
 * The points an item has, as the app has told them; null where they are not known.
 * @param {HTMLElement} item
 */
export const knownPoints = (item) => pointsOf(item)?.defaultValue ?? null;

/**
 * Whether the place of an item among the others has been told.
 * @param {HTMLElement} item
 */
export const isKnown = (item) => item.dataset.sort !== '';

/**
 * The items of a list that can have points.
 * @param {ParentNode} list
 */
export const itemsWithPoints = (list) => findAll(ITEM, list).filter(pointsOf);

/**
 * JSON by the ids of items.
 * @param {HTMLElement[]} items
 * @param {(item: HTMLElement) => unknown} value
 */
export const jsonById = (items, value) =>
  JSON.stringify(Object.fromEntries(items.map((item) => [idOf(item), value(item)])));

/** Points, epic, list and sort of an item. @param {HTMLElement} item */
const factsOf = (item) => {
  const { epicId, entityId, sort } = item.dataset;
  return [knownPoints(item) ?? '', Number(epicId), Number(entityId), Number(sort)];
};

/**
 * What the page shows of items, for the app to compare with what is.
 * @param {(HTMLElement | null | undefined)[]} items
 */
export const seenFacts = (items) =>
  jsonById(items.filter((item) => item !== null && item !== undefined).filter(isKnown), factsOf);

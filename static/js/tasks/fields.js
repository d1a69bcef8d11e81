// The fields of the task drawer that are more than an input: tags, and choices with a search.
import { around, asInput, find, findInputs, listOf, need, needInput } from '../core/dom.js';
import { markChanged } from './drawer.js';

const TAGS = '.chips__input';

/**
 * @param {HTMLElement} box
 * @param {string} tag
 */
function newChip(box, tag) {
  const template = /** @type {HTMLTemplateElement} */ (need('template', box));
  const chip = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const remove = need('button', chip);
  needInput('input', chip).value = tag;
  need('span span', chip).textContent = tag;
  remove.ariaLabel += ` ${tag}`;
  return chip;
}

/**
 * Make tags of what was typed, between commas, and empty the field.
 * @param {HTMLInputElement} field
 */
function addTags(field) {
  const box = listOf(field);
  const known = findInputs('.chip input', box).map((input) => input.value);
  for (const tag of field.value.split(',').map((text) => text.trim())) {
    if (tag && !known.includes(tag)) field.before(newChip(box, tag));
  }
  field.value = '';
}

/**
 * @param {HTMLInputElement} field the field for new tags
 * @param {Element | null} chip
 */
function removeTag(field, chip) {
  chip?.remove();
  field.focus();
  markChanged();
}

/** @param {string} selector */
function clearField(selector) {
  const field = needInput(selector);
  field.value = '';
  field.focus();
  markChanged();
}

/**
 * @param {HTMLElement} target
 * @param {string} key
 * @returns {boolean} whether the key has done its work
 */
function pressed(target, key) {
  const picker = /** @type {HTMLDetailsElement | null} */ (around(target, '[data-picker]'));
  if (target.matches(TAGS)) return pressedInTags(asInput(target), key);
  if (!picker || key !== 'Enter' || asInput(target).type !== 'radio') return false;
  picker.open = false;
  need('summary', picker).focus();
  return true;
}

/**
 * @param {HTMLInputElement} field
 * @param {string} key
 * @returns {boolean} whether the key has done its work
 */
function pressedInTags(field, key) {
  if (field.value.trim() && (key === ',' || key === 'Enter')) {
    addTags(field);
  } else if (!field.value && key === 'Backspace') {
    removeTag(field, find('.chip:nth-last-child(1 of .chip)', listOf(field)));
  } else {
    return false;
  }
  return true;
}

const host = need('#drawer');

host.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element)) return;
  const clear = around(target, '[data-clear]');
  if (target.closest('[data-remove]')) removeTag(needInput(TAGS), target.closest('.chip'));
  else if (clear) clearField(`#${clear.dataset.clear}`);
});

host.addEventListener('keydown', (event) => {
  if (event.target instanceof HTMLElement && pressed(event.target, event.key)) event.preventDefault();
});

host.addEventListener('input', ({ target }) => {
  if (!(target instanceof HTMLElement) || asInput(target).type === 'search') return;
  if (target.matches(TAGS) && asInput(target).value.includes(',')) addTags(asInput(target));
  markChanged();
});

// Before htmx looks: what was picked has to be in the form when the stages of a project are asked for.
host.addEventListener(
  'change',
  ({ target }) => {
    if (!(target instanceof HTMLInputElement) || target.type !== 'radio') return;
    const picker = around(target, '[data-picker]');
    const row = around(target, 'label');
    if (!picker || !row) return;
    needInput('[data-value]', picker).value = target.value;
    need('[data-chosen]', picker).textContent = need('[data-name]', row).textContent;
  },
  true,
);

// Colors: palette, picker and field show the same; the server says how well text reads on it.
import { around, asInput, listen, needInput } from './dom.js';

/**
 * A color as six digits, from any spelling with three or six.
 * @param {string} text
 */
const sixDigits = (text) =>
  text
    .trim()
    .replace(/^#?/, '#')
    .replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3');

/**
 * @param {HTMLElement} fields
 * @param {string} text
 */
function showColor(fields, text) {
  const color = sixDigits(text);
  const field = needInput('[name=color]', fields);
  if (document.activeElement !== field) field.value = color.toUpperCase();
  needInput('[type=color]', fields).value = color.toLowerCase();
}

listen('click', (target) => {
  const swatch = around(target, '.swatch[type=button]');
  const fields = swatch && around(swatch, '[data-colors]');
  if (!fields) return;
  showColor(fields, swatch.dataset.hex ?? '');
  htmx.trigger(swatch, 'sample');
});

listen('input', (target) => {
  const fields = around(target, '[data-colors]');
  if (fields) showColor(fields, asInput(target).value);
});

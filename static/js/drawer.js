// The task drawer: a modal dialog that guards what was typed and gives the focus back to its card.
import { $, $$ } from './board.js';

const host = $('#drawer'), toasts = $('#toasts');
const drawer = () => $('[data-drawer]', host);

// a modal dialog makes everything else inert, toasts as well: while it is open they live in it
document.addEventListener('htmx:before:swap', ({ detail: { ctx } }) => {
  if (ctx?.target === host) document.body.append(toasts);
});
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  const dialog = drawer();
  if (dialog && !dialog.open) {
    dialog.showModal();
    dialog.append(toasts);
    $('[data-zone]', dialog).value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
  if (dialog && ctx?.response?.status === 422) mark(dialog);
});
document.addEventListener('drawer:close', close);

function close() {
  const dialog = drawer();
  if (!dialog) return;
  document.body.append(toasts);
  dialog.close(); // gives the focus back itself, unless the card was made anew
  $(`#task-${dialog.dataset.taskId} .card__open`)?.focus();
  host.replaceChildren();
}

function mark(dialog) {
  for (const place of $$('.field__error', dialog)) {
    const field = $(`#${place.id.replace('-error', '')}`);
    if (field) field.ariaInvalid = Boolean(place.textContent.trim());
  }
  $('[aria-invalid=true]', dialog)?.focus();
}

function ask(shown) {
  $('[data-ask]', host).hidden = !shown;
  $(shown ? '[data-keep]' : '#task-title, #task-deadline', host).focus();
}
const leave = () => drawer().dataset.dirty ? ask(true) : close();

function touch() {
  drawer().dataset.dirty = 1;
  $('[data-unsaved]', host).hidden = false;
  for (const button of $$('[data-when-clean]', host)) button.disabled = true;
}

function addTags(input) {
  const box = input.parentNode;
  const known = $$('.chip input', box).map(one => one.value);
  for (const tag of input.value.split(',').map(one => one.trim())) {
    if (!tag || known.includes(tag)) continue;
    const chip = $('template', box).content.cloneNode(true);
    $('input', chip).value = $('span span', chip).textContent = tag;
    $('button', chip).ariaLabel += ` ${tag}`;
    input.before(chip);
  }
  input.value = '';
}
function change(field, chip) {
  chip ? chip.remove() : field.value = '';
  field.focus();
  touch();
}

host.addEventListener('click', ({ target }) => {
  const hit = what => target.closest(`[data-${what}]`);
  if (target === drawer() || hit('close')) leave();
  else if (hit('discard')) close();
  else if (hit('keep')) ask(false);
  else if (hit('remove')) change($('.chips__input'), target.closest('.chip'));
  else if (hit('clear')) change($(`#${hit('clear').dataset.clear}`));
});

host.addEventListener('keydown', event => {
  const { key, target } = event, tags = target.matches('.chips__input'), picker = target.closest('[data-picker]');
  if (tags && target.value.trim() && (key === ',' || key === 'Enter')) addTags(target);
  else if (tags && !target.value && key === 'Backspace') change(target, $('.chip:nth-last-child(1 of .chip)', target.parentNode));
  else if (picker && key === 'Enter' && target.type === 'radio') {
    picker.open = false;
    $('summary', picker).focus();
  } else return;
  event.preventDefault();
});

// wherever the focus is: a click beside a field leaves it nowhere
document.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !drawer()) return;
  leave();
  event.preventDefault();
});

host.addEventListener('input', ({ target }) => {
  if (target.type === 'search') return;
  if (target.matches('.chips__input') && target.value.includes(',')) addTags(target);
  touch();
});

// before htmx looks: what was picked has to be in the form when the stages of a project are asked for
host.addEventListener('change', ({ target }) => {
  const picker = target.type === 'radio' && target.closest('[data-picker]');
  if (!picker) return;
  $('[data-value]', picker).value = target.value;
  $('[data-chosen]', picker).textContent = $('[data-name]', target.closest('label')).textContent;
}, true);

// the journal shows times and days of whoever reads it
document.addEventListener('htmx:config:request', ({ detail: { ctx: { request } } }) => {
  if (request.method === 'GET' && request.action.startsWith('/journal')) request.body.set('offset', -new Date().getTimezoneOffset());
});

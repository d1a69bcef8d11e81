// Starts the page and ties htmx, the portal around us and the board together.
import { download, fetchAs } from './session.js';
import { fit, tell } from './frame.js';
import * as b from './board.js';
import { dragging, mount } from './dnd.js';
import { keepTabStops } from './keys.js';

const { $, $$ } = b;
const TOAST_SECONDS = { ok: 12, warn: 20, error: 30 };
const UNKNOWN_TRUTH = new Set([403, 404, 409, 410]);
let editing = '', returnTo = null, wanted = false;

// --- requests ---
const randomKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');

document.addEventListener('htmx:config:request', event => {
  const { ctx } = event.detail, { request, sourceElement: source } = ctx;
  const rename = $('[data-rename]', source);
  if (rename && source.matches('.stage__rename') && rename.value === rename.defaultValue) return event.preventDefault();
  ctx.fetch = fetchAs;
  if (source.matches('.next')) request.body.set('start', b.pageStart(source));
  if (request.method === 'GET') return;
  if (!request.body.has('request_key')) request.body.set('request_key', randomKey());
  if (rename) request.body.set('seen_title', rename.defaultValue);
  if (b.board() && request.action.includes('/stages')) {
    request.body.set('seen', $$('.column[data-stage-id]').map(column => column.dataset.stageId).join());
    if ($('#as-admin')) request.body.set('as_admin', '1');
  }
});
document.addEventListener('htmx:before:request', () => $('#app').classList.add('busy'));
document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  $('#app').classList.toggle('busy', Boolean($('.htmx-request')));
  ctx.done?.(ctx.response?.status ?? 0);
});
document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  // after these the page may show what is not so (any more)
  if (ctx.request.method === 'POST' && (UNKNOWN_TRUTH.has(status) || (status >= 500 && status !== 503))) refreshSoon();
});
document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx && !ctx.response) say();
});

// --- what answers announce ---
function refreshSoon() {
  wanted = true;
  queueMicrotask(() => { if (wanted && !dragging()) { wanted = false; b.refresh(); } });
}
document.addEventListener('board:refresh', refreshSoon);
document.addEventListener('board:stages', ({ detail }) => b.orderStages(detail));
document.addEventListener('board:cards', ({ detail }) => b.settleCards(detail));
document.addEventListener('dialog:close', closeDialog);
document.addEventListener('drawer:close', closeDrawer);

// --- after every swap: what is new becomes alive ---
function enliven() {
  const page = b.board(), app = $('#app');
  b.dropTwins();
  if (editing !== page?.dataset.board) editing = '';
  app.classList.toggle('editing', Boolean(editing));
  const shape = $('#shape');
  if (shape) shape.ariaPressed = String(Boolean(editing));
  mount(Boolean(editing));
  keepTabStops();
  b.showSelection();
  app.dataset.page = $('#main > [data-page]')?.dataset.page ?? app.dataset.page;
  const dialog = $('#dialog dialog:not([open])');
  if (dialog) { returnTo ??= document.activeElement; dialog.showModal(); }
  for (const toast of $$('[data-toast]:not([data-timed])')) {
    const kind = toast.className.match(/toast--(\w+)/)?.[1];
    toast.dataset.timed = '';
    setTimeout(() => fade(toast), (TOAST_SECONDS[kind] ?? 12) * 1000);
  }
  fit();
}
// a toast stays while it is pointed at or holds the focus
function fade(toast) {
  toast.matches(':hover, :focus-within') ? setTimeout(() => fade(toast), 2000) : toast.remove();
}
document.addEventListener('htmx:after:process', enliven);
document.addEventListener('htmx:after:swap', ({ detail: { ctx } }) => {
  enliven();
  const page = $('#main > [data-title]');
  if (ctx.target?.id !== 'main') return;
  if (page) tell('setTitle', { title: page.dataset.title });
  if (document.activeElement === document.body) $('#main').focus({ preventScroll: true });
});
addEventListener('resize', fit);

// --- dialogs, drawer, menu, toasts ---
function closeDialog() {
  const host = $('#dialog');
  if (!host.firstElementChild) return false;
  host.replaceChildren();
  if (returnTo?.isConnected) returnTo.focus();
  returnTo = null;
  return true;
}
function closeDrawer() {
  const host = $('#drawer');
  if (!host.firstElementChild) return false;
  const card = $(`#task-${$('[data-task-id]', host)?.dataset.taskId} .card__open`);
  host.replaceChildren();
  card?.focus();
  return true;
}
export function closeTop() {
  const pop = $('[data-pop], .column--new');
  if (!pop) return closeDialog() || closeDrawer();
  const column = pop.closest('.column[data-stage-id]');
  pop.remove();
  if (column) $('.stage__row button', column)?.focus();
  return true;
}
document.addEventListener('cancel', event => {
  if (event.target.matches('#dialog dialog')) { event.preventDefault(); closeDialog(); }
}, true);

/** A message of the page itself; without a text the one about a lost connection. */
function say(text) {
  const toast = $('#toast-offline').content.firstElementChild.cloneNode(true);
  if (text) {
    $('strong', toast).textContent = text;
    $('p', toast)?.remove();
    toast.className = 'toast toast--warn';
  }
  $('#toasts').append(toast);
  enliven();
}

export function openMenu(card) {
  const menu = $('#card-menu');
  if (!menu) return;
  menu.dataset.card = card.id;
  b.fillStages(b.stageOf(card));
  menu.showPopover();
  const spot = $('.card__more', card).getBoundingClientRect(), size = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(spot.right - size.width, innerWidth - size.width - 4))}px`;
  menu.style.top = `${Math.max(4, Math.min(spot.bottom, innerHeight - size.height - 4))}px`;
  $('button', menu).focus();
}
function menuCard() {
  const menu = $('#card-menu'), card = document.getElementById(menu.dataset.card);
  menu.hidePopover();
  $('.card__open', card)?.focus();
  return card;
}
const open = card => htmx.ajax('GET', `/tasks/${card.dataset.taskId}?board=${b.board().dataset.board}`, { source: card, target: '#drawer' });

const ACTIONS = {
  dismiss: button => button.closest('[data-toast]').remove(),
  close: button => button.closest('#drawer') ? closeDrawer() : closeDialog(),
  'close-pop': closeTop,
  'cancel-new': closeTop,
  shape: () => { editing = editing ? '' : b.board().dataset.board; enliven(); },
  keys: () => { $('#dialog').append($('#keys-help').content.cloneNode(true)); enliven(); },
  unselect: () => { b.selected().forEach(pick => { pick.checked = false; }); b.showSelection(); },
  open: () => open(menuCard()),
  select: () => b.select(menuCard(), true),
  download: button => download(button.dataset.address, button.dataset.name).catch(() => say()),
  'stage-left': button => b.moveStage(button.closest('.column'), 'left'),
  'stage-right': button => b.moveStage(button.closest('.column'), 'right'),
  ...Object.fromEntries(['top', 'up', 'down', 'bottom'].map(way => [`card-${way}`, () => b.moveCard(menuCard(), way)])),
};

document.addEventListener('click', event => {
  const { target } = event;
  const told = target.closest('[data-why]');
  if (told) return say(told.dataset.why);
  const button = target.closest('[data-do]');
  if (button) return ACTIONS[button.dataset.do]?.(button);
  if (target.closest('[data-undo]')) return setTimeout(() => target.closest('[data-toast]')?.remove(), 400);
  const swatch = target.closest('.swatch[type=button]');
  if (swatch) return b.showColor(swatch.closest('[data-colors]'), swatch.dataset.hex);
  const card = target.closest('.card');
  if (!card || target.closest('.pick')) return;
  target.closest('.card__more') ? openMenu(card) : open(card);
});
document.addEventListener('input', ({ target }) => {
  const fields = target.closest('[data-colors]');
  if (fields) b.showColor(fields, target.value);
});
document.addEventListener('change', ({ target }) => {
  if (target.matches('.pick')) b.showSelection();
  if (target.dataset.doChange === 'card-stage') b.moveCard(menuCard(), '', target.value);
});

// the install page: tell the portal that we are done; it loads us again
const finish = () => $('[data-install-finish]') && tell('setInstallFinish');
document.addEventListener('htmx:after:swap', finish);
finish();

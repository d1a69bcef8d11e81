// Starts the page and ties htmx, the portal around us and the board together.
import { fetchAs, fit, tell } from './portal.js';
import * as b from './board.js';
import './drawer.js';

const { $, $$ } = b;
const TOAST_SECONDS = { warn: 20, error: 30 };
const TOASTS_SHOWN = 3;
const UNKNOWN_TRUTH = /4(03|04|09|10)|50[^3]/;
let editing = '', returnTo = null, wanted = false, running = 0, turn = 0, spot = 1e5;

// --- requests ---
const randomKey = () => crypto.getRandomValues(new Uint32Array(4)).join('-');

const ownOffset = () => String(new Date()).replace(/^.*GMT(...)(..).*$/, '$1:$2');

document.addEventListener('htmx:config:request', event => {
  const { ctx } = event.detail, { request, sourceElement: source } = ctx, { body } = request;
  const rename = $('[data-rename]', source);
  if (rename && source.matches('.stage__rename') && rename.value === rename.defaultValue) return event.preventDefault();
  ctx.fetch = fetchAs;
  if (source.matches('.next')) body.set('start', b.pageStart(source));
  if (request.method === 'GET') return;
  if (!body.has('request_key')) body.set('request_key', randomKey());
  if (rename) body.set('seen_title', rename.defaultValue);
  if (source.id === 'bulk') {
    body.set('was', b.selectedPlaces());
    body.set('tags', b.selectedTags());
  }
  if (body.get('utc_offset') === '') body.set('utc_offset', ownOffset());
  if (b.board() && request.action.includes('/stages')) {
    if (!body.has('seen')) body.set('seen', b.stageIds());
    body.set('shown', $$('.stage').map(stage => stage.dataset.shown));
    if ($('#as-admin')) body.set('as_admin', '1');
  }
});
document.addEventListener('htmx:before:request', ({ detail: { ctx } }) => {
  if (ctx.target?.id === 'main') ctx.turn = ++turn; // the page asked for last is the one to show
  if (ctx.sourceElement.matches('form[hx-post]')) $$('.toast--error').forEach(toast => toast.remove()); // put right by now
  $('#app').classList.toggle('busy', ++running);
});
document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  $('#app').classList.toggle('busy', running = Math.max(0, running - 1));
  ctx.done?.(ctx.response?.status ?? 0);
  if (ctx.response?.status < 300 && ctx.sourceElement.matches('[data-undo], #unfinished *')) ctx.sourceElement.closest('[data-toast], #unfinished').remove();
  // what was typed has arrived; the page that shows it may still have to come
  if (ctx.response?.status < 300 && ctx.sourceElement.matches('form')) ctx.sourceElement.closest('[data-pop], .column--new')?.remove();
  keepFocus();
  refreshNow();
});
document.addEventListener('htmx:response:error', ({ detail: { ctx } }) => {
  const { status } = ctx.response;
  if (status === 401) say('toast-expired');
  // after these the page may show what is not so (any more)
  if (ctx.request.method === 'POST' && UNKNOWN_TRUTH.test(status)) refreshSoon();
});
document.addEventListener('htmx:error', ({ detail: { ctx } }) => {
  if (ctx && !ctx.response) say('toast-offline');
});

// --- what answers announce ---
function refreshSoon({ detail } = {}) {
  if (detail?.unselect) b.unselect();
  wanted = true;
  setTimeout(refreshNow);
}
// never while something is held in the air, on its way or half typed
const unfinished = () => b.dragging() || b.moving() || $('[data-pop], .column--new');
function refreshNow() {
  if (!wanted || unfinished()) return;
  wanted = false;
  b.refresh();
}
document.addEventListener('board:idle', refreshNow);
document.addEventListener('htmx:before:swap', event => {
  const { ctx } = event.detail;
  // what failed is still told: that the board could not be read after it would say the same again
  if ((ctx.turn ?? turn) !== turn || ctx.refresh && ctx.response.status > 399 && $('.toast--error')) return event.preventDefault();
  if (!ctx.refresh || !$('[data-pop], .column--new')) return;
  event.preventDefault();
  wanted = true;
});
document.addEventListener('board:refresh', refreshSoon);
document.addEventListener('board:stages', ({ detail }) => b.orderStages(detail));
document.addEventListener('board:cards', ({ detail }) => b.settleCards(detail));
document.addEventListener('dialog:close', () => closeDialog(true));

// --- the focus is never lost: it goes back to what had it, or to what stands nearest ---
let trail = [];
document.addEventListener('focusin', ({ target }) => {
  if (target.closest('[data-toast]')) return;
  for (trail = []; target; target = target.parentElement) trail.push(target, ...(target.matches('li') ? [target.previousElementSibling] : []));
});
// somebody who leaves a field by clicking beside it wants no focus
document.addEventListener('focusout', ({ target }) => setTimeout(() => {
  if (document.activeElement === document.body && target.isConnected && !target.disabled && document.hasFocus()) trail = [];
}));
function keepFocus() {
  for (const node of trail) {
    if (document.activeElement !== document.body) return;
    if (!node?.isConnected) continue;
    const inside = node === trail[0] || node.id === 'main' ? [] : [...$$('.stage__row button', node), ...$$('.card__open, button, input', node)];
    [...inside, node].some(one => (one.focus(), document.activeElement !== document.body));
  }
}

// --- after every swap: what is new becomes alive ---
function showEditing() {
  const on = editing > '', shape = $('#shape');
  $('#app').classList.toggle('editing', on);
  if (shape) shape.ariaPressed = on;
  b.mount(on);
}
function enliven() {
  const app = $('#app');
  b.dropTwins();
  if (editing !== b.board()?.dataset.board) editing = '';
  showEditing();
  if ($('[data-read]')) import('./news.js');
  if ($('#crm')) import('./crm.js').then(crm => crm.mount());
  if ($('[data-scrum]')) import('./scrum.js').then(scrum => scrum.mount());
  keepTabStops();
  b.showSelection();
  app.dataset.page = $('#main > [data-page]')?.dataset.page ?? app.dataset.page;
  for (const link of $$('.top > button')) link.ariaCurrent = link.dataset.pages?.includes(app.dataset.page) ? 'page' : null;
  const dialog = $('#dialog dialog:not([open])');
  if (dialog) { returnTo ??= trail; dialog.showModal(); }
  const first = $('[data-autofocus]');
  if (first) { first.removeAttribute('data-autofocus'); first.focus(); }
  for (const toast of $$('[data-toast]:not([data-timed])')) {
    const kind = toast.className.match(/toast--(\w+)/)?.[1];
    for (const old of $$('.toast--error[data-timed]')) if (old.textContent === toast.textContent) old.remove();
    toast.dataset.timed = '';
    setTimeout(() => fade(toast), (TOAST_SECONDS[kind] ?? 12) * 1000);
  }
  $$('[data-toast]').slice(0, -TOASTS_SHOWN).forEach(toast => toast.remove());
  // a page that is taller than the window around the frame has no lower edge in sight: beside what was pressed
  $('#toasts').style.bottom = fit() ? '' : `max(16px, ${innerHeight - Math.max(spot, 150)}px)`;
  keepFocus();
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
  b.renewed();
  if (!/morph/i.test(ctx.swap)) ctx.target.scrollTop = 0; // another page
  if (page) tell('setTitle', { title: page.dataset.title });
  if (document.activeElement === document.body) $('#main').focus({ preventScroll: true });
});
addEventListener('resize', fit);

// --- dialogs, drawer, menu, toasts ---
function closeDialog(over = false) {
  const host = $('#dialog');
  if (!host.firstElementChild) return false;
  if (over !== true && $('[data-job]', host)) return true; // half a deletion is nobody's wish
  host.replaceChildren();
  trail = returnTo ?? trail;
  returnTo = null;
  keepFocus();
  return true;
}
function closeTop() {
  const pop = $('[data-pop], .column--new');
  if (!pop) return closeDialog();
  pop.remove();
  keepFocus();
  refreshNow();
  return true;
}
document.addEventListener('cancel', event => {
  if (event.target.matches('#dialog dialog')) { event.preventDefault(); closeDialog(); }
}, true);

/** A message of the page itself, from one of its templates. */
function say(name, text) {
  const toast = document.getElementById(name).content.firstElementChild.cloneNode(true);
  if (text) $('strong', toast).textContent = text;
  $('#toasts').append(toast);
  enliven();
}

function openMenu(card) {
  const menu = $('#card-menu');
  if (!menu) return;
  menu.dataset.card = card.id;
  menu.setAttribute('aria-labelledby', `act t${card.dataset.taskId}`);
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
  dismiss: button => { button.closest('[data-toast]').remove(); keepFocus(); },
  close: closeDialog,
  'close-pop': closeTop,
  'cancel-new': closeTop,
  shape: () => { editing = editing ? '' : b.board().dataset.board; showEditing(); },
  keys: () => { $('#dialog').append($('#keys-help').content.cloneNode(true)); enliven(); },
  unselect: b.unselect,
  refresh: button => { button.closest('[data-toast]')?.remove(); b.refresh(); },
  open: () => open(menuCard()),
  select: () => b.select(menuCard(), true),
  download: button => import('./download.js').then(({ download }) => download(button.dataset.address, button.dataset.name)).catch(() => say('toast-offline')),
  'stage-left': button => b.moveStage(button.closest('.column'), 'left'),
  'stage-right': button => b.moveStage(button.closest('.column'), 'right'),
  ...Object.fromEntries(['top', 'up', 'down', 'bottom'].map(way => [`card-${way}`, () => b.moveCard(menuCard(), way)])),
};

document.addEventListener('click', event => {
  const { target } = event;
  spot = target.getBoundingClientRect().bottom;
  const told = target.closest('[data-why]');
  if (told) return say('toast-why', told.dataset.why);
  const button = target.closest('[data-do]');
  if (button) return ACTIONS[button.dataset.do]?.(button);
  const swatch = target.closest('.swatch[type=button]');
  if (swatch) {
    showColor(swatch.closest('[data-colors]'), swatch.dataset.hex);
    return htmx.trigger(swatch, 'sample');
  }
  const card = target.closest('.card');
  if (!card || target.closest('.pick')) return;
  target.closest('.card__more') ? openMenu(card) : open(card);
});
document.addEventListener('change', ({ target }) => {
  if (target.matches('.pick')) b.showSelection();
  if (target.name === 'theme') document.documentElement.dataset.theme = target.value;
  if (target.dataset.doChange === 'card-stage') b.moveCard(menuCard(), '', target.value);
});

// --- colors: palette, picker and field show the same; the server says how well text reads on it ---
function showColor(fields, text) {
  const hex = text.trim().replace(/^#?/, '#').replace(/^#(.)(.)(.)$/, '#$1$1$2$2$3$3'), field = $('[name=color]', fields);
  if (document.activeElement !== field) field.value = hex.toUpperCase();
  $('[type=color]', fields).value = hex.toLowerCase();
}
document.addEventListener('input', ({ target }) => {
  const fields = target.closest('[data-colors]');
  if (fields) showColor(fields, target.value);
});

// --- keys: every drag has its own ---
const WAYS = { ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right' };
const typing = node => node.matches('input:not(.pick), textarea, select');

/** The card in a direction; to the side it is the one at the same place. */
function neighbour(card, way) {
  const step = /up|left/.test(way) ? b.previousOf : b.nextOf;
  if (/up|down/.test(way)) return step(card);
  const at = $$('.card', card.parentNode).indexOf(card);
  for (let column = step(card.closest('.column')); column; column = step(column)) {
    const cards = $$('.card', column);
    if (cards.length) return cards[Math.min(at, cards.length - 1)];
  }
  return null;
}

function onCard(card, key, altKey) {
  const way = WAYS[key];
  if (way && altKey) b.moveCard(card, way);
  else if (way) {
    const other = neighbour(card, way);
    if (other) $('.card__open', other).focus();
  } else if (key === ' ' || key === 'x') b.select(card);
  else if (key === 'Enter') $('.card__open', card).click();
  else if (key === 'm' || key === 'ContextMenu') openMenu(card);
  else return false;
  return true;
}

function onEscape(target) {
  if (target.matches('[data-rename]')) target.value = target.defaultValue;
  if (closeTop()) return true;
  const some = b.selected().length;
  b.unselect();
  return some;
}

document.addEventListener('keydown', event => {
  const { target } = event, key = b.keyOf(event);
  if (event.ctrlKey || event.metaKey || event.defaultPrevented || !(target instanceof Element)) return;
  let done = false;
  if (key === 'Escape') done = onEscape(target);
  else if (typing(target)) return;
  else if (target.matches('.card__open')) done = onCard(target.closest('.card'), key, event.altKey);
  else if (target.matches('.stage__grip') && ['left', 'right'].includes(WAYS[key])) done = !void b.moveStage(target.closest('.column'), WAYS[key]);
  else if (key === '/' && $('#filter-text')) done = !void $('#filter-text').focus();
  if (done) event.preventDefault();
});

// one tab stop per column: the card that had the focus last
document.addEventListener('focusin', ({ target }) => {
  const card = target.closest?.('.card');
  if (!card) return;
  for (const stop of $$('[tabindex="0"]', card.parentNode)) stop.tabIndex = -1;
  for (const stop of $$('.card__open, .card__more', card)) stop.tabIndex = 0;
});
function keepTabStops() {
  for (const list of $$('.cards')) {
    const first = !$('.card [tabindex="0"]', list) && $('.card', list);
    if (first) for (const stop of $$('.card__open, .card__more', first)) stop.tabIndex = 0;
  }
}

/* The right-hand panels: an application or a page of the portal over the page that asked for it. */

import { Frame, ask } from './frames.js';

const stack = [];

function build(title, width) {
  const layer = document.createElement('div');
  layer.className = 'slider';
  layer.innerHTML =
    '<div class="slider-panel" role="dialog" aria-modal="true" data-titled>' +
    '<button type="button" class="slider-close">×</button>' +
    '<header class="slider-head"><h2 data-title></h2></header><div class="slider-body"></div></div>';
  const panel = layer.querySelector('.slider-panel');
  panel.setAttribute('aria-label', title);
  panel.querySelector('h2').textContent = title;
  layer.querySelector('.slider-close').setAttribute('aria-label', document.body.dataset.close);
  if (width > 0) panel.style.width = `min(${width}px, calc(100vw - 56px))`;
  return layer;
}

function open(title, width, onClosed) {
  const layer = build(title, width);
  const opener = document.activeElement;
  let closed = false;
  const close = () => {
    if (closed) return;
    closed = true;
    stack.splice(stack.indexOf(close), 1);
    layer.remove();
    document.body.classList.toggle('has-slider', stack.length > 0);
    opener?.focus?.();
    onClosed?.();
  };
  layer.querySelector('.slider-close').addEventListener('click', close);
  layer.addEventListener('click', (event) => event.target === layer && close());
  stack.push(close);
  document.body.append(layer);
  document.body.classList.add('has-slider');
  layer.querySelector('.slider-close').focus();
  return { body: layer.querySelector('.slider-body'), close };
}

/** Show the application. `wish` is {placement, options}; `onClosed` runs once when the panel goes. */
export async function openApplication(wish, onClosed) {
  const options = { ...wish.options };
  const width = Number(options.bx24_width) || 1200;
  const launch = await ask('/_shell/launch', { ...wish, options: { ...options, IFRAME: 'Y' } });
  let frame = null;
  const slider = open(options.bx24_title || launch.title, width, () => {
    frame?.forget();
    onClosed?.();
  });
  frame = new Frame(slider.body, launch, { onClose: slider.close });
}

/** Show a page of the portal itself, without its menus. */
export function openPath(url, onClosed) {
  url.searchParams.set('IFRAME', 'Y');
  const slider = open(url.pathname, 1200, onClosed);
  const page = document.createElement('iframe');
  page.className = 'page-frame';
  page.src = url.href;
  page.title = url.pathname;
  page.addEventListener('load', () => {
    const title = page.contentDocument?.querySelector('[data-title]')?.textContent;
    if (title) slider.body.closest('[data-titled]').querySelector('[data-title]').textContent = title;
  });
  slider.body.append(page);
}

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') stack.at(-1)?.();
});

/* Starts a page of the portal: its frames, its install dialog, its buttons. */

import { Frame, ask, listen } from './frames.js';
import * as sliders from './sliders.js';

listen(sliders);

for (const host of document.querySelectorAll('[data-launch]')) {
  new Frame(host, JSON.parse(host.dataset.launch));
}

document.addEventListener('click', (event) => {
  const button = event.target.closest('[data-slider]');
  if (button) sliders.openApplication(JSON.parse(button.dataset.slider));
  const opener = event.target.closest('[data-dialog]');
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const closer = event.target.closest('[data-dismiss]');
  if (closer) closer.closest('dialog').close();
});

for (const select of document.querySelectorAll('select[data-submit]')) {
  select.addEventListener('change', () => select.form.requestSubmit());
}

document.addEventListener('portal:installed', async () => {
  for (const hidden of document.querySelectorAll('[data-when-installed]')) hidden.hidden = false;
  const page = document.body.dataset.appPage;
  if (page) history.replaceState(null, '', page);
});

const uninstall = document.getElementById('uninstall-form');
uninstall?.addEventListener('submit', async (event) => {
  event.preventDefault();
  await ask('/_shell/uninstall', { clean: uninstall.elements.clean.checked });
  location.assign('/marketplace/');
});

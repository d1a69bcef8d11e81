// Light or dark: what is chosen shows at once; the server keeps it.
import { asInput, listen } from './dom.js';

listen('change', (target) => {
  const { name, value } = asInput(target);
  if (name === 'theme') document.documentElement.dataset.theme = value;
});

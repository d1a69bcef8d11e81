// The size of the frame: the portal's page is asked to make it as tall as this page needs.
import { find, need } from './dom.js';
import { tell } from './portal.js';

const LEAST = 600;
const MOST_OF_LEAST = 900;
/** What the portal's page shows above and below the frame. */
const AROUND = 250;

let lastHeight = 0;

/**
 * Ask for the height this page needs. A board scrolls inside itself and has a fixed height; other pages may be
 * taller, but leave no gap below.
 * @returns {boolean} whether the height is fixed
 */
export function fitFrame() {
  const least = Math.max(LEAST, Math.min(MOST_OF_LEAST, window.screen.availHeight - AROUND));
  const fixed = Boolean(find('#board, .crm'));
  const height = fixed ? least : Math.max(least, Math.ceil(need('#app').getBoundingClientRect().height));
  if (height !== lastHeight) tell('resizeWindow', { width: '100%', height });
  lastHeight = height;
  return fixed;
}

window.addEventListener('resize', fitFrame);

// Tells the portal that the app is installed; the portal then loads the frame again, with the app in it.
// The portal's own script is asked first; where it is blocked or fails, the same message goes to the parent directly.
import { need } from './core/dom.js';
import { tell } from './core/portal.js';

const PATIENCE = 6000;
let isTold = false;

function finishOurselves() {
  isTold = true;
  tell('setInstallFinish');
}

function finish() {
  if (isTold) return;
  isTold = true;
  try {
    window.BX24.init(() => window.BX24.installFinish());
  } catch {
    finishOurselves();
  }
}

/** Still here after a while: say so, and offer a button. */
function offerButton() {
  need('#manual').hidden = false;
  need('#progress').hidden = true;
}

setTimeout(offerButton, 2 * PATIENCE);
need('#finish').addEventListener('click', finishOurselves);

if (window.BX24) finish();
need('script[async]').addEventListener('load', finish);
need('script[async]').addEventListener('error', finishOurselves);
setTimeout(finish, PATIENCE);

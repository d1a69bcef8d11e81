// Tells the portal that the app is installed; the portal then loads the frame again, with the app in it.
// The portal's own script is asked first; where it is blocked, the same message goes to the parent directly.
import { tell } from './portal.js';

const PATIENCE = 6000;
const manual = document.getElementById('manual');
let told = false;

function finishOurselves() {
  told = true;
  tell('setInstallFinish');
}

function finish() {
  if (told) return;
  if (!window.BX24?.init) return finishOurselves();
  told = true;
  window.BX24.init(() => window.BX24.installFinish());
}

const script = document.querySelector('script[async]');
if (window.BX24?.init) finish();
else {
  script.addEventListener('load', finish);
  script.addEventListener('error', finishOurselves);
  setTimeout(finish, PATIENCE);
}
// still here: say so, and offer a button
setTimeout(() => {
  manual.hidden = false;
  document.getElementById('progress').hidden = true;
}, 2 * PATIENCE);
document.getElementById('finish').addEventListener('click', finishOurselves);

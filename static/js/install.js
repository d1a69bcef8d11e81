// Tells the portal that the app is installed; the portal then loads the frame again, with the app in it.
// The portal's own script is asked first; where it is blocked or fails, the same message goes to the parent directly.
import { tell } from './portal.js';

const PATIENCE = 6000;
const manual = document.getElementById('manual');
const script = document.querySelector('script[async]');
let told = false;

// still here after a while: say so, and offer a button
setTimeout(() => {
  manual.hidden = false;
  document.getElementById('progress').hidden = true;
}, 2 * PATIENCE);
document.getElementById('finish').addEventListener('click', finishOurselves);

function finishOurselves() {
  told = true;
  tell('setInstallFinish');
}

function finish() {
  if (told) return;
  told = true;
  try {
    window.BX24.init(() => window.BX24.installFinish());
  } catch {
    finishOurselves();
  }
}

if (window.BX24) finish();
script.addEventListener('load', finish);
script.addEventListener('error', finishOurselves);
setTimeout(finish, PATIENCE);

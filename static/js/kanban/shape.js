// Shaping the board: names, colors and order of its stages can be changed while this is on.
import { addActions } from '../core/actions.js';
import { find, need, needAround } from '../core/dom.js';
import { directionOf, onKey } from '../core/keys.js';
import { board, boardKey } from './board.js';
import { mountDrag } from './drag.js';
import { moveStage } from './moves.js';

/** The board that is shaped; empty while none is. */
let shapedBoard = '';

function showShaping() {
  const isOn = shapedBoard !== '';
  const button = find('#shape');
  need('#app').classList.toggle('editing', isOn);
  if (button) button.ariaPressed = String(isOn);
  mountDrag(isOn);
}

/** After a swap: another board is not shaped. */
export function mountShaping() {
  if (shapedBoard !== board()?.dataset.board) shapedBoard = '';
  showShaping();
}

/** @param {HTMLElement} button */
const columnOfTool = (button) => needAround(button, '.column');

addActions({
  shape: () => {
    shapedBoard = shapedBoard ? '' : boardKey();
    showShaping();
  },
  'stage-left': (button) => moveStage(columnOfTool(button), 'left'),
  'stage-right': (button) => moveStage(columnOfTool(button), 'right'),
});

onKey((key, target) => {
  const way = directionOf(key);
  if (!target.matches('.stage__grip') || (way !== 'left' && way !== 'right')) return false;
  moveStage(columnOfTool(target), way);
  return true;
});

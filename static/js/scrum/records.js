// Items without a record in scrum get one from a button; a press on it, or on points, is no wish to open the task.
import { listen } from '../core/dom.js';
import { postToBoard } from '../kanban/board.js';
import { backlogId, idOf, itemOf } from './items.js';

listen(
  'click',
  (target, event) => {
    const item = itemOf(target);
    if (!item || !target.matches('.points, .record')) return;
    event.stopPropagation();
    if (target.matches('.record')) {
      postToBoard('/records', { task_ids: idOf(item), entity_id: backlogId() }, item);
    }
  },
  { capture: true },
);

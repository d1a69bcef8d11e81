// The epic of an item: chosen in its menu, or given by dropping it on an epic.
import { asInput, find, findAll, listen, need } from '../core/dom.js';
import { postToBoard } from '../kanban/board.js';
import { isSelected, selectedCards } from '../kanban/selection.js';
import { idOf, itemOf, seenFacts } from './items.js';

/**
 * @param {HTMLElement[]} items
 * @param {string} epicId
 */
function assignEpic(items, epicId) {
  const [first] = items;
  if (!first) return;
  const taskIds = items.map(idOf).join(',');
  const values = { action: 'epic', task_ids: taskIds, epic_id: epicId, seen: seenFacts(items) };
  postToBoard('/cards/bulk', values, first);
}

/** Let items be dropped on epics. */
export function mountEpics() {
  for (const chip of findAll('#epics .epic:not(.epic--gone)')) {
    if (Sortable.get(chip)) continue;
    new Sortable(chip, {
      group: { name: 'cards', pull: false },
      onAdd: ({ item, to }) =>
        assignEpic(isSelected(item) ? selectedCards() : [item], to.dataset.epicId ?? ''),
    });
  }
}

listen('change', (target) => {
  if (target.dataset.scrumChange !== 'epic') return;
  const menu = need('#card-menu');
  menu.hidePopover();
  assignEpic([need(`#${menu.dataset.card}`)], asInput(target).value);
});

// The menu shows the epic of the item it will be opened for.
listen('focusin', (target) => {
  const item = itemOf(target);
  const list = find('#card-menu [data-scrum-change]');
  if (item && list) asInput(list).value = item.dataset.epicId ?? '';
});

// Boards of projects, My Planner and sprints.
import { onMount } from '../core/page.js';
import './answers.js';
import { dropTwins } from './board.js';
import { keepTabStops } from './keys.js';
import './menu.js';
import './requests.js';
import { showSelection } from './selection.js';
import { mountShaping } from './shape.js';
import './task_changes.js';

onMount(() => {
  dropTwins();
  mountShaping();
  keepTabStops();
  showSelection();
});

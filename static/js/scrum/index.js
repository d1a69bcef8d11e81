// Planning of a scrum team: items go together, sums follow what the page shows.
import { find } from '../core/dom.js';
import { onMount } from '../core/page.js';
import { mountEpics } from './epics.js';
import { learnFacts } from './facts.js';
import { planningPage } from './items.js';
import './records.js';
import './requests.js';
import './typing.js';

function mount() {
  if (!planningPage()) return;
  learnFacts();
  mountEpics();
  if (!find('.loader') && find('.velocity')) htmx.trigger('.velocity', 'ready');
}

// Later: what one answer tells in several pieces is learned when all of them are in place.
onMount(() => queueMicrotask(mount));

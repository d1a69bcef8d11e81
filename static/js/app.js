// The app inside the portal: what pages load. Who listens first is heard first, so the order matters here:
// the drawer takes keys and swaps before the page does.
import './tasks/drawer.js';
import './tasks/fields.js';
import './kanban/index.js';
import './crm/directory.js';
import './scrum/index.js';
import './journal/index.js';
import './core/actions.js';
import './core/colors.js';
import './core/theme.js';
import { startPage } from './core/page.js';

startPage();

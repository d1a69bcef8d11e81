"""The features of the app: importing them registers what each adds, `BLUEPRINTS` are its views.

Importing registers sentences, event handlers, kinds of long work, entries of the bar on top and the pages the
app can open with. Tests and scripts that use one of these without the app import this module first.
"""

from __future__ import annotations

from web.actions import jobs
from web.core import filters, metrics, navigation, pages
from web.crm import directories, rows, schemes
from web.crm import pages as crm_pages
from web.crm import sentences as crm_sentences
from web.crm import start_pages as crm_start_pages
from web.journal import calls, views
from web.kanban import boards, cards, home, stages, task_events, tasks
from web.kanban import sentences as kanban_sentences
from web.kanban import start_pages as kanban_start_pages
from web.portal import event_jobs, events, install, launch, renewal, standalone
from web.scrum import board, charts, columns, epics, items, planning, sprints
from web.scrum import pages as scrum_pages
from web.scrum import sentences as scrum_sentences

BLUEPRINTS = (
    launch.blueprint,
    standalone.blueprint,
    standalone.session_blueprint,
    install.blueprint,
    events.blueprint,
    renewal.blueprint,
    pages.blueprint,
    pages.theme_blueprint,
    metrics.blueprint,
    filters.blueprint,
    jobs.blueprint,
    home.blueprint,
    boards.blueprint,
    boards.changes_blueprint,
    stages.blueprint,
    cards.blueprint,
    cards.bulk_blueprint,
    tasks.blueprint,
    directories.blueprint,
    rows.blueprint,
    rows.code_blueprint,
    rows.deletion_blueprint,
    schemes.blueprint,
    crm_pages.blueprint,
    planning.blueprint,
    planning.scale_blueprint,
    items.blueprint,
    charts.blueprint,
    epics.blueprint,
    sprints.blueprint,
    board.blueprint,
    columns.blueprint,
    scrum_pages.blueprint,
    views.blueprint,
    calls.blueprint,
)
REGISTERED = (
    kanban_sentences,
    kanban_start_pages,
    task_events,
    crm_sentences,
    crm_start_pages,
    scrum_sentences,
    event_jobs,
)
"""Modules that only register something."""

navigation.add_pages("/home", "scrum", "sprint", "charts")

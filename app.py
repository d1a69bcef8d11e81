"""Wiring. `gunicorn 'app:create_app()'` serves what this makes."""

from __future__ import annotations

import atexit
import hashlib
from pathlib import Path

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from b24.limits import Limiter
from b24.oauth import AuthServers
from b24.transport import Transport
from boards import features  # noqa: F401 (recipes, jobs and looks register themselves)
from config import ROOT, VERSION, Config
from store import Database, cleanup
from store.rate_limits import SharedLedger
from web.actions import jobs
from web.components import pages as components
from web.core import (
    assets,
    counters,
    errors,
    filters,
    i18n,
    logs,
    metrics,
    pages,
    security,
    sentences,
    services,
    throttle,
)
from web.core.worker import CallBuffer, Worker
from web.crm import directories, rows, schemes
from web.crm import pages as crm_pages
from web.journal import calls, views
from web.kanban import boards, cards, home, stages, tasks
from web.portal import event_jobs, events, install, launch, renewal, standalone
from web.scrum import board, charts, columns, epics, items, planning, sprints
from web.scrum import pages as scrum_pages

YEAR = 365 * 86400
MOST_BYTES = 1024 * 1024
BLUEPRINTS = (
    launch.blueprint,
    standalone.blueprint,
    install.blueprint,
    events.blueprint,
    renewal.blueprint,
    pages.blueprint,
    metrics.blueprint,
    filters.blueprint,
    home.blueprint,
    boards.blueprint,
    stages.blueprint,
    cards.blueprint,
    cards.bulk_blueprint,
    jobs.blueprint,
    boards.changes_blueprint,
    directories.blueprint,
    rows.blueprint,
    rows.deletion_blueprint,
    schemes.blueprint,
    crm_pages.blueprint,
    planning.blueprint,
    items.blueprint,
    charts.blueprint,
    epics.blueprint,
    sprints.blueprint,
    planning.scale_blueprint,
    scrum_pages.blueprint,
    board.blueprint,
    columns.blueprint,
    tasks.blueprint,
    views.blueprint,
    calls.blueprint,
    pages.theme_blueprint,
)


def create_app(config: Config | None = None, *, worker: bool = True) -> Flask:
    """The app with these settings (default: the environment's). `worker` False: nothing runs by itself."""
    config = config or Config.from_env()
    static = ROOT / "static"
    app = Flask(
        "app", root_path=str(ROOT), static_folder=str(static), static_url_path=f"/static/{_version(static)}"
    )
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, SEND_FILE_MAX_AGE_DEFAULT=YEAR)
    Compress(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["version"] = VERSION
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *[config.proxies] * 4)  # type: ignore[method-assign]
    app.extensions[services.KEY] = _services(config, start=worker)
    app.jinja_env.auto_reload = config.reload
    app.config[assets.FROM_SOURCE] = config.reload
    for part in (metrics, logs, i18n, security, errors, sentences, assets, throttle):
        part.register(app)
    for blueprint in (*BLUEPRINTS, *((components.blueprint,) if config.components else ())):
        app.register_blueprint(blueprint)
    return app


def _services(config: Config, *, start: bool) -> services.Services:
    """What the process shares, and the worker that uses it."""
    db = Database(config.database_url, config.token_keys)
    calls = CallBuffer(db)
    transport = Transport(allow_private=config.allow_private_portals, observer=calls)

    limiter = Limiter(
        config.rate_burst, config.rate_per_second, ledger=SharedLedger(db), sleep=counters.waiting
    )

    def tick() -> None:
        limiter.report()
        event_jobs.work_off(shared)
        calls.flush()

    shared = services.Services(
        config=config,
        db=db,
        transport=transport,
        auth_servers=AuthServers(config.auth_servers, config.client_id, config.client_secret, transport),
        limiter=limiter,
        worker=Worker(tick, lambda: cleanup.sweep(db, call_log_days=config.call_log_days)),
    )
    if start:
        shared.worker.start()
        atexit.register(calls.flush)
    return shared


def _version(folder: Path) -> str:
    """A name for the contents of `static/`: part of every address, so that files may be kept for long."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]

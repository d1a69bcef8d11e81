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
from boards import features as domain_features  # noqa: F401 (recipes, jobs and looks register themselves)
from config import ROOT, VERSION, Config
from store import Database, cleanup
from store.rate_limits import SharedLedger
from web.components import pages as components
from web.core import (
    assets,
    counters,
    errors,
    i18n,
    logs,
    metrics,
    navigation,
    security,
    sentences,
    services,
    throttle,
)
from web.core.worker import CallBuffer, Worker
from web.features import BLUEPRINTS
from web.portal import event_jobs

YEAR = 365 * 86400
MOST_BYTES = 1024 * 1024


def create_app(config: Config | None = None, *, worker: bool = True) -> Flask:
    """The app with these settings (default: the environment's). `worker` False: nothing runs by itself."""
    config = config or Config.from_env()
    static = ROOT / "static"
    app = Flask(
        "app", root_path=str(ROOT), static_folder=str(static), static_url_path=f"/static/{_version(static)}"
    )
    kept = 0 if config.reload else YEAR
    app.config.update(MAX_CONTENT_LENGTH=MOST_BYTES, SEND_FILE_MAX_AGE_DEFAULT=kept)
    Compress(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["version"] = VERSION
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, *[config.proxies] * 4)  # type: ignore[method-assign]
    app.extensions[services.KEY] = _services(config, start=worker)
    if config.reload:
        app.jinja_env.auto_reload = True
    for part in (metrics, logs, i18n, security, errors, sentences, navigation, throttle):
        part.register(app)
    assets.register(app, as_written=config.reload)
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

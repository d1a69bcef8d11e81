"""The app installed in a stand-in portal, as an administrator does it through the install page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.person import Person
from tests.support.servers import Sandbox, Server, free_port, start_app, start_sandbox


def install(portal: Sandbox, app: Server) -> None:
    """Open the install page as the administrator and let it finish."""
    form = portal.post("launch", user=portal.user("admin"), placement="DEFAULT", options={}, install=True)
    answer = Person(portal, app.url, "admin").session.post(form["url"], data=form["form"], timeout=60)
    assert answer.status_code == 200, answer.text[:500]
    portal.post("install", user=portal.user("admin"))


@contextmanager
def installed_app(
    seed: str, threads: int = 16, folder: Path | None = None, **env: str
) -> Iterator[tuple[Sandbox, Server]]:
    """The portal with `seed`, answering `threads` at once, and the app installed in it; on free ports.

    Logs and the database go to `folder`, else to one that is gone afterwards; `env` is for the app.
    """
    with tempfile.TemporaryDirectory() as name:
        place, portal_port, app_port = folder or Path(name), free_port(), free_port()
        portal = start_sandbox(portal_port, app_port, place, threads=threads)
        try:
            app = start_app(app_port, portal.url, place, **env)
            try:
                sandbox = Sandbox(portal.url, pid=portal.process.pid)
                sandbox.reset(seed)
                install(sandbox, app)
                yield sandbox, app
            finally:
                app.stop()
        finally:
            portal.stop()

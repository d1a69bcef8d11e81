"""Our own scripts and style sheets: written for people in static/js and static/css, sent small.

The set-up (`make setup`) makes one file of each that pages load and puts it into static/min/. It travels
under the address of its source. Where static/min/ is missing, or older than the sources, as while somebody
works on them, the sources are sent; they work as they are, as many files.
"""

from __future__ import annotations

import mimetypes
import re
from pathlib import Path

from flask import Flask, Response, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug.security import safe_join

AS_WRITTEN, CHANGED = "ASSETS_AS_WRITTEN", "ASSETS_CHANGED"
KEEP = "public, max-age=31536000, immutable"
VERSION = re.compile(r"^[0-9a-f]{12}/")
MOVED = {
    "css/board.css": "css/kanban.css",
    "css/drawer.css": "css/tasks.css",
    "js/board.js": "js/kanban/board.js",
    "js/drawer.js": "js/tasks/drawer.js",
    "js/portal.js": "js/core/portal.js",
}
"""Files that pages of the release before ask for while the nodes are changed one by one."""


def register(app: Flask, *, as_written: bool = False) -> None:
    """Serve what pages load under the versioned static address; more specific than Flask's own rule.

    `as_written`: always the sources, and no browser keeps them; for whoever works on them.
    """
    app.config[AS_WRITTEN] = as_written
    app.config[CHANGED] = _last_change(Path(app.static_folder or ""))
    app.add_url_rule(f"{app.static_url_path}/<any(js,css,vendor):kind>/<name>", "asset", asset)
    app.add_url_rule("/static/<path:filename>", "plain_static", plain_static)


def asset(kind: str, name: str) -> Response:
    """A file that pages load, small where the set-up has made it so; 404 for one that is none of ours."""
    return _send(f"{kind}/{name}", "no-cache" if current_app.config[AS_WRITTEN] else KEEP)


def plain_static(filename: str) -> ResponseReturnValue:
    """The same files without a version in the address, or with another release's: always asked for again.

    While the nodes are changed one by one, a page of one release asks the nodes of the other for its files.
    """
    name = VERSION.sub("", filename)
    if name in MOVED:
        return redirect(f"/static/{MOVED[name]}")
    return _send(name, "no-cache")


def file_of(static: Path, name: str, *, small: bool) -> Path | None:
    """The file that is sent for a name: with `small` that of static/min/ if it is as new as the sources were
    when the app started.

    Otherwise it is the source in `static`; None if there is no such file.
    """
    inside = safe_join(str(static), name)
    made_name = safe_join(str(static / "min"), name)
    if inside is None or made_name is None or not Path(inside).is_file():
        return None
    made = Path(made_name)
    if not small or not made.is_file():
        return Path(inside)
    return made if made.stat().st_mtime >= current_app.config[CHANGED] else Path(inside)


def _last_change(static: Path) -> float:
    """When the last of the sources was changed, in seconds since 1970; 0 where there are none."""
    sources = [path for folder in ("js", "css") for path in (static / folder).rglob("*") if path.is_file()]
    return max((source.stat().st_mtime for source in sources), default=0.0)


def _send(name: str, cache: str) -> Response:
    """The whole file in memory: Flask's own way of sending one cannot be compressed."""
    file = file_of(Path(current_app.static_folder or ""), name, small=not current_app.config[AS_WRITTEN])
    if file is None:
        abort(404)
    kind = mimetypes.guess_type(file.name)[0]
    answer = Response(file.read_bytes(), mimetype=kind, headers={"Cache-Control": cache})
    answer.add_etag()
    answer.make_conditional(request)
    return answer

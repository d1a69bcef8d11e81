"""Our own scripts: written for people in static/js, sent without comments and long names."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import rjsmin
from flask import Flask, Response, abort, current_app

KEEP = "public, max-age=31536000, immutable"


def register(app: Flask) -> None:
    """Serve `js/<name>.js` under the versioned static address; more specific than Flask's own rule."""
    app.add_url_rule(f"{app.static_url_path}/js/<name>.js", "script", script)


def script(name: str) -> Response:
    """One module, minified; 404 for a name that is none of ours."""
    folder = Path(current_app.static_folder or "") / "js"
    file = folder / f"{name}.js"
    if file not in folder.glob("*.js"):
        abort(404)
    return Response(minified(file), mimetype="text/javascript", headers={"Cache-Control": KEEP})


def minified(file: Path) -> str:
    """The text of a module as it travels.

    The set-up writes it to static/min/ (`make setup`). Where that is missing or older than the source, as
    while somebody works on it, comments and needless blanks are left out here.
    """
    small = file.parent.parent / "min" / file.name
    if small.exists() and small.stat().st_mtime >= file.stat().st_mtime:
        return small.read_text(encoding="utf-8")
    return _without_comments(file, file.stat().st_mtime)


@lru_cache(maxsize=64)
def _without_comments(file: Path, _changed: float) -> str:
    return str(rjsmin.jsmin(file.read_text(encoding="utf-8")))

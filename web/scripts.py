"""Our own scripts, without comments and blanks: read with them in static/js, sent without them.

Done while serving, so that there is no build step and nothing that can be out of date.
"""

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


@lru_cache(maxsize=64)
def minified(file: Path) -> str:
    """The text of a module without comments and needless blanks."""
    return str(rjsmin.jsmin(file.read_text(encoding="utf-8")))

"""One opening of a frame, as the portal's page needs it: the form, the iframe's name, what was asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sandbox.application.installation import DEFAULT_PLACEMENT, launch_form, the_app
from sandbox.shell.pages import Viewer
from sandbox.state.store import current_portal


@dataclass(frozen=True)
class Launch:
    """`url` and `form` are posted into the iframe called `name` (wire.md §1, §5).

    `wish` repeats what was asked for, so that the page can open the same frame again.
    """

    url: str
    form: dict[str, str]
    name: str
    sid: str
    title: str
    wish: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The opening as the scripts of the portal's pages read it."""
        return asdict(self)


def open_frame(
    viewer: Viewer,
    placement: str = DEFAULT_PLACEMENT,
    options: dict[str, Any] | None = None,
    install: bool = False,
) -> Launch:
    """Issue tokens and make the form; KeyError when nothing is bound to the placement."""
    portal, options = current_portal(), options or {}
    url, form = launch_form(portal, viewer.user.id, placement, options, install, lang=viewer.lang)
    query = parse_qs(urlsplit(url).query)
    sid, protocol = query["APP_SID"][0], query["PROTOCOL"][0]
    name = f"{portal.domain}|{protocol}|{sid}"
    wish = {"placement": placement, "options": options, "install": install, "lang": viewer.lang}
    return Launch(url, form, name, sid, the_app(portal).title, wish)

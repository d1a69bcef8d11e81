"""What several functional tests need: a look into the app's store, and the install page."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import requests

from tests.support.person import Person
from tests.support.servers import Sandbox

PLACEMENTS = {
    "SONET_GROUP_DETAIL_TAB",
    "TASK_GROUP_LIST_TOOLBAR",
    "TASK_USER_LIST_TOOLBAR",
    "CRM_FUNNELS_TOOLBAR",
}
EVENTS = {"ONAPPUNINSTALL", "ONAPPUPDATE", "ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE"}
PATIENCE = 20.0


def eventually(true: Callable[[], bool]) -> bool:
    """Whether it becomes true while the app works behind its answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.05)
    return true()


def open_install(sandbox: Sandbox, app_url: str, who: str = "admin", **overrides: str) -> requests.Response:
    """Post what the portal's install dialog posts; `overrides` replace fields of the form."""
    launch = sandbox.post(
        "launch", user=sandbox.user(who), placement="DEFAULT", options={}, install=True, lang="en"
    )
    person = Person(sandbox, app_url, who)
    return person.session.post(launch["url"], data=launch["form"] | overrides, timeout=60)


def form_for(sandbox: Sandbox, who: str | int, **wanted: Any) -> tuple[str, dict[str, str]]:
    """Address and form of an opening by somebody, not yet posted."""
    launch = sandbox.post(
        "launch",
        user=sandbox.user(who),
        placement=wanted.get("placement", "DEFAULT"),
        options=wanted.get("options", {}),
    )
    return launch["url"], launch["form"]


def bound(sandbox: Sandbox) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What the portal has of the app: (placement, handler) and (event, handler)."""
    app = sandbox.get("state")["app"]
    return (
        {(one["code"], one["handler"]) for one in app["placements"]},
        {(one["event"], one["handler"]) for one in app["subscriptions"]},
    )

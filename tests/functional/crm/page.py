"""A directory's page as a test sees it: rows, what it would send along, and the answers of actions."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from typing import Any

import requests

from tests.support.person import Person
from tests.support.servers import Sandbox

BAR = re.compile(r'data-seen="([^"]*)"')
START = re.compile(r'data-start="([^"]*)"')


@dataclass(frozen=True)
class CrmPage:
    """`rows` are what the page shows: [id, STATUS_ID, name, SORT, color, meaning, system]."""

    person: Person
    entity_id: str
    text: str

    @classmethod
    def open(cls, person: Person, entity_id: str) -> CrmPage:
        answer = person.get(f"/crm/{entity_id}")
        assert answer.status_code == 200, answer.text
        return cls(person, entity_id, answer.text)

    @property
    def rows(self) -> list[list[Any]]:
        return [json.loads(html.unescape(row)) for row in BAR.findall(self.text)]

    @property
    def ids(self) -> list[int]:
        return [row[0] for row in self.rows]

    @property
    def seen(self) -> str:
        start = START.search(self.text)
        return json.dumps({"start": start[1] if start else "", "stages": self.rows})

    def id_of(self, name: str) -> int:
        return next(int(row[0]) for row in self.rows if row[2] == name)

    def post(self, path: str, **form: Any) -> requests.Response:
        """Post as the page would: with what it shows."""
        return self.person.post(f"/crm/{self.entity_id}{path}", **{"seen": self.seen} | form)

    def order(self, ids: list[int], **form: Any) -> requests.Response:
        return self.post("/order", order=",".join(map(str, ids)), **form)

    def rename(self, row_id: int, title: str, **form: Any) -> requests.Response:
        seen = next((row[2] for row in self.rows if row[0] == row_id), "")
        return self.post(f"/stages/{row_id}/rename", **{"title": title, "seen_title": seen} | form)

    def recolor(self, row_id: int, color: str, **form: Any) -> requests.Response:
        return self.post(f"/stages/{row_id}/color", color=color, **form)


def portal_rows(sandbox: Sandbox, entity_id: str) -> list[dict[str, Any]]:
    """The portal's own truth, by SORT."""
    rows: list[dict[str, Any]] = sandbox.act("admin", "crm.status.list", filter={"ENTITY_ID": entity_id})
    return sorted(rows, key=lambda one: (int(one["SORT"]), int(one["ID"])))


def portal_row(sandbox: Sandbox, row_id: int) -> dict[str, Any]:
    row: dict[str, Any] = sandbox.act("admin", "crm.status.get", id=row_id)
    return row


def undo_of(answer: requests.Response) -> str:
    """The address behind the toast's "Undo"."""
    found = re.search(r'hx-post="(/journal/\d+/undo)"', answer.text)
    assert found, answer.text
    return found[1]


def events(answer: requests.Response) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.headers.get("HX-Trigger", "{}"))
    return found

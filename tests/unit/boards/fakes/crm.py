"""A CRM in memory, true to behaviour.md §6 as far as it matters here, with switches for what goes wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from b24.classify import classify
from b24.client import Answer, Client
from b24.errors import PortalError
from b24.wire import as_int
from boards.core.model import Actor
from boards.crm.load import load_overview
from boards.crm.model import Directory, Overview
from tests.unit.boards.fakes.client import FakeClient
from tests.unit.boards.fakes.kanban import FakePortal

ADMIN, READER, STRANGER = 1, 2, 3
NOW = dt.datetime(2026, 3, 4, 12, 0, tzinfo=dt.UTC)

# ENTITY_ID: name, kind, pipeline, prefix
TYPES = {
    "STATUS": ("Lead stages", 1, None, ""),
    "SOURCE": ("Sources", 0, None, ""),
    "SMART_INVOICE_STAGE_5": ("Invoice stages", 31, 5, "DT31_5"),
    "DEAL_STAGE_3": ("Wholesale deal stages", 2, 3, "C3"),
    "DEAL_STAGE": ("General deal stages", 2, 0, ""),
    "DYNAMIC_128_STAGE_7": ("Visits (General)", 128, 7, "DT128_7"),
}
PIPELINES = {2: {0: "General", 3: "Wholesale"}, 31: {5: "Domestic"}}


@dataclass
class Row:
    id: int
    entity_id: str
    status_id: str
    name: str
    sort: int
    color: str | None = None
    semantics: str | None = None
    system: bool = False


def refuse(method: str, code: str = "", text: str = "Access denied.") -> PortalError:
    return classify(None, code, text, method)


class FakeCrm:
    """The state and the methods. `drop`: fields that `update` and `add` ignore and call a success."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.items: dict[int, tuple[int, str]] = {}  # id → (kind, STATUS_ID)
        self.rights = {ADMIN: "admin", READER: "read"}
        self.drop: set[str] = set()
        self.stuck: set[int] = set()  # items the portal says it moved
        self.fixed: set[int] = set()  # rows and items it refuses to change
        self.hidden: set[int] = set()  # items nobody sees
        self.widen = False  # filters are ignored
        self.failing: dict[str, PortalError] = {}
        self.types = dict(TYPES)
        self._next = 100

    # --- seeding and looking ---
    def add(self, entity_id: str, *rows: tuple[Any, ...]) -> list[int]:
        """Rows of (code, name, sort, color, semantics, system), the last ones may be left out."""
        ids = []
        for row in rows:
            self._next += 1
            self.rows[self._next] = Row(self._next, entity_id, *row)
            ids.append(self._next)
        return ids

    def fill(self, kind: int, status_id: str, count: int) -> list[int]:
        first = len(self.items) + 1
        ids = list(range(first, first + count))
        self.items |= dict.fromkeys(ids, (kind, status_id))
        return ids

    def of(self, entity_id: str) -> list[Row]:
        return sorted(
            (one for one in self.rows.values() if one.entity_id == entity_id), key=lambda one: one.sort
        )

    def picture(self, entity_id: str) -> list[tuple[Any, ...]]:
        """Everything a person sees of a directory; ids left out."""
        return [(one.status_id, one.name, one.sort, one.color, one.semantics) for one in self.of(entity_id)]

    def row(self, status_id: str) -> Row:
        return next(one for one in self.rows.values() if one.status_id == status_id)

    def at(self, status_id: str) -> list[int]:
        return sorted(one for one, (_, code) in self.items.items() if code == status_id)

    def handler(self, method: str) -> Callable[[int, Mapping[str, Any]], Any]:
        def run(user_id: int, params: Mapping[str, Any]) -> Any:
            if method in self.failing:
                raise self.failing[method]
            name = method.removeprefix("crm.").replace(".", "_")
            return getattr(self, f"_{name}")(user_id, params, method)

        return run

    # --- methods ---
    def _readable(self, user_id: int, method: str) -> None:
        if user_id not in self.rights:
            raise refuse(method)

    def _writable(self, user_id: int, method: str) -> None:
        if self.rights.get(user_id) != "admin":
            raise refuse(method)

    def _status_list(self, user_id: int, params: Mapping[str, Any], method: str) -> Answer:
        self._readable(user_id, method)
        wanted = "" if self.widen else params.get("filter", {}).get("ENTITY_ID", "")
        found = [one for one in self.rows.values() if wanted in ("", one.entity_id)]
        rows = [self._told(one) for one in reversed(found)]
        return Answer(rows, total=len(rows))

    def _told(self, one: Row) -> dict[str, Any]:
        told: dict[str, Any] = {
            "ID": str(one.id),
            "ENTITY_ID": one.entity_id,
            "STATUS_ID": one.status_id,
            "NAME": one.name,
            "SORT": str(one.sort),
            "SYSTEM": "Y" if one.system else "N",
            "COLOR": one.color,
            "SEMANTICS": one.semantics,
        }
        if one.entity_id.startswith(("STATUS", "DEAL")):
            told["EXTRA"] = {
                "SEMANTICS": "apology" if one.semantics == "F" else "process",
                "COLOR": one.color,
            }
        return told

    def _status_get(self, user_id: int, params: Mapping[str, Any], method: str) -> Any:
        self._readable(user_id, method)
        return self._told(self._row(params, method))

    def _status_entity_types(self, user_id: int, params: Mapping[str, Any], method: str) -> Any:
        return [self._type(entity_id, *facts) for entity_id, facts in self.types.items()]

    def _type(
        self, entity_id: str, name: str, kind: int, category: int | None, prefix: str
    ) -> dict[str, Any]:
        told: dict[str, Any] = {"ID": entity_id, "NAME": name}
        if kind:
            start = f"{prefix}:NEW" if prefix else "NEW"
            known = kind in (1, 2)
            told |= {"ENTITY_TYPE_ID": kind, "SEMANTIC_INFO": {"START_FIELD": start} if known else []}
        return told | ({"PREFIX": prefix} if prefix else {}) | ({"CATEGORY_ID": category} if category else {})

    def _category_list(self, user_id: int, params: Mapping[str, Any], method: str) -> Any:
        kind = as_int(params["entityTypeId"])
        found = [
            {"id": one, "name": name, "sort": 1, "entityTypeId": kind}
            for one, name in PIPELINES[kind].items()
        ]
        return Answer({"categories": found}, total=len(found))

    def _row(self, params: Mapping[str, Any], method: str) -> Row:
        row = self.rows.get(as_int(params["id"]))
        if row is None:
            raise refuse(method, text="Status is not found.")
        return row

    def _status_update(self, user_id: int, params: Mapping[str, Any], method: str) -> bool:
        self._writable(user_id, method)
        row = self._row(params, method)
        fields = {key: value for key, value in params["fields"].items() if key not in self.drop}
        if row.id in self.fixed and fields.keys() & {"NAME", "SORT", "COLOR"}:
            raise refuse(method, text="Error on updating status.")
        row.name = fields.get("NAME", "").strip() or row.name
        row.sort = as_int(fields.get("SORT"), row.sort) or 10
        if "COLOR" in fields:
            row.color = f"#{fields['COLOR'].removeprefix('#')}"
        return True

    def _status_add(self, user_id: int, params: Mapping[str, Any], method: str) -> int:
        self._writable(user_id, method)
        given = params["fields"]
        entity_id, letter = given["ENTITY_ID"], given.get("SEMANTICS") or None
        prefix = self.types[entity_id][3]
        code = f"{prefix}:{given['STATUS_ID'].removeprefix(prefix + ':')}" if prefix else given["STATUS_ID"]
        if any(one.status_id == code for one in self.of(entity_id)):
            raise refuse(method, "ERROR_CORE", "The specified status ID already exists.<br>")
        self._check_place(entity_id, letter, as_int(given["SORT"]), method)
        color = None if "COLOR" in self.drop else given.get("COLOR")
        (new,) = self.add(entity_id, (code, given["NAME"], as_int(given["SORT"]), color, letter))
        return new

    def _check_place(self, entity_id: str, letter: str | None, sort: int, method: str) -> None:
        success = next((one for one in self.of(entity_id) if one.semantics == "S"), None)
        if success is None:
            return
        if letter == "S":
            raise refuse(method, text="Only one success status can exist for any one type")
        if (sort <= success.sort) if letter == "F" else (sort >= success.sort):
            raise refuse(method, text="Cannot create more stages after the final stage")

    def _status_delete(self, user_id: int, params: Mapping[str, Any], method: str) -> bool:
        self._writable(user_id, method)
        row = self._row(params, method)
        if row.system and params.get("params", {}).get("FORCED") != "Y":
            raise refuse(method, text="CRM System Status can be deleted only if parameter FORCED")
        if self.at(row.status_id):
            raise refuse(method, text="There are active items in this status.")
        del self.rows[row.id]
        return True

    def _item_list(self, user_id: int, params: Mapping[str, Any], method: str) -> Answer:
        kind, wanted = as_int(params["entityTypeId"]), params.get("filter", {})
        found = [one for one in self._seen(user_id, kind) if self._meets(one, wanted)]
        start = as_int(params.get("start"))
        page = [{"id": one, "title": f"Item {one}"} for one in found[start : start + 50]]
        return Answer({"items": page}, total=len(found), next=start + 50 if start + 50 < len(found) else None)

    def _seen(self, user_id: int, kind: int) -> Iterable[int]:
        mine = user_id in self.rights
        return [one for one, (of, _) in self.items.items() if of == kind and mine and one not in self.hidden]

    def _meets(self, item_id: int, wanted: Mapping[str, Any]) -> bool:
        code = self.items[item_id][1]
        if "stageId" in wanted and wanted["stageId"] != code:
            return False
        if "categoryId" in wanted and code.partition(":")[0] not in (f"C{wanted['categoryId']}", code):
            return False
        return "@id" not in wanted or str(item_id) in wanted["@id"].values()

    def _item_update(self, user_id: int, params: Mapping[str, Any], method: str) -> Any:
        self._writable(user_id, method)
        item_id = as_int(params["id"])
        kind, code = self.items[item_id]
        if item_id in self.fixed:
            raise refuse(method, "ACCESS_DENIED", "Access denied")
        if item_id not in self.stuck:
            code = params["fields"]["stageId"]
            self.items[item_id] = (kind, code)
        return {"item": {"id": item_id, "title": f"Item {item_id}", "stageId": code}}


DEALS = (
    ("NEW", "New", 10, "#39A8EF", None, True),
    ("PREP", "Papers", 20, "2FC6F6"),
    ("WORK", "In progress", 30, "#47E4C2"),
    ("WON", "Won", 40, "#7BD500", "S", True),
    ("LOSE", "Lost", 50, "#FF5752", "F", True),
    ("APOLOGY", "Why lost", 60, None, "F"),
)


class CrmScene:
    """A CRM and the means to act in it: deals with two pipelines, leads, a smart process, sources."""

    def __init__(self) -> None:
        self.crm = FakeCrm()
        self.fake = FakeClient(cast(FakePortal, self.crm), ADMIN)
        self.deals = self.crm.add("DEAL_STAGE", *DEALS)
        self.crm.add("DEAL_STAGE_3", *((f"C3:{row[0]}", *row[1:]) for row in DEALS))
        self.crm.add("STATUS", ("NEW", "Lead", 10), ("CONVERTED", "Good", 20, "#0F0", "S"))
        self.crm.add(
            "DYNAMIC_128_STAGE_7",
            ("DT128_7:NEW", "Start", 10, "#22B9FF"),
            ("DT128_7:SUCCESS", "Done", 20, "", "S"),
        )
        self.crm.add(
            "SOURCE", ("CALL", "Call", 10, None, None, True), ("1|CHAT", "Chat", 20), ("WEB", "Web", 30)
        )

    @property
    def client(self) -> Client:
        return cast(Client, self.fake)

    def actor(self) -> Actor:
        return Actor(self.fake.user_id, False, "en", NOW)

    def become(self, user_id: int) -> None:
        self.fake.user_id = user_id

    def overview(self) -> Overview:
        return load_overview(self.client, self.actor())

    def directory(self, entity_id: str = "DEAL_STAGE") -> Directory:
        """How it is now, without counting the request."""
        found = self.overview().find(entity_id)
        self.fake.requests.clear()
        assert found
        return found

    def copy_rows(self) -> dict[int, Row]:
        return {one: replace(row) for one, row in self.crm.rows.items()}

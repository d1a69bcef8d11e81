"""`profile`, `user.get`, `user.search`: people, as far as `user_brief` shows them (behaviour.md §7.5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from b24.client import Command
from b24.wire import as_bool, as_int, as_map, as_text, literal, rows


@dataclass(frozen=True)
class PersonRow:
    """`photo` is a full address or "" (the portal's placeholder picture counts as none)."""

    id: int
    name: str
    photo: str = ""
    position: str = ""


@dataclass(frozen=True)
class Profile:
    """Who calls, and whether they are an administrator of the portal."""

    id: int
    name: str
    is_admin: bool


def profile() -> Command:
    """The caller (§7.6); needs no scope."""
    return Command("profile")


def parse_profile(result: Any) -> Profile | None:
    """None for `[]`: the caller is not active."""
    row = as_map(result)
    user_id = as_int(row.get("ID"))
    return Profile(user_id, _full_name(row), as_bool(row.get("ADMIN"))) if user_id else None


def get_users(*, ids: Iterable[int] | None = None, start: int = 0, active: bool = True) -> Command:
    """A page of 50 people by name, all of them or those with `ids`; fired ones only if not `active`."""
    wanted = {"ACTIVE": True} if active else {}
    found: dict[str, Any] = {**wanted, **({} if ids is None else {"ID": list(ids) or [0]})}
    params: dict[str, Any] = {"FILTER": found, "sort": "LAST_NAME", "order": "ASC"}
    return Command("user.get", {**params, **({"start": start} if start else {})})


def search(text: str) -> Command:
    """Up to 50 active people with words beginning like those of `text` in name, position or department."""
    return Command("user.search", {"FILTER": {"FIND": literal(text)}})


def parse_users(result: Any) -> tuple[PersonRow, ...]:
    """People from `user.get` and `user.search`."""
    return tuple(
        PersonRow(
            id=as_int(row.get("ID")),
            name=_full_name(row),
            photo=photo(row.get("PERSONAL_PHOTO")),
            position=as_text(row.get("WORK_POSITION")),
        )
        for row in rows(result)
    )


def photo(value: Any) -> str:
    """A picture's address if it is a full one; relative ones are the portal's placeholder."""
    address = as_text(value)
    return address if address.startswith(("https://", "http://")) else ""


def _full_name(row: dict[str, Any]) -> str:
    parts = (as_text(row.get(key)).strip() for key in ("NAME", "LAST_NAME"))
    name = " ".join(part for part in parts if part)
    return name or as_text(row.get("EMAIL")) or f"#{as_int(row.get('ID'))}"

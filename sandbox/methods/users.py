"""`user.get`, `user.search`, `user.current`, `user.fields` (behaviour.md §7.5)."""

from __future__ import annotations

from typing import Any

from sandbox.rest.params import as_list, as_map, is_array, is_true, text_of, upper_keys
from sandbox.rest.php import EmptyObject
from sandbox.rest.registry import Call, Listing, method, page_of
from sandbox.rest.rowfilter import order_rows, select_rows, split_key
from sandbox.state.portal import User

SECTION = "behaviour.md §7.5"
SCOPE = "user|user_basic|user_brief"

_BRIEF = {
    "ID": "ID",
    "XML_ID": "External code",
    "ACTIVE": "Activity",
    "NAME": "First Name",
    "LAST_NAME": "Last Name",
    "SECOND_NAME": "Middle Name",
    "DATE_REGISTER": "Registration Date",
    "TIME_ZONE": "TIME_ZONE",
    "IS_ONLINE": "IS_ONLINE",
    "TIMESTAMP_X": "TIMESTAMP_X",
    "LAST_ACTIVITY_DATE": "LAST_ACTIVITY_DATE",
    "PERSONAL_GENDER": "Gender",
    "PERSONAL_PHOTO": "Photo",
    "WORK_POSITION": "Job Title",
    "UF_EMPLOYMENT_DATE": "Employment Date",
    "UF_DEPARTMENT": "Departments",
    "USER_TYPE": "User Type",
}
_BASIC = _BRIEF | {"EMAIL": "E-Mail"}
_FULL = _BASIC | {"LAST_LOGIN": "Last Authorization"}
_SHARED = frozenset({"SORT", "ORDER", "SELECT", "ADMIN_MODE", "IMAGE_RESIZE", "FILTER", "START"})
_SEARCHED = ("NAME", "LAST_NAME", "WORK_POSITION")


def _fields(call: Call) -> dict[str, str]:
    """What the widest granted scope may see, with the labels of `user.fields`."""
    if "user" in call.scopes:
        return _FULL
    return _BASIC if "user_basic" in call.scopes else _BRIEF


def _row(call: Call, user: User) -> dict[str, Any]:
    """One person with every field there is; empty ones are "" or absent, raw dates are `{}`."""
    row: dict[str, Any] = {
        "ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "EMAIL": user.email,
        "LAST_LOGIN": "2026-07-25T13:06:54+00:00",
        "DATE_REGISTER": "2026-01-12T00:00:00+00:00",
        "TIME_ZONE": user.time_zone,
        "IS_ONLINE": "Y" if user.id == call.user.id else "N",
        "TIMESTAMP_X": EmptyObject(),
        "LAST_ACTIVITY_DATE": EmptyObject(),
        "PERSONAL_GENDER": user.gender,
        "PERSONAL_PHOTO": _photo(call, user),
        "WORK_POSITION": user.position,
        "UF_EMPLOYMENT_DATE": "",
        "UF_DEPARTMENT": list(user.departments),
        "USER_TYPE": "employee",
    }
    if not user.photo:
        del row["PERSONAL_PHOTO"]
    return row


def _photo(call: Call, user: User) -> str:
    """An absolute address."""
    portal = call.portal
    return f"{portal.address}{user.photo}" if user.photo.startswith("/") else user.photo


@method("user.get", scope=SCOPE, style="classic", source=SECTION, not_modelled="ADMIN_MODE, IMAGE_RESIZE")
def get(call: Call) -> Listing:
    """People by a filter, 50 a page; fired ones only when `ACTIVE` is asked for."""
    params = upper_keys(call.params)
    given = as_map(params["FILTER"]) if is_array(params.get("FILTER")) else _loose(params)
    conditions = {key.upper(): value for key, value in given.items()}
    rows = _people(call, conditions)
    text = conditions.pop("NAME_SEARCH", None)
    if text is not None:
        rows = [row for row in rows if _found(row, text_of(text), _SEARCHED)]
    return _listing(call, params, select_rows(rows, conditions, _FULL))


def _loose(params: dict[str, Any]) -> dict[str, Any]:
    """The filter as top-level field names."""
    return {key: value for key, value in params.items() if key not in _SHARED}


def _people(call: Call, conditions: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of active people, or of those the condition on ACTIVE (taken out here) asks for."""
    key = next((key for key in conditions if split_key(key)[1] == "ACTIVE"), None)
    active = True if key is None else _flag(conditions.pop(key))
    if key is not None and split_key(key)[0] == "!":
        active = not active
    return [_row(call, user) for _, user in sorted(call.portal.users.items()) if user.active == active]


def _flag(value: Any) -> bool:
    return is_true(value) and str(value).lower() not in {"n", "false"}


def _found(row: Any, text: str, fields: tuple[str, ...]) -> bool:
    """Every word somewhere in the fields."""
    hay = " ".join(str(row[name]) for name in fields).casefold()
    return all(word in hay for word in text.casefold().split())


def _listing(call: Call, params: dict[str, Any], rows: list[Any]) -> Listing:
    """One page; nothing found has no `total`, `start=-1` has `total` 0 and no `next`."""
    if not rows:
        return Listing([])
    sort = text_of(params["SORT"]).upper() if isinstance(params.get("SORT"), str) else ""
    way = params["ORDER"] if isinstance(params.get("ORDER"), str) else "ASC"
    rows = order_rows(rows, {sort: way} if sort in _FULL else {"ID": "ASC"})
    found, following = page_of(rows, call.start)
    page = [_shown(call, params, row) for row in found]
    if call.start < 0:
        return Listing(page, 0)
    return Listing(page, len(rows), following)


def _shown(call: Call, params: dict[str, Any], row: Any) -> dict[str, Any]:
    """The fields of the scope, or those of them that `select` names; `ID` always."""
    wanted = {text_of(name).upper() for name in as_list(params.get("SELECT"))}
    every = not wanted or "*" in wanted
    return {
        name: row[name]
        for name in _fields(call)
        if name in row
        and (every or name in wanted or name == "ID" or ("UF_*" in wanted and name.startswith("UF_")))
    }


@method(
    "user.search",
    scope=SCOPE,
    style="classic",
    source=SECTION,
    not_modelled="UF_DEPARTMENT_NAME, ADMIN_MODE",
)
def search(call: Call) -> Listing:
    """People whose name or position contains the words: `FIND` in all fields, or each field by itself."""
    params = upper_keys(call.params)
    given = as_map(params["FILTER"]) if is_array(params.get("FILTER")) else _loose(params)
    conditions = {key.upper(): value for key, value in given.items()}
    rows = _people(call, conditions)
    if "FIND" in conditions:
        rows = [row for row in rows if _found(row, text_of(conditions["FIND"]), _SEARCHED)]
    else:
        for name in _SEARCHED:
            if name in conditions:
                rows = [row for row in rows if _found(row, text_of(conditions[name]), (name,))]
    return _listing(call, params, rows)


@method("user.current", scope=SCOPE, style="classic", source=SECTION)
def current(call: Call) -> dict[str, Any]:
    """The caller as a row of `user.get`, without USER_TYPE."""
    row = _shown(call, {}, _row(call, call.user))
    row.pop("USER_TYPE", None)
    return row


@method(
    "user.fields", scope=SCOPE, style="classic", source=SECTION, not_modelled="fields nobody has a value in"
)
def fields(call: Call) -> dict[str, str]:
    """The labels of the fields that the scope of the call may see, by their names."""
    return _fields(call)

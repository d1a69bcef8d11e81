"""How the old CRM methods find their parameters and name their errors (behaviour.md §6.1)."""

from __future__ import annotations

from typing import Any

from sandbox.rest.params import as_map, is_array, to_int
from sandbox.rest.registry import Call, RestError


def refusal(text: str) -> RestError:
    """How the old CRM methods refuse: 400 with this text and an empty code."""
    return RestError("", text)


def denied() -> RestError:
    """How the old CRM methods refuse a caller without the right (§6.1)."""
    return refusal("Access denied.")


def forbidden() -> RestError:
    """How the CRM controllers refuse a caller without the right (crm.category.*, crm.item.*)."""
    return RestError("ACCESS_DENIED", "Access denied")


def core_refusal(text: str) -> RestError:
    """What the administrator-page exception leaves behind: a text that ends in a line break (§1.6)."""
    return RestError("ERROR_CORE", f"{text}<br>")


def named(call: Call, name: str) -> Any:
    """A top-level parameter as `fields`, `FIELDS`, `Fields` or `arFields`; None when absent."""
    title = name[:1].upper() + name[1:]
    for spelling in (name, name.lower(), name.upper(), title, name.capitalize(), f"ar{title}"):
        if call.params.get(spelling) is not None:
            return call.params[spelling]
    return None


def named_map(call: Call, name: str) -> dict[str, Any]:
    """An optional array parameter, {} when absent; refused when it is something else."""
    value = named(call, name)
    if value is None:
        return {}
    return checked_map(value, name)


def checked_map(value: Any, name: str) -> dict[str, Any]:
    """An array parameter as a map; refused when it is something else."""
    if not is_array(value):
        raise refusal(f"Parameter '{name}' must be array.")
    return as_map(value)


def upper_name(name: str) -> str:
    """`stageId` → `STAGE_ID`, and `STAGE_ID` → `S_T_A_G_E__I_D`: the portal knows camelCase only."""
    return "".join(f"_{sign}" if sign.isupper() else sign for sign in name).upper().lstrip("_")


def given_id(call: Call) -> int:
    """The number of `id` or `ID`; refused unless positive."""
    value = call.params.get("id", call.params.get("ID"))
    number = to_int(value) if value is not None else 0
    if number <= 0:
        raise refusal("ID is not defined or invalid.")
    return number

"""What a new row of a directory must comply with, and how its values are stored (behaviour.md §6.4, §6.5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.methods.crm.params import core_refusal, refusal
from sandbox.rest.params import as_map, is_array, text_of, to_int
from sandbox.state.crm import FAILURE, SUCCESS, CrmStatus
from sandbox.state.crm_directories import Directory, rows_of, success_of
from sandbox.state.portal import Portal

DEFAULT_SORT = 10
COLOR_COLUMN = 10  # characters the column holds, "#" included
IN_PROGRESS = "P"

_OWN_OR_FOREIGN_PREFIX = re.compile(r"(?:C\d+|DT\d+_\d+):")
_CODE = re.compile(r"[A-Za-z0-9_-]*\Z")


# --- values ---
def text_field(fields: Mapping[str, Any], name: str) -> str | None:
    """A scalar as text; None for an absent one and for an array."""
    value = fields.get(name)
    return None if value is None or is_array(value) else text_of(value)


def sort_of(fields: Mapping[str, Any]) -> int | None:
    """SORT as it is stored: 10 for nothing positive; None when it was not given."""
    value = fields.get("SORT")
    if value is None or is_array(value):
        return None
    return max(to_int(value), 0) or DEFAULT_SORT


def color_of(fields: Mapping[str, Any]) -> str | None:
    """COLOR, else EXTRA[COLOR], with a "#" put in front where there is none; nothing else is checked."""
    color = text_field(fields, "COLOR")
    if color is None:
        color = text_field(as_map(fields.get("EXTRA")), "COLOR")
    if color is None:
        return None
    return color if color.startswith("#") else f"#{color}"


def semantics_of(fields: Mapping[str, Any]) -> str | None:
    """None for "in progress", which may be said as P, as "" or not at all."""
    value = text_field(fields, "SEMANTICS") or IN_PROGRESS
    return None if value == IN_PROGRESS else value


# --- rules of a new row, in the order in which they are checked ---
def check_required(fields: Mapping[str, Any]) -> None:
    """Both codes; what is missing is told in one answer."""
    missing = [name for name in ("ENTITY_ID", "STATUS_ID") if not text_field(fields, name)]
    if missing:
        raise refusal("\n".join(f"The field {name} is required." for name in missing))


def full_code(directory: Directory, code: str) -> str:
    """STATUS_ID with the pipeline's prefix, in place of any other one it came with."""
    if not directory.prefix:
        return code
    return directory.prefixed(_OWN_OR_FOREIGN_PREFIX.sub("", code, count=1))


def check_code(portal: Portal, directory: Directory, status_id: str) -> None:
    """Unique, not too long, of allowed characters; `status_id` has its prefix already."""
    bare = status_id.removeprefix(f"{directory.prefix}:") if directory.prefix else status_id
    if any(row.status_id == status_id for row in rows_of(portal, directory.entity_id)):
        raise core_refusal("The specified status ID already exists.")
    if len(bare) > directory.longest_code:
        raise core_refusal(f"Exceeded maximum length of status ID: {directory.longest_code}.")
    if not _CODE.match(bare):
        raise core_refusal(
            "Status ID may include Latin characters, numbers, minus and underscore characters only"
        )


def check_place(portal: Portal, row: CrmStatus) -> None:
    """One success stage; stages in progress before it, failures behind. Only new rows are checked (§6.5)."""
    success = success_of(portal, row.entity_id)
    if row.semantics not in {None, SUCCESS, FAILURE}:
        raise refusal("The semantics of the stage are not supported.")
    if success is None:
        return
    if row.semantics == SUCCESS:
        raise refusal("Only one success status can exist for any one type")
    if row.semantics == FAILURE and row.sort <= success.sort:
        raise refusal("Unsuccessful stages must come after the successful stage.")
    if row.semantics is None and row.sort >= success.sort:
        raise refusal(
            "Cannot create more stages after the final stage because the final successful stage already "
            "exists. Try using sort order values less than that of the final stage."
        )

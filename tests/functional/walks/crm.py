"""What people click on the page of a CRM directory."""

from __future__ import annotations

import re
import uuid

from tests.functional.actions import hidden
from tests.functional.crm.page import CrmPage
from tests.functional.walks.steps import COLORS, NAMES, Ready, post

RADIO = re.compile(r'name="palette" value="(\w+)"')
PIPELINES = re.compile(r'name="targets" value="([^"]+)"')


def rename_row(page: CrmPage, a: int, b: int, c: int) -> Ready:
    row = page.rows[a % len(page.rows)]
    form = {"title": f"{NAMES[b % len(NAMES)]} {c % 5}", "seen_title": row[2], "seen": page.seen}
    return "crm.status.update", post(page.person, f"/crm/{page.entity_id}/stages/{row[0]}/rename", form)


def recolor_row(page: CrmPage, a: int, b: int, c: int) -> Ready:
    form = {"color": "#" + COLORS[b % len(COLORS)], "seen": page.seen}
    path = f"/crm/{page.entity_id}/stages/{page.ids[a % len(page.ids)]}/color"
    return "crm.status.update", post(page.person, path, form)


def order_rows(page: CrmPage, a: int, b: int, c: int) -> Ready:
    process = [one[0] for one in page.rows if one[5] == ""]
    moved = process.pop(1 + a % (len(process) - 1))
    process.insert(1 + b % len(process), moved)
    rest = [one for one in page.ids if one not in process]
    form = {"order": ",".join(map(str, [*process, *rest])), "seen": page.seen}
    return "crm.status.update", post(page.person, f"/crm/{page.entity_id}/order", form)


def add_row(page: CrmPage, a: int, b: int, c: int) -> Ready:
    process = [one[0] for one in page.rows if one[5] == ""]
    if len(process) > 9:
        return None
    form = {"title": f"Fresh {uuid.UUID(int=a).hex[-6:]} {b % 9}", "color": "#abcdef", "semantic": "process"}
    after = process[c % len(process)]
    return "crm.status.add", post(
        page.person, f"/crm/{page.entity_id}/stages", form | {"after_id": after, "seen": page.seen}
    )


def delete_row(page: CrmPage, a: int, b: int, c: int) -> Ready:
    free = [one for one in page.rows[1:] if one[5] == "" and not one[6]]
    if not free:
        return None
    row = free[a % len(free)][0]
    path = f"/crm/{page.entity_id}/stages/{row}/delete"
    rest = [one for one in page.ids if one != row]
    form = hidden(page.person.get(path).text)
    form.pop("request_key", None)
    form |= {"target_stage_id": rest[b % len(rest)], "seen": page.seen}
    return "crm.status.delete", post(page.person, path, form)


def paint(page: CrmPage, a: int, b: int, c: int) -> Ready:
    """One pipeline or two get the colors of a palette."""
    path = f"/crm/{page.entity_id}/colors"
    dialog = page.person.get(path).text
    palettes = RADIO.findall(dialog)
    others = sorted(set(PIPELINES.findall(dialog)) - {page.entity_id})[: b % 2]
    form = {"palette": palettes[a % len(palettes)], "targets": [page.entity_id, *others]}
    form |= {"start": "#112233", "end": "#ddeeff"}
    if c % 2:
        form |= {"finals": "1", "success": "#00aa00", "failure": "#aa0000"}
    return "crm.status.update", post(page.person, path, form | _draft(dialog))


def copy_scheme(page: CrmPage, a: int, b: int, c: int) -> Ready:
    """The pipeline becomes like another one."""
    path = f"/crm/{page.entity_id}/copy"
    dialog = page.person.get(path).text
    others = sorted(set(PIPELINES.findall(dialog)) - {page.entity_id})
    if not others:
        return None
    what = [one for bit, one in enumerate(("colors", "names", "order")) if (1 + b % 7) >> bit & 1]
    form = {"source": others[a % len(others)], "what": what, "targets": [page.entity_id]}
    return "crm.status.update", post(page.person, path, form | _draft(dialog))


def _draft(dialog: str) -> dict[str, str]:
    return {"draft": hidden(dialog)["draft"]}

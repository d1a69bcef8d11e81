"""Codes of CRM things linked to a task ("D_12", "T1b3_5") → a name and the address in the portal.

The codes are what `UF_CRM_TASK` holds: L lead, D deal, C contact, CO company, T<hex> a smart process type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

KNOWN = {
    "L": ("lead", _l("Lead %(number)s")),
    "D": ("deal", _l("Deal %(number)s")),
    "C": ("contact", _l("Contact %(number)s")),
    "CO": ("company", _l("Company %(number)s")),
}
ITEM = _l("CRM item %(number)s")
CODE = re.compile(r"(L|D|CO|C|T[0-9a-f]{1,8})_([1-9][0-9]{0,17})", re.IGNORECASE)


@dataclass(frozen=True)
class CrmLink:
    """`url` is "" for a code nobody here can read; its text is then the code itself."""

    text: str
    url: str = ""


def crm_link(code: str, portal: str) -> CrmLink:
    """`portal` is the address of the portal without a slash at its end."""
    found = CODE.fullmatch(code)
    if not found:
        return CrmLink(code)
    kind, number = found[1].upper(), found[2]
    if kind in KNOWN:
        path, text = KNOWN[kind]
        return CrmLink(str(text) % {"number": number}, f"{portal}/crm/{path}/details/{number}/")
    return CrmLink(str(ITEM) % {"number": number}, f"{portal}/crm/type/{int(kind[1:], 16)}/details/{number}/")

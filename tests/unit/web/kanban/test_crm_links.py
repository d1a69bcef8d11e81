"""Codes of CRM things become links into the portal."""

from __future__ import annotations

import pytest
from flask import Flask

from web.kanban.task_page import crm_link

PORTAL = "https://acme.example"


@pytest.mark.parametrize(
    ("code", "text", "path"),
    [
        ("D_12", "Deal 12", "/crm/deal/details/12/"),
        ("L_3", "Lead 3", "/crm/lead/details/3/"),
        ("C_4", "Contact 4", "/crm/contact/details/4/"),
        ("CO_5", "Company 5", "/crm/company/details/5/"),
        ("T1b_6", "CRM item 6", "/crm/type/27/details/6/"),
    ],
)
def test_known_codes(page: Flask, code: str, text: str, path: str) -> None:
    link = crm_link(code, PORTAL)
    assert (link.text, link.url) == (text, PORTAL + path)


@pytest.mark.parametrize("code", ["", "D_", "X_1", "D_1/../..", "javascript:alert(1)"])
def test_a_code_nobody_knows_is_text_and_no_link(page: Flask, code: str) -> None:
    link = crm_link(code, PORTAL)
    assert (link.text, link.url) == (code, "")

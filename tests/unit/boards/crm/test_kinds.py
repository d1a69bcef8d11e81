"""What an ENTITY_ID tells by itself."""

from __future__ import annotations

import pytest

from boards.crm.kinds import DirectoryKind, bare_code, kind_of


@pytest.mark.parametrize(
    ("entity_id", "kind", "limit"),
    [
        ("STATUS", DirectoryKind("STATUS", 1), 21),
        ("QUOTE_STATUS", DirectoryKind("QUOTE_STATUS", 7), 22),
        ("DEAL_STAGE", DirectoryKind("DEAL_STAGE", 2, 0), 22),
        ("DEAL_STAGE_12", DirectoryKind("DEAL_STAGE_12", 2, 12, "C12:"), 18),
        ("SMART_INVOICE_STAGE_5", DirectoryKind("SMART_INVOICE_STAGE_5", 31, 5, "DT31_5:"), 43),
        ("SMART_DOCUMENT_STAGE_13", DirectoryKind("SMART_DOCUMENT_STAGE_13", 36, 13, "DT36_13:"), 42),
        ("SMART_B2E_DOC_STAGE_1", DirectoryKind("SMART_B2E_DOC_STAGE_1", 39, 1, "DT39_1:"), 43),
        ("DYNAMIC_128_STAGE_7", DirectoryKind("DYNAMIC_128_STAGE_7", 128, 7, "DT128_7:"), 42),
        ("SOURCE", DirectoryKind("SOURCE"), 50),
        ("DEAL_STAGE_x", DirectoryKind("DEAL_STAGE_x"), 50),
    ],
)
def test_kinds(entity_id: str, kind: DirectoryKind, limit: int) -> None:
    assert kind_of(entity_id) == kind
    assert kind.code_limit == limit
    assert kind.is_pipeline is (kind.entity_type_id is not None)


@pytest.mark.parametrize(
    ("status_id", "code"),
    [("NEW", "NEW"), ("C1:NEW", "NEW"), ("DT128_7:FAIL", "FAIL"), ("C1:C2:X", "C2:X"), ("CX:NEW", "CX:NEW")],
)
def test_bare_codes(status_id: str, code: str) -> None:
    assert bare_code(status_id) == code

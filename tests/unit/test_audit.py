"""The audit of packages never calls clean what it could not look at."""

from __future__ import annotations

from scripts.audit import judge

CLEAN = {"name": "flask", "version": "3.0", "vulns": []}
UNKNOWN = {"name": "jinja2", "skip_reason": "not found"}
BROKEN = {"name": "x", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]}


def test_clean_is_said_only_of_what_was_looked_at() -> None:
    status, text = judge([CLEAN, CLEAN])
    assert status == 0 and "2 packages, no known" in text and "SKIPPED" not in text


def test_what_was_not_looked_at_is_skipped() -> None:
    for found in ([CLEAN, UNKNOWN], [UNKNOWN], []):
        status, text = judge(found)
        assert status == 0 and "SKIPPED" in text and "no known" not in text


def test_findings_fail_even_beside_skipped_ones() -> None:
    status, text = judge([UNKNOWN, BROKEN])
    assert status == 1 and "CVE-1" in text and "1.1" in text

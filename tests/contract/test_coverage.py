"""COVERAGE.md says what is really there."""

from __future__ import annotations

from sandbox import coverage
from sandbox.rest.registry import METHODS


def test_the_committed_file_is_up_to_date() -> None:
    assert coverage.FILE.read_text(encoding="utf-8") == coverage.text(), "run: python -m sandbox.coverage"


def test_every_method_and_every_command_is_listed() -> None:
    text = coverage.text()
    assert METHODS
    assert all(f"`{method.name}`" in text for method in METHODS.values())
    assert set(coverage.commands()) == set(coverage.SHELL)
    assert all(method.source for method in METHODS.values())

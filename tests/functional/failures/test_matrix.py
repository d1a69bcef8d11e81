"""Each kind of failure in the way of each action of every section: told properly, and then done exactly once.

A person clicks; the failure is there; they click again when it is over. The portal must then be as if nothing
had been in the way, and the journal must say it once. What came of each pair is in docs/reliability.md.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

import b24.transport
from tests.functional.failures.matrix import DEEDS, FAULTS, SECRET, WRITE_NOTHING, Deed, Fault
from tests.functional.helpers import eventually
from tests.functional.in_process import PATIENCE, InProcessApp, hurried
from tests.functional.rules.test_isolation import ENDS_THE_SESSION, OPEN_TO_ALL
from tests.support.servers import ROOT

LEAKS = ("Traceback", SECRET, "SELECT *", "access_token", "sqlalchemy")


@dataclass
class Rehearsed:
    """A deed as it goes when nothing is in the way."""

    before: str
    wanted: str
    kept: tuple[str, list[dict[str, Any]]]
    press: object
    entries: int


@dataclass
class Stage:
    """The ground and what has been rehearsed on it."""

    ground: InProcessApp
    start: str
    known: dict[str, Rehearsed] = field(default_factory=dict)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with hurried(tmp_path_factory.mktemp("matrix")) as found:
        yield Stage(found, found.kept)


def rehearse(stage: Stage, deed: Deed) -> Rehearsed:
    """Look at the pages, remember the portal, do it once, put everything back."""
    if str(deed) not in stage.known:
        g = stage.ground
        g.sandbox.delete("faults")
        g.kept, g.memos = stage.start, []
        g.restore()
        press = deed.prepare(g)
        g.keep()
        kept, before, entries = (g.kept, g.memos), g.boards(), len(g.entries())
        answer = press(uuid.uuid4().hex)
        assert answer.status_code == 200, answer.text[:600]
        stage.known[str(deed)] = Rehearsed(before, g.boards(), kept, press, len(g.entries()) - entries)
    return stage.known[str(deed)]


def order(stage: Stage, deed: Deed, fault: Fault, patch: pytest.MonkeyPatch) -> None:
    """Put the failure in the way of the method that writes."""
    transport = stage.ground.flask.extensions["stagecraft"].transport
    if fault.order["kind"] == "refused":
        transport.close()

        def refuse(*_where: object, **_how: object) -> None:
            raise ConnectionRefusedError(111, "refused")

        patch.setattr(b24.transport, "create_connection", refuse)
        return
    if fault.order["kind"] == "delay":
        stage.ground.sandbox.delete("calls")
        patch.setattr(transport, "_timeout", (5, PATIENCE))
    stage.ground.sandbox.fault(deed.writes, times=1 if fault.once else None, **fault.order)


def over(stage: Stage, deed: Deed, fault: Fault, patch: pytest.MonkeyPatch) -> None:
    patch.undo()
    stage.ground.sandbox.delete("faults")
    if fault.order["kind"] == "delay":  # whatever the portal was still busy with has its effect
        assert eventually(lambda: deed.writes in stage.ground.sandbox.asked()), "it was never kept waiting"


def told_properly(answer: TestResponse, fault: Fault) -> None:
    assert answer.status_code in fault.status, answer.text[:600]
    assert fault.told in answer.text.replace("&#39;", "'"), answer.text[:600]
    assert "toast--error" in answer.text
    for leak in LEAKS:
        assert leak not in answer.text


OUTCOMES: dict[tuple[str, str], set[str]] = {}
"""What came of it, for the document: by failure and section."""


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("deed", DEEDS, ids=str)
def test_told_and_then_done_exactly_once(
    stage: Stage, deed: Deed, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    g = stage.ground
    rehearsed = rehearse(stage, deed)
    g.kept, g.memos = rehearsed.kept
    g.restore()
    said, key = len(g.entries()), uuid.uuid4().hex
    order(stage, deed, fault, monkeypatch)
    answer = rehearsed.press(key)  # type: ignore[operator]
    over(stage, deed, fault, monkeypatch)
    if answer.status_code == 200:
        outcome = "done"
        assert fault.once, "nothing can have been done"
    else:
        if not (deed.looks and answer.status_code in (403, 409)):
            told_properly(answer, fault)
        outcome = f"told {answer.status_code}, then done"
        if not fault.once and not deed.steps:
            assert g.boards() == rehearsed.before, "nothing was done"
        if answer.status_code in (401, 403):
            g.log_in_the_refused()
        answer = rehearsed.press(key)  # type: ignore[operator]
        assert answer.status_code == 200, answer.text[:600]
    assert g.boards() == rehearsed.wanted
    assert len(g.entries()) - said == rehearsed.entries
    OUTCOMES.setdefault((fault.name, deed.section), set()).add(outcome)


def test_every_address_that_writes_is_in_the_matrix(stage: Stage) -> None:
    rules = {
        str(rule)
        for rule in stage.ground.flask.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and not str(rule).startswith("/static")
    }
    here = {deed.rule for deed in DEEDS}
    assert rules - here - set(WRITE_NOTHING) - OPEN_TO_ALL - ENDS_THE_SESSION == set()
    assert here <= rules


# --- the document ---
DOCUMENT = ROOT / "docs" / "reliability.md"
MARK = "<!-- what follows is written by tests/functional/failures/test_matrix.py -->"


def table() -> str:
    """What came of each failure in each section."""
    sections = list(dict.fromkeys(deed.section for deed in DEEDS))
    rows = [f"| failure | {' | '.join(sections)} |", f"|---|{'---|' * len(sections)}"]
    for fault in FAULTS:
        cells = ["; ".join(sorted(OUTCOMES[fault.name, section])) for section in sections]
        rows.append(f"| {fault.name} | {' | '.join(cells)} |")
    actions = "\n".join(f"- {section}: {', '.join(_addresses(section))}" for section in sections)
    pairs = len(FAULTS) * len(DEEDS)
    head = f"{len(FAULTS)} failures × {len(DEEDS)} addresses = {pairs} pairs, each tried."
    return f"{MARK}\n\n{head}\n\n" + "\n".join(rows) + f"\n\n## The addresses\n\n{actions}\n"


def _addresses(section: str) -> list[str]:
    return [f"`{deed.rule}`" for deed in DEEDS if deed.section == section]


def test_the_document_says_what_came_of_it(request: pytest.FixtureRequest) -> None:
    """`make reliability` writes the table; everywhere else it has to be what this run has seen."""
    tried = sum(len(DEEDS) for _ in FAULTS)
    run = [one for one in request.session.items if one.name.startswith("test_told_and_then")]
    if len(run) < tried or request.session.testsfailed:
        pytest.skip("only after all pairs were tried")
    text, _, _old = DOCUMENT.read_text().partition(MARK)
    if os.environ.get("WRITE_RELIABILITY"):
        DOCUMENT.write_text(text + table())
    assert DOCUMENT.read_text() == text + table()

"""Every failure has a status and a sentence; nothing of the portal's own words reaches a page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from b24 import errors as b24
from boards.core import errors as boards
from boards.core.errors import BadInputCode
from boards.core.model import Denial
from web.core import errors, failures


def family(root: type[BaseException]) -> Iterator[type[BaseException]]:
    yield root
    for child in root.__subclasses__():
        yield from family(child)


def made(kind: type[BaseException]) -> BaseException:
    if kind is boards.BadInput:
        return boards.BadInput("title", BadInputCode.TITLE_BLANK)
    if kind is failures.TooManyRefusals:
        return failures.TooManyRefusals(0)
    if kind is boards.MoveIgnored:
        return boards.MoveIgnored(1, 2)
    if kind is boards.ValueNotTaken:
        return boards.ValueNotTaken(1, ("color",))
    if kind is boards.StageStays:
        return boards.StageStays(1, Denial.CRM_SUCCESS_STAGE)
    if kind in (boards.StageGone, boards.FirstStage):
        return kind(1)
    if kind is b24.PortalMoved:
        return b24.PortalMoved("https://elsewhere.example/rest/")
    if issubclass(kind, b24.PortalError):
        return kind("SECRET_CODE", "<b>secret text of the portal</b>")
    return kind()


ALL = [*family(b24.PortalError), *family(boards.BoardError), *family(failures.WebError)]


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_failure_is_explained_without_the_portals_words(page: Flask, kind: type[BaseException]) -> None:
    if kind in (boards.BoardError, failures.WebError):
        pytest.skip("a root, never raised")
    error = made(kind)
    message = errors.message_for(error)
    text, advice = errors.explain(error)
    assert 400 <= message.status < 600 and message is not errors.HTTP[500]
    assert text and "secret" not in text.lower() + advice.lower()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (failures.SessionExpired, 401),
        (b24.TokenRejected, 401),
        (b24.AccessDenied, 403),
        (failures.ForgedLaunch, 403),
        (b24.NotFound, 404),
        (b24.StageNotEmpty, 409),
        (failures.ActionRunning, 409),
        (boards.BadInput, 422),
        (b24.OperationTimeLimit, 429),
        (b24.ServerFailure, 502),
        (b24.BadAnswer, 502),
        (b24.ConnectionLost, 502),
        (b24.QueryLimitExceeded, 503),
        (b24.PortalTimeout, 504),
        (ZeroDivisionError, 500),
    ],
)
def test_the_statuses_are_proper(page: Flask, kind: type[BaseException], status: int) -> None:
    assert errors.message_for(made(kind)).status == status


@pytest.mark.parametrize(
    ("seconds", "words", "header"),
    [(None, "5 seconds", "5"), (1.0, "1 second.", "1"), (0.2, "1 second.", "1"), (300.0, "5 minutes", "300")],
)
def test_patience_is_counted(page: Flask, seconds: float | None, words: str, header: str) -> None:
    error = b24.OperationTimeLimit("X", retry_after=seconds)
    assert words in errors.explain(error)[1]
    assert errors.answer(error).headers["Retry-After"] == header


def test_htmx_gets_a_toast_and_leaves_the_page_alone(page: Flask) -> None:
    with page.test_request_context("/", headers={"HX-Request": "true"}):
        response = errors.answer(b24.AccessDenied("X"))
    assert response.status_code == 403 and response.headers["HX-Reswap"] == "none"
    body = response.get_data(as_text=True).strip()
    assert body.startswith("<hx-partial") and 'hx-target="#toasts"' in body


def test_an_ended_session_is_marked_for_the_page(page: Flask) -> None:
    response = errors.answer(failures.SessionExpired())
    assert response.status_code == 401 and response.headers["X-Session"] == "expired"

"""What all steps of a walk have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.functional import actions

COLORS = ("12AB9F", "FF0000", "00FF00", "3344DD")
NAMES = ("Next", "<b>Häuser</b> & 漢字", "Waiting", "$result[x]")

Press = Callable[[str], TestResponse]
"""Do it, with this request key."""
Ready = tuple[str, Press] | None
"""The REST method that writes, and the click; None when the page offers nothing to click."""


def post(person: actions.Asker[Any], path: str, form: dict[str, Any]) -> Press:
    """A form that is sent, and whatever steps it takes."""
    return lambda key: actions.finish(person, person.post(path, **form | {"request_key": key}))


@dataclass
class Resumed:
    """A click, and whatever steps it takes.

    Pressed again after a failure, it goes on with the step that failed, as the page's button does.
    """

    person: actions.Asker[Any]
    path: str

    def __call__(self, key: str) -> Any:
        for _ in range(actions.STEPS):
            answer = self.person.post(self.path, request_key=key)
            step = actions.STEP.search(answer.text)
            if answer.status_code != 200 or not step:
                return answer
            self.path = step[1]
        raise AssertionError("the job never ended")

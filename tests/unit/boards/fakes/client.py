"""A client of the portal in memory.

Every value of a command goes through the query string, as in a real batch, and references are resolved as PHP
does it, including the sharp edges.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from b24.client import Answer, BatchAnswer, Command
from b24.errors import ConnectionLost, PortalError
from b24.wire import build_query, nest
from tests.unit.boards.fakes.kanban import FakePortal


class FakeClient:
    """`b24.client.Client` for a `FakePortal`, as one person. Counts requests; loses answers when told.

    `lose`: for the next requests, "before" (nothing done) or "after" (done) the connection breaks.
    `refuse`: method → error that every command of it gets. `intended`: what was left with it before a write,
    and after how many requests. `answer_lost`: this goes on with work whose first answer was lost.
    """

    def __init__(self, portal: FakePortal, user_id: int) -> None:
        self.portal = portal
        self.user_id = user_id
        self.requests: list[dict[str, Command]] = []
        self.lose: list[str] = []
        self.lost_error: type[PortalError] | None = None
        self.answer_lost = False
        self.refuse: dict[str, PortalError] = {}
        self.intended: list[tuple[int, Any]] = []
        self._stages_cache: dict[str, Any] = {}

    def intend(self, what: Any) -> None:
        self.intended.append((self.count, what))

    @property
    def count(self) -> int:
        return len(self.requests)

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all commands of a method, as the portal read them."""
        return [_read(one) for part in self.requests for one in part.values() if one.method == method]

    def call(self, command: Command, *, repeatable: bool = True) -> Answer:
        return self.batch({"only": command}, repeatable=repeatable)["only"]

    def batch(
        self, commands: Mapping[str, Command], *, halt: bool = True, repeatable: bool = True
    ) -> BatchAnswer:
        assert len(commands) <= 50
        if self.answer_lost and not repeatable:
            self.answer_lost = False
            raise ConnectionLost("EARLIER_ANSWER_LOST")
        self.requests.append(dict(commands))
        fate = self.lose.pop(0) if self.lose else ""
        answer = None if fate == "before" else self._run(commands, halt)
        if answer is None or fate:
            assert self.lost_error
            if repeatable:
                return self.batch(commands, halt=halt, repeatable=False)
            raise self.lost_error("LOST")
        return answer

    def _run(self, commands: Mapping[str, Command], halt: bool) -> BatchAnswer:
        self._stages_cache = {}
        answers: dict[str, Answer] = {}
        errors: dict[str, PortalError] = {}
        results: dict[str, Any] = {}
        for key, command in commands.items():
            try:
                answers[key] = self._one(command, results)
                results[key] = answers[key].result
            except PortalError as error:
                errors[key] = error
                if halt:
                    break
        return BatchAnswer(answers, errors, {key: one.method for key, one in commands.items()})

    def _one(self, command: Command, results: dict[str, Any]) -> Answer:
        if command.method in self.refuse:
            raise self.refuse[command.method]
        params = _resolve(_read(command), results)
        cache_key = f"{command.method} {params.get('entityId')}"
        if command.method == "task.stages.get" and cache_key in self._stages_cache:
            return Answer(self._stages_cache[cache_key])
        result = self.portal.handler(command.method)(self.user_id, params)
        if command.method == "task.stages.get":
            self._stages_cache[cache_key] = result
        return result if isinstance(result, Answer) else Answer(result)


def _read(command: Command) -> dict[str, Any]:
    return nest(parse_qsl(build_query(command.params), keep_blank_values=True))


def _resolve(value: Any, results: dict[str, Any]) -> Any:
    """References as the portal resolves them: walked as far as they go, the deepest value is taken."""
    if isinstance(value, dict):
        return {key: _resolve(inner, results) for key, inner in value.items()}
    if not re.fullmatch(r"\$result(\[[^\]]*\])+", value):
        return value
    found: Any = results
    for step in re.findall(r"\[([^\]]*)\]", value):
        inner = (
            found if isinstance(found, dict) else dict(enumerate(found)) if isinstance(found, list) else {}
        )
        key = int(step) if isinstance(found, list) and step.isdecimal() else step
        if key not in inner:
            break
        found = inner[key]
    return {str(index): one for index, one in enumerate(found)} if isinstance(found, list) else found

"""What became of several things at once, when not all of them could be done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from flask import render_template
from flask_babel import gettext as _

from web.errors import explain


class Result(Protocol):
    """One of them; `error` is None when it worked."""

    @property
    def task_id(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def error(self) -> Exception | None: ...


def account_of(results: Iterable[Result]) -> str:
    """A dialog that names those that stayed as they were, and why; "" when all worked."""
    every = list(results)
    failures = [
        [one.title or _("Task %(number)s", number=one.task_id), explain(one.error)[0]]
        for one in every
        if one.error
    ]
    if not failures:
        return ""
    return render_template("_bulk_account.html", worked=len(every) - len(failures), failures=failures)

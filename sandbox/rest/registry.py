"""The table of REST methods and what a method sees of a call.

A family is one file in `sandbox/methods/`; it keeps no state of its own, all of it lives in `Portal`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sandbox.state.portal import App, Portal, User

Row = TypeVar("Row")


class RestError(Exception):
    """A refusal by a method or by the transport: HTTP status, code and text as the contract has them.

    `extra` adds keys to the root of the error body (behaviour.md §1.6: `argument`).
    """

    def __init__(self, code: str, description: str = "", status: int = 400, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.status = status
        self.extra = extra


@dataclass
class Listing:
    """The answer of a list method: `total` and `next` are hoisted to the root of the envelope (§1.7).

    None means that the key is absent.
    """

    result: Any
    total: int | None = None
    next: int | None = None


PAGE = 50


def page_of(rows: Sequence[Row], start: int) -> tuple[Sequence[Row], int | None]:
    """At most 50 of the rows from `start` on (a negative start is 0), and where the next page starts.

    The second part is None behind the last page.
    """
    first = max(start, 0)
    following = first + PAGE
    return rows[first:following], following if following < len(rows) else None


@dataclass
class Call:
    """One call of a method, alone or inside a batch.

    `params` keeps the types that arrived (a form or a batch command gives strings only, §1.2); `start` is
    already taken out. `process` is shared by all commands of one HTTP request: it stands for the static
    variables of one PHP process (§3.9). `auth_type` is "oauth", "webhook" or "session".
    """

    portal: Portal
    user: User
    method: str
    params: dict[str, Any]
    start: int = 0
    auth_type: str = "oauth"
    app: App | None = None
    scopes: frozenset[str] = frozenset()
    process: dict[str, Any] = field(default_factory=dict)
    lang: str = "en"


Handler = Callable[[Call], Any]


@dataclass(frozen=True)
class Method:
    """One entry of the table; also what COVERAGE.md is made from.

    `style` is "controller" (exact camelCase names, §1.6), "dispatcher" (`task.stages.*`, §3.1) or
    "classic". `application_only` methods answer a webhook with 403 WRONG_AUTH_TYPE (§8).
    """

    name: str
    scope: str | None
    style: str
    source: str
    handler: Handler
    not_modelled: str = ""
    application_only: bool = False


METHODS: dict[str, Method] = {}


def method(
    name: str,
    *,
    scope: str | None,
    style: str,
    source: str,
    not_modelled: str = "",
    application_only: bool = False,
) -> Callable[[Handler], Handler]:
    """Put a handler into the table under its lower-cased name; `scope` None means that any scope will do.

    A scope may list alternatives: "user|user_basic|user_brief".
    """

    def register(handler: Handler) -> Handler:
        METHODS[name.lower()] = Method(name, scope, style, source, handler, not_modelled, application_only)
        return handler

    return register

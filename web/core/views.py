"""Blueprints whose views are handed what they need: the request's context, and the form they take."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from flask import Blueprint

from web.core.context import RequestContext, request_context
from web.core.forms import Form, read_form
from web.core.session import needs_session

P = ParamSpec("P")
R = TypeVar("R")
FormT = TypeVar("FormT", bound=Form)

Page = Callable[Concatenate[RequestContext, P], R]
Action = Callable[Concatenate[RequestContext, FormT, P], R]


class SessionBlueprint(Blueprint):
    """Views for people who have a session; without one none of them is reached (SessionExpired).

    `page` registers what is looked at (GET), `action` what changes something or needs a form (POST).
    """

    def __init__(self, name: str, import_name: str, *, url_prefix: str | None = None) -> None:
        super().__init__(name, import_name, url_prefix=url_prefix)
        self.before_request(needs_session)

    def page(self, rule: str) -> Callable[[Page[P, R]], Page[P, R]]:
        """Answer GET at `rule` with a view that takes the context and what the address names."""

        def register(view: Page[P, R]) -> Page[P, R]:
            @wraps(view)
            def handed(**address: Any) -> Any:
                return view(request_context(), **address)  # type: ignore[call-arg]

            self.add_url_rule(rule, view.__name__, handed, methods=["GET"])
            return view

        return register

    def action(
        self, rule: str, form_class: type[FormT]
    ) -> Callable[[Action[FormT, P, R]], Action[FormT, P, R]]:
        """Answer POST at `rule` with a view that takes the context, the form and what the address names.

        What is in the form but is none of its values is answered before the view is called (WrongFields).
        """

        def register(view: Action[FormT, P, R]) -> Action[FormT, P, R]:
            @wraps(view)
            def handed(**address: Any) -> Any:
                form = read_form(form_class)
                return view(request_context(form.request_key), form, **address)  # type: ignore[call-arg]

            self.add_url_rule(rule, view.__name__, reads(form_class)(handed), methods=["POST"])
            return view

        return register


def reads(form_class: type[Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Note at a view which class says what its form holds; a test asks every address that takes POST."""

    def mark(view: Callable[..., Any]) -> Callable[..., Any]:
        view.form_class = form_class  # type: ignore[attr-defined]
        return view

    return mark

"""A webhook's address where the client wants a source of tokens."""

from __future__ import annotations

import time

from b24.client import Tokens


class Hook:
    """Tokens that stay as they are: nothing is renewed, nothing moves."""

    def __init__(self, url: str) -> None:
        self._tokens = Tokens("", "", time.time() + 10_000, url)

    def current(self) -> Tokens:
        return self._tokens

    def renew(self, rejected: Tokens) -> Tokens:
        raise AssertionError(rejected)

    def moved(self, location: str) -> Tokens:
        raise AssertionError(location)

"""Every kind of long work that the store may hold has its words."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask

import web.features  # noqa: F401 (registers how pages tell of long work)
from boards.core.jobs import Job, kinds
from web.actions.jobs import pages_of


def subclasses(parent: type[Job]) -> Iterator[type[Job]]:
    for child in parent.__subclasses__():
        yield child
        yield from subclasses(child)


def test_pages_can_tell_of_every_kind_of_long_work(page: Flask) -> None:
    stored = [job for job in subclasses(Job) if str(job.__struct_config__.tag) in kinds()]
    assert len(stored) >= 4
    assert {str(pages_of(job).heading)[-1] for job in stored} == {"…"}

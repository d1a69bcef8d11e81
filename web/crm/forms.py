"""What pages of the CRM send along: the directory as the person saw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from boards.crm.model import Directory
from boards.crm.snapshot import read_seen
from web.actions.jobs import StepForm
from web.core.forms import Form


class _Seen(msgspec.Struct, frozen=True):
    """A directory as `boards.crm.snapshot.seen_text` writes it."""

    start: str
    stages: list[tuple[int, str, str, int, str, str, int]]


def _seen(texts: Sequence[str]) -> str:
    if texts[0]:
        msgspec.json.decode(texts[0], type=_Seen)
    return texts[0]


SeenText = Annotated[str, Meta(extra={"read": _seen, "checked": True})]
"""The directory as the person saw it, in the words of `boards.crm.snapshot`; "" where no page shows it."""


class DirectoryForm(Form, frozen=True, kw_only=True):
    """What is sent with every change of a directory."""

    seen: SeenText = ""


def seen_directory(form: DirectoryForm | StepForm, entity_id: str) -> Directory | None:
    """The directory as the person saw it when they acted; None when the page did not say."""
    return read_seen(entity_id, form.seen)

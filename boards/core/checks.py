"""Checks of what people type, made before anything is sent."""

from __future__ import annotations

import datetime as dt

from b24.wire import literal
from boards.core.errors import BadInput, BadInputCode

# The portal keeps both titles in columns of 255 characters and does not say no to more.
TITLE_LIMIT = 255
TAG_LIMIT = 100
BULK_LIMIT = 200


def require_title(text: str, field: str = "title") -> str:
    """The title without blanks around it, in one line; BadInput when blank or too long."""
    title = " ".join(text.split())
    if not title or not any(char.isprintable() and not char.isspace() for char in title):
        raise BadInput(field, BadInputCode.TITLE_BLANK)
    if len(title) > TITLE_LIMIT:
        raise BadInput(field, BadInputCode.TITLE_TOO_LONG, limit=TITLE_LIMIT, length=len(title))
    return title


def require_name(text: str) -> str:
    """`require_title`, as the portal will have it: so it can be compared with what is read later."""
    return literal(require_title(text, "name"))


def require_deadline(text: str, field: str = "deadline") -> str:
    """ISO 8601 with offset, or "" for none; BadInput otherwise (the portal reads nonsense as 1970)."""
    if not text:
        return ""
    try:
        moment = dt.datetime.fromisoformat(text)
        moment.astimezone(dt.UTC)  # there are moments that have no UTC: the last hours of the year 9999
    except (ValueError, OverflowError):
        raise BadInput(field, BadInputCode.DEADLINE_INVALID, value=text[:40]) from None
    if moment.tzinfo is None:
        raise BadInput(field, BadInputCode.DEADLINE_INVALID, value=text[:40])
    return moment.isoformat(timespec="seconds")


def require_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Tags without blanks and doubles (case does not count), in their order."""
    kept: dict[str, str] = {}
    for tag in (" ".join(tag.split()) for tag in tags):
        if len(tag) > TAG_LIMIT:
            raise BadInput("tags", BadInputCode.TAG_TOO_LONG, limit=TAG_LIMIT, tag=tag[:40])
        if tag:
            kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())


def require_cards(task_ids: tuple[int, ...]) -> tuple[int, ...]:
    """1 to 200 task ids, each once."""
    unique = tuple(dict.fromkeys(task_ids))
    if not unique or min(unique) <= 0:
        raise BadInput("task_ids", BadInputCode.NO_CARDS)
    if len(unique) > BULK_LIMIT:
        raise BadInput("task_ids", BadInputCode.TOO_MANY_CARDS, limit=BULK_LIMIT, count=len(unique))
    return unique

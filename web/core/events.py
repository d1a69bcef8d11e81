"""What is done when a portal tells of something: features register a function for each event.

`@on("ONTASKADD")` is called before the answer and takes one statement of the store at most;
`@in_worker("ONAPPUPDATE")` may ask the portal or the authorization server. Portals are asked to tell of all
events that something is registered for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from b24.events import Event
from store.event_queue import Queued
from web.core.services import Services

AtOnce = Callable[[Services, str, Event], None]
"""Takes the services, the portal's member_id and the event."""
InWorker = Callable[[Services, Queued], None]
"""Takes the services and the event as it was queued; a PortalError has it called again later."""
HandlerT = TypeVar("HandlerT", AtOnce, InWorker)

AT_ONCE: dict[str, AtOnce] = {}
IN_WORKER: dict[str, InWorker] = {}


def on(*names: str) -> Callable[[AtOnce], AtOnce]:
    """Call the decorated function before these events are answered."""
    return _into(AT_ONCE, names)


def in_worker(*names: str) -> Callable[[InWorker], InWorker]:
    """Queue these events, and call the decorated function in the worker."""
    return _into(IN_WORKER, names)


def names() -> tuple[str, ...]:
    """All events that something is registered for."""
    return (*IN_WORKER, *AT_ONCE)


def _into(handlers: dict[str, HandlerT], names: tuple[str, ...]) -> Callable[[HandlerT], HandlerT]:
    def register(handler: HandlerT) -> HandlerT:
        for name in names:
            if name in AT_ONCE or name in IN_WORKER:
                raise ValueError(f"two handlers of {name}")
            handlers[name] = handler
        return handler

    return register

"""One JSON line per request and per thing worth telling, each with the id of the request it belongs to.

Nothing here may hold a token, a secret or what people wrote: endpoints, numbers, our own sentences, and
of the portals' what `b24.redact.redacted_text` leaves.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar
from typing import Any

from flask import Flask, Response, g, request

from config import VERSION

HEADER = "X-Request-ID"
NO_REQUEST = ""
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")

_request_id: ContextVar[str] = ContextVar("request id", default=NO_REQUEST)

log = logging.getLogger("stagecraft.requests")

CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "web.core.logs.WithRequestId"}},
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "{levelname}{name}{version}{request_id}{message}",
            "style": "{",
            "rename_fields": {"levelname": "level", "name": "logger"},
            "timestamp": "time",
        }
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request"]},
    },
    "root": {"level": "INFO", "handlers": ["stderr"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": [], "propagate": True}},
}
"""For `logging.config.dictConfig`; gunicorn.conf.py hands it to gunicorn."""


class WithRequestId(logging.Filter):
    """Gives each record the id of the request of its thread ("" outside of any) and the app's version."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id()
        record.version = VERSION
        return True


def request_id() -> str:
    """The id of the request that is being answered, "" outside of any."""
    return _request_id.get()


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    """Whoever is in front of the app may have given the request an id already."""
    given = request.headers.get(HEADER, "")
    _request_id.set(given if _WELL_FORMED.fullmatch(given) else uuid.uuid4().hex)
    g.began = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    log.info("request", extra=_facts(response))
    return response


def _facts(response: Response) -> dict[str, Any]:
    who = g.get("portal_session")
    facts: dict[str, Any] = {
        "verb": request.method,
        "endpoint": request.endpoint or "",
        "path": request.path if request.endpoint else "",
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.began) * 1000, 1),
    }
    return facts | ({"portal": who.member_id, "user": who.user_id} if who else {})

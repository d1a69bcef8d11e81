"""The figures of all processes for whoever runs the app, in Prometheus' text format; behind METRICS_TOKEN."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, Response, abort, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    generate_latest,
    multiprocess,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from config import VERSION
from store import Database, event_queue, jobs
from web.core.counters import REQUESTS
from web.core.services import services
from web.core.session import bearer_token

blueprint = Blueprint("metrics", __name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where gunicorn's processes keep their figures, so that any of them can tell the sum."""


@blueprint.get("/metrics")
def show() -> Response:
    """The figures of all processes; 404 for whoever lacks the token, and where none is set."""
    token = services().config.metrics_token
    if not token or not hmac.compare_digest(bearer_token().encode(), token.encode()):
        abort(404)
    return Response(_text(services().db), content_type=CONTENT_TYPE_LATEST)


def register(app: Flask) -> None:
    app.after_request(_count)


def _count(response: Response) -> Response:
    if request.endpoint and "began" in g:
        seconds = time.perf_counter() - g.began
        REQUESTS.labels(request.endpoint, str(response.status_code)).observe(seconds)
    return response


def _text(db: Database) -> bytes:
    registry: CollectorRegistry = REGISTRY
    if os.environ.get(FOLDER):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    stored = CollectorRegistry()
    stored.register(_Stored(db))
    return generate_latest(registry) + generate_latest(stored)


class _Stored(Collector):
    """What the store knows when it is asked."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def collect(self) -> Iterable[Metric]:
        release = GaugeMetricFamily("stagecraft_release", "1, with the version that runs", labels=["version"])
        release.add_metric([VERSION], 1)
        yield release
        figures: dict[str, tuple[str, Any]] = {
            "stagecraft_events_waiting": ("Events not worked off yet", event_queue.waiting),
            "stagecraft_jobs_open": ("Bulk changes under way or left lying", jobs.open_ones),
        }
        for name, (meaning, count) in figures.items():
            yield GaugeMetricFamily(name, meaning, value=count(self._db))

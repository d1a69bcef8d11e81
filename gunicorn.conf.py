"""How gunicorn serves the app: few processes, many threads, since requests mostly wait for the portal."""

import os
import shutil
import tempfile
from typing import Any

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
made = ""
if os.environ.get("METRICS_TOKEN") and not os.environ.get(FOLDER):
    # Before the first import of prometheus_client, which looks here how it is to count. Where nobody may ask
    # for the figures, the processes need not share them.
    made = os.environ[FOLDER] = tempfile.mkdtemp(prefix="stagecraft-figures-")

from gunicorn.glogging import Logger  # noqa: E402
from prometheus_client import multiprocess  # noqa: E402

from web.core.logs import CONFIG  # noqa: E402


class Quiet(Logger):
    """Puts no access lines together, which gunicorn does for whoever configures logging by a dictionary."""

    def access(self, *_facts: Any) -> None:
        """Nothing: see `accesslog`."""


bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '5000')}"  # noqa: S104
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "32"))
worker_class = "gthread"
# A portal may take 60 s for one request (behaviour.md §1.9); a bulk step must not be cut off before that.
timeout = 90
# Told to end, a process has as long to answer what it has begun: after gunicorn's own 30 s a slow portal's
# answer would be cut off, and nobody would know what was done.
graceful_timeout = 90
keepalive = 15
# The app writes a line per request itself, with the id of the request and without what may be secret.
accesslog = None
logger_class = Quiet
logconfig_dict = CONFIG
# Its file would lie in the home directory, shared by every gunicorn of the user.
control_socket_disable = True


def child_exit(server: Any, worker: Any) -> None:
    """A worker is gone: what it measured stays in the sums."""
    del server
    if os.environ.get(FOLDER):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """A folder that was made for this run goes with it; one that was given stays."""
    del server
    if made:
        shutil.rmtree(made, ignore_errors=True)

"""How gunicorn serves the app: few processes, many threads, since requests mostly wait for the portal."""

import os

bind = f"{os.environ.get('HOST', '0.0.0.0')}:{os.environ.get('PORT', '5000')}"  # noqa: S104
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "32"))
worker_class = "gthread"
# A portal may take 60 s for one request (behaviour.md §1.9); a bulk step must not be cut off before that.
timeout = 90
keepalive = 15
accesslog = None
# Its file would lie in the home directory, shared by every gunicorn of the user.
control_socket_disable = True

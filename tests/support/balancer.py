"""What stands in front of several nodes: each new connection goes to the next one in turn."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections import Counter
from urllib.parse import urlsplit

PIECE = 65536


class Balancer:
    """Listens on 127.0.0.1:`port` until closed. It repeats nothing: where a node refuses, so does it.

    `passed` counts the connections each node was given.
    """

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.passed: Counter[str] = Counter()
        self._nodes: tuple[str, ...] = ()
        self._turn = itertools.count()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    def send_to(self, *urls: str) -> None:
        """From now on new connections go to these nodes; those under way stay where they are."""
        self._nodes = urls

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        nodes = self._nodes
        url = nodes[next(self._turn) % len(nodes)]
        place = urlsplit(url)
        with client, contextlib.suppress(OSError):
            node = socket.create_connection((str(place.hostname), int(place.port or 80)), timeout=10)
            node.settimeout(None)
            self.passed[url] += 1
            with node:
                up = threading.Thread(target=_pass_on, args=(client, node), daemon=True)
                up.start()
                _pass_on(node, client)
                up.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """Until one of them has had enough; then neither hears more from the other."""
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)

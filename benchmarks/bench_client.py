"""What the HTTP client costs: a pooled connection against a new one, a batch against single calls."""

from __future__ import annotations

import requests
from support import installed_app, seconds

CALLS = 20


def main() -> None:
    with installed_app("small") as (sandbox, _):
        hook = sandbox.get("webhooks")["owner"]
        pooled = requests.Session()
        pooled.trust_env = False

        def with_pool() -> None:
            for _ in range(CALLS):
                pooled.post(hook + "server.time", timeout=30)

        def without_pool() -> None:
            for _ in range(CALLS):
                session = requests.Session()
                session.trust_env = False
                session.post(hook + "server.time", timeout=30)

        def one_batch() -> None:
            cmd = {f"cmd[{number}]": "server.time" for number in range(CALLS)}
            pooled.post(hook + "batch", data=cmd, timeout=30)

        base = seconds(with_pool)
        print(f"a new connection per call / one pooled session: {seconds(without_pool) / base:.2f}")
        print(f"{CALLS} single calls / one batch of {CALLS}:               {base / seconds(one_batch):.2f}")


if __name__ == "__main__":
    main()

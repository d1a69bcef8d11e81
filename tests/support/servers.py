"""Real servers for tests: the stand-in portal and the app, each under gunicorn on a free loopback port."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet

from tests.support.ports import free_port as free_port
from tests.support.stores import sqlite_file, store_url

ROOT = Path(__file__).resolve().parents[2]
CLIENT_ID = "local.test.stagecraft"
CLIENT_SECRET = "a-secret-of-the-tests"
START_SECONDS = 90
_kept = tempfile.TemporaryDirectory(prefix="stagecraft-tables-")


def http() -> requests.Session:
    """A session that ignores the machine's proxy and certificate settings."""
    session = requests.Session()
    session.trust_env = False
    return session


@dataclass
class Server:
    """A started process and where its output goes."""

    url: str
    process: subprocess.Popen[bytes]
    log: Path

    def wait_until_up(self, path: str) -> None:
        """Return when `path` answers; fail with the server's log when it does not."""
        deadline = time.monotonic() + START_SECONDS
        session = http()
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE", True)
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(requests.RequestException):
                if session.get(self.url + path, timeout=5).status_code < 500:
                    return
            time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"{self.url} did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)


def _clean_environment() -> dict[str, str]:
    """Only what any process needs: no setting of the person who runs the tests leaks in."""
    keep = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in keep if name in os.environ}


def _start(arguments: list[str], url: str, env: dict[str, str], log: Path, root: Path = ROOT) -> Server:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments],
            cwd=root,
            env=_clean_environment() | env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Server(url, process, log)


def start_sandbox(
    port: int,
    app_port: int,
    folder: Path,
    threads: int = 16,
    tls: tuple[Path, Path] | None = None,
    **env: str,
) -> Server:
    """The stand-in portal on localhost:`port`, small seed, limits off unless `env` says otherwise.

    `tls` is a certificate, which `requests` must trust by its variable, and its key.
    """
    url = f"{'https' if tls else 'http'}://localhost:{port}"
    settings = {
        "SANDBOX_PORT": str(port),
        "SANDBOX_URL": url,
        "APP_URL": f"http://127.0.0.1:{app_port}",
        "B24_CLIENT_ID": CLIENT_ID,
        "B24_CLIENT_SECRET": CLIENT_SECRET,
        "SANDBOX_SEED": "small",
        "SANDBOX_LIMITS": "0",
    }
    arguments = [
        "--no-control-socket",
        "-k",
        "gthread",
        "--workers",
        "1",
        "--threads",
        str(threads),
        "-b",
        f"127.0.0.1:{port}",
        *(("--certfile", str(tls[0]), "--keyfile", str(tls[1])) if tls else ()),
    ]
    server = _start(
        [*arguments, "sandbox.app:create_app()"], url, settings | env, folder / f"sandbox-{port}.log"
    )
    server.wait_until_up("/_sandbox/state")
    return server


def app_environment(app_port: int, sandbox_url: str, database: Path) -> dict[str, str]:
    """The settings under which the app meets the stand-in portal."""
    return {
        "APP_URL": f"http://127.0.0.1:{app_port}",
        "B24_CLIENT_ID": CLIENT_ID,
        "B24_CLIENT_SECRET": CLIENT_SECRET,
        "B24_AUTH_SERVERS": f"{sandbox_url}/_oauth",
        "B24_JS_URL": f"{sandbox_url}/bx24.js",
        "B24_ALLOW_PRIVATE_PORTALS": "1",
        "B24_RATE_BURST": "10000",
        "B24_RATE_PER_SECOND": "1000",
        "REFUSALS_PER_MINUTE": "100000",
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": store_url(database),
        "HOST": "127.0.0.1",
        "PORT": str(app_port),
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "16",
    }


def migrate(url: str, revision: str = "head", root: Path = ROOT) -> None:
    """Bring the database to a revision, with the migrations of the release in `root`."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", "-q", "upgrade", revision],
        cwd=root,
        env=_clean_environment() | {"DATABASE_URL": url},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]


@functools.cache
def _fresh_tables() -> Path:
    """A SQLite file as migrated from nothing: the same for every app, so it is made once and copied."""
    file = Path(_kept.name) / "fresh.sqlite"
    migrate(f"sqlite:///{file}")
    return file


def start_app(port: int, sandbox_url: str, folder: Path, root: Path = ROOT, **env: str) -> Server:
    """The app on 127.0.0.1:`port`, its database migrated; `root` is where another release of it lies."""
    settings = app_environment(port, sandbox_url, folder / f"app-{port}.sqlite") | env
    file = sqlite_file(settings["DATABASE_URL"])
    if root == ROOT and file and not file.exists():
        shutil.copy(_fresh_tables(), file)
    else:
        migrate(settings["DATABASE_URL"], root=root)
    arguments = ["-c", "gunicorn.conf.py", "app:create_app()"]
    server = _start(arguments, f"http://127.0.0.1:{port}", settings, folder / f"app-{port}.log", root)
    server.wait_until_up("/healthz")
    return server


@dataclass
class Recording:
    """What a portal and its authorization server were asked while a block ran."""

    calls: list[dict[str, Any]] = field(default_factory=list)

    @property
    def http(self) -> int:
        """HTTP requests to the portal and the authorization server."""
        return len(self.calls)

    @property
    def methods(self) -> list[str]:
        """REST methods in order, those inside batches included."""
        return [name for call in self.calls for name in (call["commands"] or [call["method"]])]


@dataclass
class Sandbox:
    """The control plane of the stand-in portal, for tests."""

    url: str
    session: requests.Session = field(default_factory=http)
    people: dict[str, int] = field(default_factory=dict)
    main_group_id: int = 0
    pid: int = 0

    def _answer(self, response: requests.Response) -> Any:
        if not response.ok:
            raise AssertionError(f"{response.request.method} {response.url}: {response.text[:600]}")
        return response.json()

    def get(self, path: str) -> Any:
        return self._answer(self.session.get(f"{self.url}/_sandbox/{path}", timeout=30))

    def post(self, path: str, **body: Any) -> Any:
        return self._answer(self.session.post(f"{self.url}/_sandbox/{path}", json=body, timeout=60))

    def delete(self, path: str) -> Any:
        return self._answer(self.session.delete(f"{self.url}/_sandbox/{path}", timeout=30))

    def reset(self, seed: str = "small") -> None:
        answer = self.post("reset", seed=seed)
        self.people = answer["people"]
        self.main_group_id = answer["main_group_id"]

    def fault(self, method: str, kind: str, **options: Any) -> int:
        return int(self.post("faults", method=method, kind=kind, **options)["id"])

    def act(self, person: str | int, method: str, **params: Any) -> Any:
        """Call a method behind the app's back; the method's own result."""
        answer = self.post("act", user=self.user(person), method=method, params=params)
        assert "error" not in answer or not answer["error"], answer
        return answer["result"]

    def user(self, person: str | int) -> int:
        return self.people[person] if isinstance(person, str) else person

    def calls(self) -> list[dict[str, Any]]:
        """What was asked from outside: everything but the control plane itself and the portal's own pages."""
        return [c for c in self.get("calls")["calls"] if c["via"] not in ("control", "session")]

    def asked(self) -> list[str]:
        """The methods of all answered calls in order, those inside batches included."""
        return Recording(self.calls()).methods

    @contextlib.contextmanager
    def recording(self) -> Iterator[Recording]:
        """Collect what is asked while the block runs: `with sandbox.recording() as seen: …`."""
        before = max((call["n"] for call in self.get("calls")["calls"]), default=0)
        seen = Recording()
        yield seen
        seen.calls = [call for call in self.calls() if call["n"] > before]

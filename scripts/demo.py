"""Start the stand-in portal and the app as in production, say where to look, stop both on Ctrl-C.

With RELOAD=1 (`make dev`) it is for whoever works on the code: both processes start again when a module
changes, pages show what templates, styles and scripts are now, and the app's log is written here as well.

Everything the demo keeps (keys, the app's database, the portal's state, logs) lies in instance/demo/;
`make demo-reset` removes it. Ports come from PORT and SANDBOX_PORT.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from cryptography.fernet import Fernet

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "instance" / "demo"
START_SECONDS = 60
RELOAD = os.environ.get("RELOAD") == "1"


def port_setting(name: str, default: int) -> int:
    """A port from the environment; stops with a sentence when it is none or taken."""
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SystemExit(f"{name} must be a port number from 1 to 65535, not {text!r}.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
        except OSError:
            raise SystemExit(
                f"Port {text} is taken by another program. Choose a free one: {name}=… make demo"
            ) from None
    return int(text)


def keys() -> dict[str, str]:
    """The demo's own keys, made at the first start."""
    file = FOLDER / "keys.json"
    if not file.exists():
        made = {
            "B24_CLIENT_ID": f"local.{secrets.token_hex(7)}",
            "B24_CLIENT_SECRET": secrets.token_urlsafe(32),
            "TOKEN_KEYS": Fernet.generate_key().decode(),
        }
        file.touch(mode=0o600)
        file.write_text(json.dumps(made, indent=1))
    loaded: dict[str, str] = json.loads(file.read_text())
    return loaded


def settings(port: int, sandbox_port: int) -> dict[str, str]:
    """The environment of both processes."""
    portal = f"http://localhost:{sandbox_port}"
    return {
        **os.environ,
        **keys(),
        "APP_URL": f"http://127.0.0.1:{port}",
        "B24_AUTH_SERVERS": f"{portal}/_oauth",
        "B24_JS_URL": f"{portal}/bx24.js",
        "B24_ALLOW_PRIVATE_PORTALS": "1",
        "COMPONENTS": "1",
        "DATABASE_URL": f"sqlite:///{FOLDER / 'stagecraft.sqlite'}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "SANDBOX_URL": portal,
        "SANDBOX_DATA": str(FOLDER / "portal.json"),
        "SANDBOX_LIMITS": "1",
    } | ({"WEB_CONCURRENCY": "1"} if RELOAD else {})


def start(name: str, arguments: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    """One gunicorn, its output in instance/demo/<name>.log; a group of its own, so that Ctrl-C is ours."""
    with (FOLDER / f"{name}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments, *(["--reload"] if RELOAD else [])],
            cwd=ROOT,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def fetch(url: str) -> bytes | None:
    """The body of a loopback address, None while nothing answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, OSError):
        return None


def wait_for(name: str, process: subprocess.Popen[bytes], url: str) -> bytes:
    """Return when `url` answers; stop with the end of the log when the process dies or stays silent."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        body = fetch(url)
        if body is not None:
            return body
        time.sleep(0.1)
    tail = (FOLDER / f"{name}.log").read_text(errors="replace")[-2000:]
    raise SystemExit(f"The {name} did not start. Its log ends with:\n{tail}")


def announce(portal: str, webhooks: dict[str, str]) -> None:
    """Say where to look."""
    print(f"\n  Open  {portal}/\n")
    print("  A portal with invented people and projects. Install Stagecraft from its Market,")
    print("  then open a project's Stagecraft tab. Switch between people at the top of the page.\n")
    print("  Inbound webhooks, for any Bitrix24 client:")
    for person, url in webhooks.items():
        print(f"    {person:<9} {url}")
    print(f"\n  Faults, clock, call log: {portal}/_sandbox")
    print("  Ctrl-C stops; what you did is kept. `make demo-reset` forgets it.\n", flush=True)


def readable(line: str) -> str:
    """A line of the app's log for people: the message, the facts, the traceback on lines of its own."""
    try:
        facts = json.loads(line)
    except ValueError:
        return line
    trace = facts.pop("exc_info", "")
    for name in ("time", "logger", "version"):
        facts.pop(name, None)
    words = [facts.pop("level", ""), facts.pop("message", "")]
    words += [f"{name}={value}" for name, value in facts.items() if value not in ("", None)]
    return " ".join(words) + (f"\n{trace}" if trace else "") + "\n"


def watch(processes: list[subprocess.Popen[bytes]]) -> None:
    """Until a server stops by itself; meanwhile, for whoever works on the code, what the app logs."""
    with (FOLDER / "app.log").open(errors="replace") as log:
        while all(process.poll() is None for process in processes):
            for line in log if RELOAD else ():
                print(readable(line), end="", flush=True)
            time.sleep(0.5)
    raise SystemExit(f"A server stopped by itself; see the logs in {FOLDER}.")


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main() -> None:
    port = port_setting("PORT", 5000)
    sandbox_port = port_setting("SANDBOX_PORT", 5001)
    if port == sandbox_port:
        raise SystemExit("PORT and SANDBOX_PORT must differ.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    env = settings(port, sandbox_port)
    subprocess.run([sys.executable, "-m", "alembic", "-q", "upgrade", "head"], cwd=ROOT, env=env, check=True)
    signal.signal(signal.SIGTERM, interrupted)
    processes: list[subprocess.Popen[bytes]] = []
    sandbox_arguments = [
        "--no-control-socket",
        "-k",
        "gthread",
        "--workers",
        "1",
        "--threads",
        "32",
        "--keep-alive",
        "15",
    ]
    try:
        processes.append(
            start(
                "portal",
                [*sandbox_arguments, "-b", f"127.0.0.1:{sandbox_port}", "sandbox.app:create_app()"],
                env,
            )
        )
        processes.append(start("app", ["-c", "gunicorn.conf.py", "app:create_app()"], env))
        webhooks = json.loads(wait_for("portal", processes[0], f"{env['SANDBOX_URL']}/_sandbox/webhooks"))
        wait_for("app", processes[1], f"{env['APP_URL']}/healthz")
        announce(env["SANDBOX_URL"], webhooks)
        watch(processes)
    except KeyboardInterrupt:
        print("\nStopping …")
    finally:
        stop(processes)


if __name__ == "__main__":
    main()

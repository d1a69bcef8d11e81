"""Fixtures for all tests. Servers are started once per test process, their contents anew for each test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from boards import features  # noqa: F401 (recipes and jobs register themselves)
from tests.support import postgres
from tests.support.installing import install
from tests.support.order import LongestFirst
from tests.support.person import Person
from tests.support.servers import Sandbox, Server, free_port, start_app, start_sandbox
from tests.support.stores import SERVER, Store, on_postgres

# The same examples each time, and no clock: how long an example takes says something about the machine only.
settings.register_profile(
    "repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")

_stack = ExitStack()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--store",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="where the apps of the tests keep their data; for postgresql the tests start a server",
    )


def pytest_configure(config: pytest.Config) -> None:
    """The order of the run; with PostgreSQL one server for all its processes, which the environment names."""
    config.pluginmanager.register(LongestFirst(config))
    if config.getoption("--store") == "postgresql" and not on_postgres():
        if why := postgres.why_not():
            pytest.exit(f"no tests on PostgreSQL: {why}", returncode=1)
        os.environ[SERVER] = _stack.enter_context(postgres.running())


def pytest_unconfigure() -> None:
    _stack.close()


@pytest.fixture(scope="session")
def ports() -> tuple[int, int]:
    """The ports of the stand-in portal and of the app."""
    return free_port(), free_port()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """An empty database on a server of this test process; skips where there is no PostgreSQL."""
    if why := postgres.why_not():
        pytest.skip(why)
    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def sandbox_server(ports: tuple[int, int], folder: Path) -> Iterator[Server]:
    server = start_sandbox(*ports, folder)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def app_server(ports: tuple[int, int], sandbox_server: Server, folder: Path) -> Iterator[Server]:
    """The app under gunicorn; its database file lies beside its log."""
    server = start_app(ports[1], sandbox_server.url, folder)
    yield server
    server.stop()


@pytest.fixture
def sandbox(sandbox_server: Server) -> Sandbox:
    """The stand-in portal, freshly seeded (small), the app not installed."""
    control = Sandbox(sandbox_server.url)
    control.reset("small")
    return control


@pytest.fixture
def empty_app(app_server: Server, folder: Path, ports: tuple[int, int]) -> Server:
    """The app with nothing stored."""
    Store(folder / f"app-{ports[1]}.sqlite").forget_everything()
    return app_server


@pytest.fixture
def store(empty_app: Server, folder: Path, ports: tuple[int, int]) -> Store:
    """The store of the running app."""
    del empty_app
    return Store(folder / f"app-{ports[1]}.sqlite")


@pytest.fixture
def installed(sandbox: Sandbox, empty_app: Server) -> Sandbox:
    """A portal on which an admin has installed the app through its own install page."""
    install(sandbox, empty_app)
    return sandbox


@pytest.fixture
def open_as(installed: Sandbox, empty_app: Server) -> Callable[..., Person]:
    """Open the app as somebody: `open_as("member")`, `open_as("owner", group=5)`."""

    def open_app(who: str | int, *, group: int | None = None, **options: object) -> Person:
        person = Person(installed, empty_app.url, who)
        if group is None:
            return person.open(**options)  # type: ignore[arg-type]
        return person.open("SONET_GROUP_DETAIL_TAB", {"GROUP_ID": str(group)})

    return open_app

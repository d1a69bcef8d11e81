"""What a call costs the one who makes it: the app's client against two others, over TLS, on one portal.

Only CPU time of this process counts; the portal runs in another one.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

import b24pysdk
from fast_bitrix24 import Bitrix
from report import Section, median_of, ratio_of

from b24.client import Client, Command
from b24.limits import Limiter
from b24.transport import Transport
from tests.contract.rest.test_sdks import make_certificate
from tests.support.hook import Hook
from tests.support.servers import Sandbox, free_port, start_sandbox

CALLS = 20
COMMAND = "task.stages.update"


@contextlib.contextmanager
def secure_portal(seed: str) -> Iterator[Sandbox]:
    """A portal over https, whose certificate this process trusts meanwhile."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        certificate, key = make_certificate(folder)
        trusted = {"REQUESTS_CA_BUNDLE": str(certificate), "NO_PROXY": "localhost,127.0.0.1"}
        with mock.patch.dict(os.environ, trusted), contextlib.ExitStack() as stack:
            portal = start_sandbox(free_port(), free_port(), folder, tls=(certificate, key))
            stack.callback(portal.stop)
            sandbox = Sandbox(portal.url)
            sandbox.session.verify = str(certificate)
            sandbox.reset(seed)
            yield sandbox


def callers(hook: str, stage_id: int) -> dict[str, Callable[[], object]]:
    """Client → the same write."""
    fields = {"COLOR": "12AB9F"}
    parts = urlsplit(hook)
    own = Client(
        Transport(allow_private=True, verify=os.environ["REQUESTS_CA_BUNDLE"]), Hook(hook), Limiter(1e6, 1e6)
    )
    token = parts.path.removeprefix("/rest/").strip("/")
    vendor = b24pysdk.Client(b24pysdk.BitrixWebhook(domain=parts.netloc, webhook_token=token))
    fast = Bitrix(hook, verbose=False, respect_velocity_policy=False, ssl=False)
    return {
        "own": lambda: own.call(Command(COMMAND, {"id": stage_id, "fields": fields})),
        "b24pysdk": lambda: vendor.task.stages.update(bitrix_id=stage_id, fields=fields).result,
        "fast-bitrix24": lambda: fast.call(COMMAND, {"id": stage_id, "fields": fields}),
    }


def cost(work: Callable[[], object]) -> float:
    """Milliseconds of CPU time per call."""
    began = time.process_time()
    for _ in range(CALLS):
        work()
    return (time.process_time() - began) * 1000 / CALLS


def one_round(hook: str, stage_id: int) -> dict[str, float]:
    """Cost by client, each made anew and warmed up by a call that does not count.

    Made anew, because fast-bitrix24 has 50 calls and then waits for its own bucket, whatever it is told; what
    waiting costs it is not what is compared.
    """
    them = callers(hook, stage_id)
    for work in them.values():
        work()
    return {name: cost(work) for name, work in them.items()}


def measure(quick: bool) -> Section:
    with secure_portal("small") as sandbox:
        stages = sandbox.act("owner", "task.stages.get", entityId=sandbox.main_group_id)
        hook, stage_id = sandbox.get("webhooks")["owner"], int(next(iter(stages)))
        rounds = [one_round(hook, stage_id) for _ in range(2 if quick else 25)]
    vendor = [(one["own"], one["b24pysdk"]) for one in rounds]
    fast = [(one["fast-bitrix24"], one["own"]) for one in rounds]
    return Section(
        "A call of the client",
        f"CPU time of the calling process for one `{COMMAND}` over TLS, the portal in a process of its own; "
        f"rounds of {CALLS} calls by each client in turn, after a first one that does not count. The app's "
        "client checks addresses and keeps the portal's limits meanwhile; fast-bitrix24 does not check the "
        "certificate here.",
        [
            *(median_of(f"{name}, CPU per call", [one[name] for one in rounds], "ms") for name in rounds[0]),
            ratio_of("b24pysdk ÷ the app's client", vendor, goal=3.0, at_least=True),
            ratio_of("the app's client ÷ fast-bitrix24", fast, goal=1.0),
        ],
    )

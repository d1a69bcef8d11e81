"""The method families; importing this package fills the table of `sandbox.registry`."""

from importlib import import_module
from importlib.util import find_spec

for _family in ("apps", "events", "groups", "offline_events", "placements", "stages", "system", "tasks", "users"):
    if find_spec(f"sandbox.methods.{_family}"):
        import_module(f"sandbox.methods.{_family}")

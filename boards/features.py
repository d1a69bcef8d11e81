"""The modules of all features, imported so that they register what `boards.core` looks up: recipes and jobs.

Whoever undoes, goes on with a job or reads the journal imports this first. No list says which modules
register something, so none can be forgotten: its recipe would count as one of a newer release.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from boards import crm, kanban, scrum

for feature in (crm, kanban, scrum):
    for module in iter_modules(feature.__path__, f"{feature.__name__}."):
        import_module(module.name)

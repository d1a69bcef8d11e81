"""The features, imported so that they register what `boards.core` looks up: recipes, jobs, looks.

Whoever undoes, goes on with a job or reads the journal imports this first.
"""

from __future__ import annotations

__all__: list[str] = []

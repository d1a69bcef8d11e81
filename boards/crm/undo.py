"""What the CRM registers with `boards.core`: the modules with its undo recipes and jobs, imported."""

from __future__ import annotations

from boards.crm import changes, deletion, jobs

__all__ = ["changes", "deletion", "jobs"]

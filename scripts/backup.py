"""`make backup`: a copy of the SQLite store that is whole, while the app goes on working.

The file is named by BACKUP (default `stagecraft-backup.db`) and never overwrites another one. It holds no
secret in clear: without TOKEN_KEYS its tokens are of no use, so keep the keys elsewhere and keep them.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sqlalchemy as sa

from config import database_url


def backup(source: Path, target: Path) -> None:
    """Copy the database file `source` as it is at one moment to `target`; SystemExit says why not."""
    if not source.exists():
        raise SystemExit(f"There is no database at {source}.")
    if target.exists():
        raise SystemExit(f"{target} is there already; choose another name with BACKUP=…")
    with (
        contextlib.closing(sqlite3.connect(source)) as here,
        contextlib.closing(sqlite3.connect(target)) as there,
    ):
        here.backup(there)
        verdict = there.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise SystemExit(f"The copy is not sound: {verdict}")


def main() -> None:
    address = sa.make_url(database_url())
    if address.get_backend_name() != "sqlite" or not address.database:
        raise SystemExit("The store is not SQLite: use pg_dump (docs/operate.md, Backup and restore).")
    target = Path(os.environ.get("BACKUP") or "stagecraft-backup.db")
    backup(Path(address.database), target)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()

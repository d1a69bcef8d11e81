"""`make rotate-keys`: bring every stored secret under the first key of TOKEN_KEYS.

1. Put a new key in front of TOKEN_KEYS and restart the app: it reads with both and writes with the new one.
   Several nodes need it behind the old one first, all of them: else those restarted last cannot read it.
2. Run this with the same DATABASE_URL and TOKEN_KEYS; the app may go on working.
3. Remove the old keys and restart.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from config import ConfigError, database_url, token_keys
from store.database import Database
from store.rotation import rotate
from store.vault import VaultError


def main() -> None:
    try:
        db = Database(database_url(), token_keys(os.environ))
        count = rotate(db)
    except (ConfigError, VaultError) as error:
        raise SystemExit(f"Nothing is lost, but not everything is done: {error}") from None
    print(f"{count} secrets are under the first key of TOKEN_KEYS now; the other keys may be removed.")
    db.close()


if __name__ == "__main__":
    main()

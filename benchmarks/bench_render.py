"""What rendering costs: HTML of 20 stages and 500 cards against decoding the same amount of JSON."""

from __future__ import annotations

import gzip
import json
from dataclasses import asdict

from cryptography.fernet import Fernet
from support import seconds

from app import create_app
from config import Config
from tests.support.fake_board import fake_board
from web.boards import board_page


def main() -> None:
    settings = {
        "B24_CLIENT_ID": "bench",
        "B24_CLIENT_SECRET": "bench",
        "B24_ALLOW_PRIVATE_PORTALS": "1",
        "TOKEN_KEYS": Fernet.generate_key().decode(),
        "DATABASE_URL": "sqlite://",
    }
    app = create_app(Config.from_env(settings), worker=False)
    board = fake_board(20, 500)
    text = json.dumps(asdict(board), default=str)
    with app.test_request_context():
        page = board_page(board)
        ratio = seconds(lambda: board_page(board)) / seconds(lambda: json.loads(text))
    print(f"rendering / decoding its JSON once: {ratio:.1f}")
    print(f"HTML, kB gzipped: {len(gzip.compress(page.encode())) / 1000:.1f} (limit 60)")


if __name__ == "__main__":
    main()

"""Encryption of what would let somebody act for a portal: tokens and application tokens.

Secrets are encrypted before they become values of a statement, not by a type of their columns: a statement,
and an error that carries one, then never holds a readable secret, rotation reads columns as they are stored,
and a portal stays readable whose token is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class VaultError(Exception):
    """A stored secret cannot be read with the present keys: a key was removed too early."""


class Vault:
    """Encrypts with the first of its Fernet `keys`, decrypts with any of them (docs/operate.md, "Keys")."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def encrypt(self, plain: str) -> str:
        """`plain`, encrypted; "" stays ""."""
        return self._open().encrypt(plain.encode()).decode() if plain else ""

    def decrypt(self, sealed: str) -> str:
        """What was encrypted; VaultError when no key fits."""
        if not sealed:
            return ""
        try:
            return self._open().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise VaultError("no key in TOKEN_KEYS opens a stored secret") from None

    def rotate(self, sealed: str) -> str:
        """The same secret, encrypted with the first key."""
        return self.encrypt(self.decrypt(sealed))

    def _open(self) -> MultiFernet:
        if self._fernet is None:
            raise VaultError("no TOKEN_KEYS")
        return self._fernet


def fingerprint(token: str) -> str:
    """SHA-256 in hex: how a session token is stored. It is random and long, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()

"""Secrets at rest: sealed with a key of the home that stands in no catalog and in no backup.

Flows in: a home's folder; secrets of alerts, or what was kept of them. Flows out: the sealed text, or the secret again. The key is made on first
use, readable by the owner only. Where it is missing or another one, what it sealed stays closed: that is an answer, never an error.
"""

import os
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from theriac.errors import HomeError

KEY_FILE = "secrets.key"
_MARK = "sealed:"


class Seal:
    """The seal of one home."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY_FILE

    @cached_property
    def _fernet(self) -> Fernet:
        if not self.path.exists():
            aside = self.path.with_name(f"{KEY_FILE}.{os.getpid()}")
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(Fernet.generate_key())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its key counts
                os.link(aside, self.path)
            aside.unlink()
        try:
            return Fernet(self.path.read_bytes().strip())
        except ValueError as error:
            raise HomeError(f"{self.path} holds no key; put the home's own one back, or remove it and give the alerts' addresses again") from error

    def closed(self, secret: str) -> str:
        """The secret as it may be kept; nothing stays nothing."""
        return _MARK + self._fernet.encrypt(secret.encode()).decode() if secret else ""

    def opened(self, kept: str) -> str:
        """The secret again, or nothing where this home does not have the key that sealed it."""
        if not kept.startswith(_MARK):
            return kept
        try:
            return self._fernet.decrypt(kept.removeprefix(_MARK)).decode()
        except InvalidToken:
            return ""

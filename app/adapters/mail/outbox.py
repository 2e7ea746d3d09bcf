"""The development outbox: letters become files in a folder instead of being sent."""

import os
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from app.adapters.gateways.base import Verification
from app.adapters.mail.base import Letter

__all__ = ["Outbox"]


class Outbox:
    """A folder of letters, readable by its owner alone: they hold links that let people in."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, letter: Letter) -> None:
        """Write a letter down; sent once more it takes the place of the first."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = letter.message_id.partition("@")[0]
        draft = self._folder / f".{name}"
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(letter.as_message("gatehouse@localhost").as_bytes())
        draft.replace(self._folder / f"{name}.eml")

    def verify(self) -> Verification:
        """There is nobody to ask: it is a folder."""
        return Verification(str(self._folder), None)

    def latest(self, count: int = 50) -> Sequence[EmailMessage]:
        """What was sent last, the newest first: names begin with the time."""
        newest = sorted(self._folder.glob("*.eml"), reverse=True)[:count]
        return [message_from_bytes(one.read_bytes(), policy=policy.default) for one in newest]

"""SQLite's files: nobody else on the machine reads them."""

import os
from typing import Any

from sqlalchemy import Dialect, Engine, event

__all__ = ["keep_private"]


def keep_private() -> None:
    """From here on, whichever engine makes a database file makes it for its owner alone; SQLite
    gives the `-wal` and `-shm` beside it the same mode."""
    if not event.contains(Engine, "do_connect", _make_file):
        event.listen(Engine, "do_connect", _make_file)


def _make_file(dialect: Dialect, _record: object, arguments: list[Any], _options: object) -> None:
    if dialect.name != "sqlite" or not arguments or not os.path.isabs(arguments[0]):
        return
    try:
        # A file that is there already is not opened: closing it again would drop the locks that
        # SQLite holds on it in this process.
        os.close(os.open(arguments[0], os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except OSError:
        return  # it exists, or SQLite says better why it cannot

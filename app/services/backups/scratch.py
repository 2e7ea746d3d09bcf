"""A database that is there for a drill alone: made for it, filled from a backup, dropped again."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import make_url

from app.extensions import settings
from app.kit.dumps import Unreadable
from app.kit.errors import Refused
from app.services.backups.files import Kind

__all__ = ["Scratch", "restored"]


@dataclass(frozen=True)
class Scratch:
    """Where a restored backup is, and in which schema of it; empty for the one a role finds."""

    address: str = field(repr=False)
    schema: str = ""


@contextmanager
def restored(path: Path, kind: Kind) -> Iterator[Scratch]:
    """Restore a backup into a scratch database, which is there until the block ends, however it
    ends (a flow). Raises Unreadable for a backup that cannot be restored, and Refused where there
    can be no scratch database."""
    if kind is Kind.sqlite:
        with TemporaryDirectory() as folder:
            yield Scratch(_copied(path, Path(folder) / "scratch.sqlite3"))
        return
    live = make_url(settings().migration_url)
    if live.get_backend_name() != "postgresql":
        raise Refused(
            "This is a dump of PostgreSQL: set DATABASE_URL, for this command, to a PostgreSQL"
            " server on which a scratch database may be made",
            "no_scratch",
        )
    # Which an installation on SQLite never loads.
    from app.services.backups.on_postgresql import filled

    with filled(live, path, kind) as (url, schema):
        yield Scratch(url.render_as_string(hide_password=False), schema)


def _copied(path: Path, scratch: Path) -> str:
    """Raises Unreadable also for a file that SQLite goes on writing beside: it is no copy."""
    beside = path.with_name(f"{path.name}-wal")
    if beside.is_file() and beside.stat().st_size:
        raise Unreadable(
            f"a part of it still lies in {beside.name}: copy databases by VACUUM INTO, not as files"
        )
    shutil.copyfile(path, scratch)
    try:
        with closing(sqlite3.connect(scratch)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise Unreadable("SQLite cannot read it: it is damaged, or not all of it") from error
    if found != "ok":
        raise Unreadable("SQLite finds it damaged")
    return f"sqlite:///{scratch}"

"""`flask --app wsgi backup verify`: a backup nobody restored is a hope."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from flask import Flask
from flask.cli import AppGroup

from app import extensions
from app.cli.operate import tell
from app.cli.setup import refusals
from app.extensions import db, settings
from app.kit.dumps import Unreadable
from app.services import backups
from app.services.backups import Scratch
from app.services.doctor import Check
from config import ROOT

__all__ = ["register"]

backup = AppGroup("backup", help="Backups of the database.")
_POLITE = (signal.SIGTERM, signal.SIGHUP)  # the latter when a connection to the server is lost
_NEWER = "use the Gatehouse that wrote it, or a newer one"


def register(app: Flask) -> None:
    app.cli.add_command(backup)


@backup.command("verify")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@refusals
def verify(file: Path | None) -> None:
    """Restore a backup into a scratch database and look whether all of it is there; exit 1 when
    not.

    FILE is a dump by pg_dump (custom, directory, tar or plain) or a copy of a SQLite database;
    without it a backup is made now. The live database is not written to, and the scratch database
    is dropped again.
    """
    with _ends_in_order(), TemporaryDirectory() as folder:
        found = _drill(file or backups.fresh(Path(folder)))
    if not tell(found):
        click.echo("This backup is not to be relied on.")
        raise SystemExit(1)
    click.echo("This backup can be restored.")


def _drill(path: Path) -> list[Check]:
    kind = backups.kind_of(path)
    found = [Check("file", True, kind)]
    try:
        with backups.restored(path, kind) as scratch:
            return [*found, *_looked_at(scratch)]
    except Unreadable as error:
        return [*found, Check("restore", False, str(error), "take another backup")]


def _looked_at(scratch: Scratch) -> list[Check]:
    app = _app_on(scratch)
    with app.app_context():
        try:
            schema = _schema()
            return [schema, *(backups.everything() if schema.is_ok else [])]
        finally:
            for engine in db.engines.values():
                engine.dispose()


def _app_on(scratch: Scratch) -> Flask:
    """This installation, with its keys, knowing no database but the scratch one."""
    from app import create_app  # which imports the commands

    nowhere = {"DATABASE_MIGRATION_URL": "", "DATABASE_POOLER": "none", "REDIS_URL": ""}
    there = {"DATABASE_URL": scratch.address, "DATABASE_SCHEMA": scratch.schema}
    app = create_app({**settings().environment, **nowhere, **there})
    extensions.use_migrations(app)
    return app


def _schema() -> Check:
    """An older backup is brought up to date, as it would be after restoring it."""
    age = backups.age(str(ROOT / "migrations"))
    if not age.at:
        return Check("schema", False, "these are not Gatehouse's tables", "is it the right file?")
    if age.behind is None:
        return Check("schema", False, f"revision {age.at} is not known here", _NEWER)
    if not age.behind:
        return Check("schema", True, f"revision {age.at}, the newest")
    said = f"revision {age.at}, {age.behind} older than {age.newest}"
    if problem := _upgrade():
        return Check("schema", False, f"{said}, and cannot be brought up to date: {problem}")
    return Check("schema", True, f"{said}; `db upgrade` brought the copy up to date")


def _upgrade() -> str:
    """What stops the migrations, without the server's words, which repeat what is in rows."""
    from flask_migrate import upgrade

    try:
        upgrade(directory=str(ROOT / "migrations"))
    except Exception as error:
        return type(error).__name__
    return ""


@contextmanager
def _ends_in_order() -> Iterator[None]:
    """A polite end is one like any other: what was made goes first, undisturbed by a second one,
    as shells send it when their terminal goes. What is ignored, as under nohup, stays so."""
    found = {one: signal.getsignal(one) for one in _POLITE}
    before = {one: handler for one, handler in found.items() if handler != signal.SIG_IGN}

    def end(number: int, _frame: object) -> None:
        for one in before:
            signal.signal(one, signal.SIG_IGN)
        raise SystemExit(128 + number)

    for one in before:
        signal.signal(one, end)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)

"""Taking a backup, verifying it, and what has to be true afterwards."""

import hashlib
import sqlite3
import subprocess
from contextlib import closing

import psycopg
from sqlalchemy import inspect, make_url

from app.extensions import db
from tests.cli.conftest import runner
from tests.servers import postgres

ANOTHER_KEY = "another-key-5d4c3b2a190807f6e5d4"


def url_of(app):
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)


def asked(app, query):
    with psycopg.connect(conninfo(app), autocommit=True) as connection:
        return connection.execute(query).fetchall()


def conninfo(app):
    return make_url(url_of(app)).set(drivername="postgresql").render_as_string(hide_password=False)


def take(app, path, *options):
    """A backup as docs/operations.md says."""
    url = make_url(url_of(app))
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database)) as connection:
            connection.execute(f"VACUUM INTO '{path}'")
        return path
    words = options or ("--format=custom",)
    command = [postgres.programs() / "pg_dump", *words, f"--file={path}", conninfo(app)]
    subprocess.run(command, check=True)
    return path


def checksum(app):
    """Of every row of every table."""
    with app.app_context(), db.engine.connect() as connection:
        rows = [
            sorted(repr(tuple(row)) for row in connection.exec_driver_sql(f'SELECT * FROM "{one}"'))
            for one in sorted(inspect(connection).get_table_names())
        ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def scratch_of(app):
    """Scratch databases on the server."""
    query = "SELECT datname FROM pg_database WHERE datname LIKE 'gatehouse_scratch_%'"
    return asked(app, query) if url_of(app).startswith("postgresql") else []


def verified(app, *words, ok):
    """The command's lines; the live database is as before, and no scratch database is left."""
    before = checksum(app)
    result = runner(app)("backup", "verify", *words)
    assert result.exit_code == (0 if ok else 1), (result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert checksum(app) == before
    assert scratch_of(app) == []
    return result.output.splitlines()


def wrong(lines):
    return [one for one in lines if one.startswith("FAIL")]

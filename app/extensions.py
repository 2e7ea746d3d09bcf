"""The shared objects of the app, and the two ways to use the database: transaction(), reading()."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, current_app, request
from flask_babel import Babel
from flask_limiter import Limiter
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf import CSRFProtect
from sqlalchemy import Connection, Engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import ORMExecuteState, Session

from app.kit.bell import Bell, LocalBell, RedisBell
from app.kit.crypto import Keyring
from app.kit.orm import Base
from app.kit.sqlite import keep_private
from app.kit.tenancy import OrgScoped, TenantSession, current_org, guard
from config import ROOT, Settings

__all__ = [
    "AWAY",
    "Transaction",
    "babel",
    "bell",
    "changed",
    "csrf",
    "db",
    "in_transaction",
    "insert_once",
    "keyring",
    "limiter",
    "reading",
    "settings",
    "this_transaction",
    "transaction",
]


class GatehouseSession(TenantSession, FlaskSession):
    """Flask-SQLAlchemy's session with the tenant guard, and a lighter engine for reading."""

    def get_bind(self, *args: Any, **options: Any) -> Engine | Connection:
        if _reading.get():
            reader: Engine = current_app.extensions["reader"]
            return reader
        return super().get_bind(*args, **options)


# What says that the database cannot be reached, or gives no connection in time.
AWAY = (OperationalError, InterfaceError, PoolTimeout)

db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": GatehouseSession, "expire_on_commit": False},
)
csrf = CSRFProtect()
babel = Babel()


def _address() -> str:
    return request.remote_addr or "unknown"


limiter = Limiter(key_func=_address, headers_enabled=False)

guard(GatehouseSession)


class Transaction:
    """One open transaction; what it collected is done after the commit, best effort."""

    def __init__(self) -> None:
        self._after: list[Callable[[], object]] = []
        self._rings = False

    def after_commit(self, call: Callable[[], object]) -> None:
        """Call something once the commit has happened; not at all when it has not."""
        self._after.append(call)

    def ring_after_commit(self) -> None:
        """Tell a worker, once, that this transaction left it something to do."""
        self._rings = True

    def finish(self) -> None:
        for call in self._after:
            call()
        if self._rings:
            bell().ring()


_open: ContextVar["Transaction | None"] = ContextVar("transaction", default=None)
_reading: ContextVar[bool] = ContextVar("reading", default=False)


def in_transaction() -> bool:
    """True while this thread holds a transaction or a pooled connection."""
    return _open.get() is not None or _reading.get()


@contextmanager
def transaction() -> Iterator[Transaction]:
    """One step: everything in the block commits together or leaves no trace.

    Steps never nest: a second one inside raises RuntimeError. Objects stay readable after the
    block but belong to no session, so the next step has to read again what it changes.
    """
    if in_transaction():
        raise RuntimeError("a step never calls a step")
    current = Transaction()
    token = _open.set(current)
    try:
        yield current
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        _open.reset(token)
        db.session.close()
    current.finish()


def this_transaction() -> Transaction:
    """The open transaction, for parts. Raises RuntimeError outside of one."""
    current = _open.get()
    if current is None:
        raise RuntimeError("a part needs an open transaction")
    return current


@contextmanager
def reading() -> Iterator[Any]:
    """Read, then give the connection back; a write inside raises RuntimeError."""
    if in_transaction():
        raise RuntimeError("read with the open transaction instead")
    token = _reading.set(True)
    try:
        yield db.session
    finally:
        _reading.reset(token)
        db.session.close()


def insert_once(model: type[Any], **values: Any) -> bool:
    """Insert a row unless a unique key already holds it; False when it does (a part).

    The unique key decides, not a SELECT: of two workers exactly one gets True.
    """
    this_transaction()
    if issubclass(model, OrgScoped):
        values.setdefault("org_id", current_org())
        if values["org_id"] != current_org():
            raise RuntimeError("a row of another organization")
    session = db.session
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    key = inspect(model).primary_key[0]
    statement = insert(model).values(**values).on_conflict_do_nothing().returning(key)
    found = session.execute(statement, execution_options={"insert_once": True}).first()
    return found is not None


def changed(statement: Any) -> int:
    """Run an UPDATE or DELETE (a part); how many rows it changed.

    Its WHERE is the decision: of two that race for a row one gets 1, the other 0.
    """
    this_transaction()
    result: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(result.rowcount)


@event.listens_for(GatehouseSession, "do_orm_execute")
def _only_inside(state: ORMExecuteState) -> None:
    if _open.get() is None:
        if not _reading.get():
            raise RuntimeError("use the database inside transaction() or reading()")
        if state.is_insert or state.is_update or state.is_delete:
            raise RuntimeError("reading() does not write")


@event.listens_for(GatehouseSession, "before_flush")
def _only_in_a_step(session: Session, _context: object, _instances: object) -> None:
    if _open.get() is None and (session.new or session.dirty or session.deleted):
        raise RuntimeError("write inside transaction()")


def bell() -> Bell:
    """The bell of the current app: Redis where there is one, else one inside this process."""
    found: Bell = current_app.extensions["bell"]
    return found


def settings() -> Settings:
    """The environment of the current app, read and checked."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def keyring() -> Keyring:
    """The keys that seal and open credentials."""
    found: Keyring = current_app.extensions["keyring"]
    return found


def init_app(app: Flask) -> None:
    """Wire the extensions to one app."""
    keep_private()
    db.init_app(app)
    csrf.init_app(app)
    limiter.init_app(app)
    redis_url = app.config["SETTINGS"]["REDIS_URL"]
    app.extensions["bell"] = RedisBell(redis_url) if redis_url else LocalBell()
    with app.app_context():
        app.extensions["reader"] = _reader(db.engine)


def use_migrations(app: Flask) -> None:
    """Make `flask db` work. Apart from init_app because it imports Alembic."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(ROOT / "migrations"), compare_type=False)


def _reader(engine: Engine) -> Engine:
    """What reading() uses. PostgreSQL shows each statement its own moment anyway, so BEGIN and
    ROLLBACK around reads would be two round trips for nothing."""
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _prepare_sqlite(engine: Engine) -> None:
    """WAL, fsync at each commit, and steps that take the write lock at their start: a transaction
    that reads first and writes later would otherwise fail when another one wrote in between."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, begins transactions
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if _open.get() is None else "BEGIN IMMEDIATE")

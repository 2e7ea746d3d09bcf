"""Is this installation fit to run? Each check says what is wrong and how to mend it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import func, inspect, select

from app.extensions import AWAY, bell, db, keyring, reading, settings
from app.kit import clock
from app.kit.crypto import Keyring
from app.models import Task
from app.registry import gateways
from app.services import sealing

__all__ = ["Check", "essential", "everything", "readiness", "unknown_keys"]

KEYS_ARE_FRESH = 60.0  # seconds a look at every sealed value is good for, where strangers may ask


@dataclass(frozen=True)
class Check:
    """One look at one thing; `fix` says in a line what to do."""

    name: str
    is_ok: bool
    found: str
    fix: str = ""
    warns: bool = False  # fit to run, but not as it should be


def essential() -> list[Check]:
    """What must be right before a request may be answered: database, migrations, keys. Ends with
    the first that is wrong, since each needs the one before."""
    return _until_wrong(_database, _migrations, _keys)


def readiness() -> list[Check]:
    """The essential checks as anybody may ask for them, as often as they like: keys are looked for
    once a minute in each process, and one damaged value does not count. It is one organization's;
    a key that is gone is everybody's."""
    return _until_wrong(_database, _migrations, _keys_lately)


def _until_wrong(*checks: Callable[[], Check]) -> list[Check]:
    found: list[Check] = []
    for check in checks:
        found.append(_run(check))
        if not found[-1].is_ok:
            break
    return found


def everything() -> list[Check]:
    """The essential checks and what else an operator should know."""
    found = essential()
    if all(check.is_ok for check in found):
        found.append(_run(_tasks))
    return [*found, *(_run(check) for check in (_redis, _public_url, _gateways, _storage, _mail))]


def _run(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except AWAY:
        name = check.__name__.strip("_")
        return Check(name, False, "the database does not answer", "look at DATABASE_URL")


def _database() -> Check:
    with db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    return Check("database", True, db.engine.dialect.name)


def _migrations() -> Check:
    """The tables of the models are all there. (Alembic itself is asked by `flask db current`.)"""
    there = inspect(db.engine).get_table_names(schema=settings().database_schema)
    missing = set(db.metadata.tables) - set(there)
    return Check(
        "migrations",
        not missing,
        f"{len(missing)} tables missing" if missing else "all tables there",
        "run `flask --app wsgi db upgrade`",
    )


def _keys() -> Check:
    unknown, warnings = unknown_keys(), settings().warnings
    if unknown:
        names = ", ".join(sorted(one or "none, or damaged" for one in unknown))
        fix = "put the old key into INTEGRATION_ENCRYPTION_KEY_PREVIOUS"
        return Check("encryption key", False, f"values sealed with unknown keys: {names}", fix)
    return Check("encryption key", True, "; ".join(warnings) or "known", warns=bool(warnings))


_seen: WeakKeyDictionary[Keyring, tuple[float, set[str]]] = WeakKeyDictionary()


def _keys_lately() -> Check:
    ring = keyring()
    until, unknown = _seen.get(ring, (0.0, set()))
    if time.monotonic() >= until:
        unknown = {kid for kid in unknown_keys() if kid}
        _seen[ring] = time.monotonic() + KEYS_ARE_FRESH, unknown
    return Check("encryption key", not unknown, "asked within the last minute")


def unknown_keys() -> set[str]:
    """Ids of keys that sealed something here and are not in the environment; an empty one stands
    for values that are damaged or not sealed. Records nothing works with are left out: there may
    be very many, and this is asked again and again."""
    at_work = [column for column in sealing.COLUMNS if not column.is_record]
    return set(sealing.kids(at_work)) - set(keyring().keys)


def _redis() -> Check:
    if not settings()["REDIS_URL"]:
        several = settings().is_production and int(settings()["WEB_CONCURRENCY"]) > 1
        found = "not configured: work runs from the database alone"
        counts = ", but each web process counts request rates by itself" if several else ""
        fix = "set REDIS_URL, or WEB_CONCURRENCY=1, for limits that hold"
        return Check("redis", True, found + counts, fix, warns=several)
    return Check("redis", bell().ring(), "asked", "start Redis, or remove REDIS_URL")


def _tasks() -> Check:
    with reading() as session:
        oldest = session.scalar(
            select(func.min(Task.due_at)).where(Task.dead_at.is_(None), Task.due_at <= clock.now())
        )
        dead = session.scalar(
            select(func.count()).select_from(
                select(Task.id).where(Task.dead_at.is_not(None)).limit(1000).subquery()
            )
        )
    late = (clock.now() - oldest).total_seconds() if oldest else 0.0
    return Check(
        "background work",
        late < 60,
        f"oldest due task waits {late:.0f} s, {dead} given up",
        "run `flask --app wsgi worker`",
    )


def _public_url() -> Check:
    url = settings().public_base_url
    good = url.startswith("https://") or not settings().is_production
    return Check("public address", good, url, "set PUBLIC_BASE_URL to an https address")


def _gateways() -> Check:
    name = settings().default_gateway
    known: Any = gateways().get(name)
    good = bool(known and known.is_active)
    return Check("default gateway", good, name, "set PAYMENT_GATEWAY to an active gateway")


def _storage() -> Check:
    sqlite = db.engine.dialect.name == "sqlite"
    return Check(
        "storage",
        True,
        "SQLite" if sqlite else "PostgreSQL",
        "use PostgreSQL in production",
        warns=sqlite and settings().is_production,
    )


def _mail() -> Check:
    if settings().service_value("SMTP_HOST"):
        good = bool(settings().service_value("SMTP_FROM"))
        return Check("mail", good, "by SMTP" if good else "without a sender", "set SMTP_FROM")
    if settings().is_production:
        found = "not set up: nobody can be invited or get a new password by mail"
        return Check("mail", True, found, "set SMTP_HOST and SMTP_FROM", warns=True)
    return Check("mail", True, "kept in the outbox, not sent")

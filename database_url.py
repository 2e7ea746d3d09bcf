"""Database addresses: as hosts print them, and as SQLAlchemy and psycopg 3 need them."""

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

__all__ = ["names_a_pooler", "normalise_database_url", "problem_of"]

# Where Supabase's pooler, and others after it, hand out sessions for one transaction at a time.
_POOLER_PORT = "6543"
_POSTGRESQL, _SQLITE = "postgresql+psycopg://", "sqlite:///"
# Prisma's word for such a pooler, printed by many hosts; PostgreSQL's own library refuses it.
_SAYS_POOLER = "pgbouncer"
_SETTING_INSTEAD = {"prepare_threshold": "DATABASE_POOLER=transaction", "schema": "DATABASE_SCHEMA"}
_NEEDLESS = {"connection_limit", "pool_timeout", "pool_size", "supa", "workaround"}
_SHAPE = (
    "must be like postgresql://user:password@host:5432/name, with @, :, /, ?, # and % in the"
    " password percent-encoded"
)
_UNKNOWN = (
    "must not carry what PostgreSQL does not know after the ?, such as a part of a password, which"
    " has to be percent-encoded"
)


def normalise_database_url(url: str) -> str:
    """The scheme SQLAlchemy and psycopg 3 expect, whatever the host printed, without `pgbouncer=`,
    which names_a_pooler reads and nobody else understands."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = _POSTGRESQL + url.removeprefix(scheme)
    address, _, query = url.partition("?")
    kept = [one for one in query.split("&") if one and one.partition("=")[0] != _SAYS_POOLER]
    return "?".join([address, *(["&".join(kept)] if kept else [])])


def names_a_pooler(url: str) -> bool:
    """Whether an address says by itself that a pooler in transaction mode answers there: by
    `pgbouncer=true` or by the port that hosts have for it. False for one that has a problem."""
    parsed = _parsed(url)
    if parsed is None or not parsed.drivername.startswith("postgres"):
        return False
    port = str(parsed.port or parsed.query.get("port") or "")
    says = parsed.query.get(_SAYS_POOLER) == "true"
    return says or port == _POOLER_PORT


def problem_of(url: str) -> str | None:
    """What is wrong with a normalised address, as "must …"; never a part of the address, in which
    anything may be a password. None when nothing is."""
    if url.startswith(_SQLITE):
        return None
    if not url.startswith(_POSTGRESQL):
        return "must start with postgresql:// or sqlite:///"
    if "[YOUR-PASSWORD]" in url:
        return "must have the password in it, where [YOUR-PASSWORD] stands"
    parsed = _parsed(url)
    if parsed is None or url.count("@") > 1:
        return _SHAPE
    return _problem_of_query(set(parsed.query))


def _problem_of_query(names: set[str]) -> str | None:
    for name, setting in _SETTING_INSTEAD.items():
        if name in names:
            # psycopg would take the text of prepare_threshold for a number, at every statement.
            return f"must not carry {name}: take it out and set {setting}"
    if needless := sorted(names & _NEEDLESS):
        return f"must not carry {', '.join(needless)}: take that out, Gatehouse needs no such word"
    if names - _known_to_postgresql():
        return _UNKNOWN
    return None


def _known_to_postgresql() -> set[str]:
    """What the library that connects understands, in the version that is installed."""
    from psycopg import pq  # which an installation on SQLite never loads

    return {one.keyword.decode() for one in pq.Conninfo.get_defaults()}


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        return None

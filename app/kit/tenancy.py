"""The tenant guard: every statement belongs to one organization, and forgetting that fails.

Three layers, because ORM criteria alone leak through the identity map, through Core statements
and through objects loaded under another organization: criteria on every ORM statement, a refusal
of everything that is not one, checked `get` and `refresh`, and a check at flush.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import ForeignKey, String, bindparam, event, false, inspect
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    declared_attr,
    mapped_column,
    with_loader_criteria,
)

__all__ = [
    "CrossTenant",
    "NoOrganization",
    "OrgScoped",
    "TenantSession",
    "across_organizations",
    "as_org",
    "current_org",
    "guard",
]

_org: ContextVar[str | None] = ContextVar("organization", default=None)
_across: ContextVar[str | None] = ContextVar("across_organizations", default=None)


class NoOrganization(RuntimeError):
    """A tenant's table was touched before it was known whose request or task this is."""


class CrossTenant(RuntimeError):
    """A row of another organization was about to be read or written."""


class OrgScoped:
    """Mixed into every table that belongs to an organization."""

    @declared_attr
    def org_id(cls) -> Mapped[str]:
        return mapped_column(
            String(40), ForeignKey("organizations.id", deferrable=True, initially="DEFERRED")
        )


@contextmanager
def as_org(org_id: str) -> Iterator[None]:
    """Work for one organization until the block ends."""
    token = _org.set(org_id)
    across = _across.set(None)
    try:
        yield
    finally:
        _across.reset(across)
        _org.reset(token)


@contextmanager
def across_organizations(reason: str) -> Iterator[None]:
    """Lift the guard, for the few places that must look before an organization is known.

    `reason` is for the reader; a test keeps the list of places that may do this.
    """
    if not reason:
        raise ValueError("say why the guard is lifted")
    token = _across.set(reason)
    try:
        yield
    finally:
        _across.reset(token)


def current_org() -> str:
    """Whose work this is. Raises NoOrganization."""
    org = _org.get()
    if org is None:
        raise NoOrganization("no organization is set for this request or task")
    return org


class TenantSession(Session):
    """A session that also guards what bypasses ORM criteria: `get`, `refresh`, bulk methods."""

    def _get_impl(self, *args: Any, **options: Any) -> Any:
        """What `get`, `get_one` and the legacy `Query.get` end in."""
        return _checked(super()._get_impl(*args, **options))

    def bulk_save_objects(self, *_args: Any, **_options: Any) -> None:
        raise CrossTenant("bulk methods see neither criteria nor flush")

    def bulk_insert_mappings(self, *_args: Any, **_options: Any) -> None:
        raise CrossTenant("bulk methods see neither criteria nor flush")

    def bulk_update_mappings(self, *_args: Any, **_options: Any) -> None:
        raise CrossTenant("bulk methods see neither criteria nor flush")

    def refresh(self, instance: object, *args: Any, **options: Any) -> None:
        _checked(instance)
        super().refresh(instance, *args, **options)
        _checked(instance)


def guard(session_class: type[Session]) -> None:
    """Put the guard on a session class, once."""
    event.listen(session_class, "do_orm_execute", _scope_statement)
    event.listen(session_class, "before_flush", _check_flush)


# Made once: the organization is asked for when a statement runs, so that statements stay cached.
_CURRENT = bindparam("current_org", callable_=current_org, type_=String())
_OWN = with_loader_criteria(
    OrgScoped,
    lambda cls: cls.org_id == _CURRENT,
    include_aliases=True,
    track_closure_variables=False,
)
_NONE = with_loader_criteria(OrgScoped, lambda cls: false(), include_aliases=True)


def _scope_statement(state: ORMExecuteState) -> None:
    if not state.is_orm_statement:
        raise CrossTenant("only ORM statements pass: a Core statement or text() has no tenant")
    if _across.get():
        return
    org = _org.get()
    if state.is_insert and not state.execution_options.get("insert_once"):
        raise CrossTenant("insert rows as objects, or with insert_once()")
    if state.is_update and not isinstance(state.parameters, dict | None):
        raise CrossTenant("an UPDATE by a list of primary keys takes no criteria")
    if org is None:
        if any(issubclass(mapper.class_, OrgScoped) for mapper in state.all_mappers):
            raise NoOrganization("a tenant's table was read before its organization is known")
        state.statement = state.statement.options(_NONE)
    elif state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(_OWN)


def _check_flush(session: Session, _context: object, _instances: object) -> None:
    for row in session.new:
        if isinstance(row, OrgScoped):
            if row.org_id is None and not _across.get():
                row.org_id = current_org()
            _checked(row)
    for row in (*session.dirty, *session.deleted):
        _checked(row)
        if isinstance(row, OrgScoped) and inspect(row).attrs.org_id.history.has_changes():
            raise CrossTenant(f"{type(row).__name__} never changes its organization")


def _checked(row: Any) -> Any:
    if not isinstance(row, OrgScoped) or _across.get():
        return row
    if row.org_id != current_org():
        raise CrossTenant(f"{type(row).__name__} belongs to another organization")
    return row

"""Notices as one person sees them: what they have read, and what is new to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, update

from app.extensions import changed, db, insert_once, reading, transaction
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.tenancy import current_org
from app.kit.tokens import first_id, new_id
from app.models import Membership, Notice, NoticeRead

__all__ = ["MANY", "Entry", "Page", "Reader", "mark_all_read", "mark_read", "page", "unread"]

MANY = 100  # unread ones are counted up to here


@dataclass(frozen=True)
class Reader:
    """The person who reads."""

    user_id: str
    email: str


@dataclass(frozen=True)
class Entry:
    """A notice, and whether this person has read it."""

    notice: Notice
    is_read: bool


@dataclass(frozen=True)
class Page:
    """One page of notices, newest first, and where the next one starts."""

    entries: Sequence[Entry]
    next_cursor: str | None


def page(reader: Reader, *, cursor: str | None = None, limit: int = 50) -> Page:
    """A keyset page of what concerns a person."""
    query = select(Notice).where(_concerns(reader)).order_by(Notice.id.desc()).limit(limit + 1)
    if cursor is not None:
        query = query.where(Notice.id < cursor)
    with reading() as session:
        rows = session.scalars(query).all()
        read_to = _read_to(reader)
        shown = rows[:limit]
        read = set(
            session.scalars(
                select(NoticeRead.notice_id).where(
                    NoticeRead.user_id == reader.user_id,
                    NoticeRead.notice_id.in_([one.id for one in shown]),
                )
            )
        )
    entries = [Entry(one, one.id <= read_to or one.id in read) for one in shown]
    return Page(entries, shown[-1].id if len(rows) > limit else None)


def unread(reader: Reader) -> int:
    """How many a person has not read, up to MANY (one statement, with every page). What happened
    before they came does not count."""
    new = (
        select(Notice.id)
        .join(Membership, and_(*_here(reader)))
        .where(
            _concerns(reader),
            Notice.created_at >= Membership.created_at,
            Notice.id > func.coalesce(Membership.notices_read, ""),
            ~_was_read(reader),
        )
        .limit(MANY)
    )
    with reading() as session:
        return session.scalar(select(func.count()).select_from(new.subquery())) or 0


def _concerns(reader: Reader) -> Any:
    return or_(Notice.only_for.is_(None), Notice.only_for == reader.email)


def _was_read(reader: Reader) -> Any:
    return (
        select(NoticeRead.id)
        .where(
            NoticeRead.org_id == Notice.org_id,
            NoticeRead.user_id == reader.user_id,
            NoticeRead.notice_id == Notice.id,
        )
        .exists()
    )


def _read_to(reader: Reader) -> str:
    """Up to where all is read: what they said, or else when they came (a part)."""
    row = db.session.execute(
        select(Membership.notices_read, Membership.created_at).where(*_here(reader))
    ).one_or_none()
    if row is None:
        return first_id(Notice.ID_PREFIX, clock.now())
    return row.notices_read or first_id(Notice.ID_PREFIX, row.created_at)


def _here(reader: Reader) -> tuple[Any, ...]:
    return (Membership.user_id == reader.user_id, Membership.organization_id == current_org())


def mark_read(reader: Reader, notice_id: str) -> Notice:
    """A person has read one notice (a step). Raises NotFound, also for what is another's."""
    with transaction():
        query = select(Notice).where(Notice.id == notice_id, _concerns(reader))
        found: Notice | None = db.session.scalars(query).one_or_none()
        if found is None:
            raise NotFound("No such notice")
        if found.id > _read_to(reader):
            insert_once(
                NoticeRead,
                id=new_id(NoticeRead.ID_PREFIX),
                notice_id=found.id,
                user_id=reader.user_id,
            )
    return found


def mark_all_read(reader: Reader, up_to: str) -> None:
    """A person has read everything up to a notice (a step); what came since stays new. Raises
    NotFound for one that is not there."""
    with transaction():
        newest = db.session.scalar(select(Notice.id).where(Notice.id == up_to, _concerns(reader)))
        if newest is None:
            raise NotFound("No such notice")
        if newest <= _read_to(reader):
            return
        changed(update(Membership).where(*_here(reader)).values(notices_read=newest))
        changed(
            delete(NoticeRead).where(
                NoticeRead.user_id == reader.user_id, NoticeRead.notice_id <= newest
            )
        )

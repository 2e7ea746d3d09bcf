"""The keys before: kept sealed for a while after they were replaced, to go back to. Parts.

What is kept is one whole state, all keys as they were together, beside the note on one of them:
of two keys that were replaced one after the other, half of each state would open no account.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.adapters.gateways.base import Credentials
from app.kit import clock
from app.kit.crypto import CannotOpen
from app.kit.errors import Conflict
from app.kit.tenancy import current_org
from app.models import CredentialNote
from app.registry import spec
from app.services import inbound_endpoints, records
from app.services.credentials.notes import forget, mask, note, notes_on_keys, place_of
from app.services.credentials.opening import complete, open_all, open_keys
from app.services.credentials.replaced import OVERLAP
from app.services.credentials.rows import Row, locked, row_of
from app.services.credentials.scopes import Scope, Stored
from app.services.credentials.sealing import open_field, seal

__all__ = [
    "Kept",
    "Tried",
    "drop",
    "go_back",
    "keep",
    "kept_by",
    "note_first",
    "open_kept",
    "replaced",
]


@dataclass(frozen=True)
class Tried:
    """What a company said of keys before they were stored; accounts are empty where it does not
    say, or nobody could ask."""

    account: str
    before: str = ""  # the account of the keys they replace

    @property
    def is_other_account(self) -> bool:
        return bool(self.account and self.account != self.before)


@dataclass(frozen=True)
class Kept:
    """What may be shown of the keys before."""

    masked: str
    until: datetime
    is_other_account: bool


def replaced(found: Stored, typed: Mapping[str, str]) -> list[str]:
    """Names of the keys that would be replaced by other values; none where nothing works yet."""
    before = open_keys(found) or {}
    given = {name: (typed.get(name) or "").strip() for name in before}
    return [name for name in before if given[name] and given[name] != before[name]]


def keep(before: Stored, names: Sequence[str], tried: Tried | None) -> None:
    """Keep all keys as they were before `names` were replaced, for OVERLAP.

    Keys that nobody saw working do not push out those that are kept: after two wrong keys in a
    row it is still the last right one to which one can go back.
    """
    notes, old = notes_on_keys(before), open_keys(before)
    were_seen_working = any(one.verified_at for one in notes)
    able = sorted(
        (one for one in notes if one.field in (old or {})), key=lambda n: n.field not in names
    )
    if old and able and (were_seen_working or _live(notes) is None):
        for one in notes:
            _clear(one)
        anchor = able[0]  # one that was replaced, where there is one
        anchor.previous_account = (tried.before if tried else _account(notes)) or None
        anchor.previous_masked = mask(old[anchor.field])
        anchor.previous_until = clock.now() + OVERLAP
        anchor.previous = _seal(anchor, old)
    _note_state(notes, tried.account if tried else None, is_verified=tried is not None)


def note_first(stored: Stored, tried: Tried) -> None:
    """The company took keys that replaced none."""
    _note_state(notes_on_keys(stored), tried.account, is_verified=True)


def kept_by(notes: Sequence[CredentialNote]) -> Kept | None:
    """The keys before, of those notes on keys that a scope has; None after their time."""
    found = _live(notes)
    if found is None or found.previous_until is None:
        return None
    accounts = (found.account, found.previous_account)
    differs = all(accounts) and accounts[0] != accounts[1]
    return Kept(found.previous_masked or "", found.previous_until, differs)


def open_kept(found: Stored) -> Credentials:
    """A scope's values with its keys as they were before; reads inside the caller's reading().

    Raises Conflict when none are kept, or they do not open.
    """
    service, old = spec(found.service), _open(_needed(notes_on_keys(found)))
    try:
        rest = open_all(found, [one for one in service.fields if one not in service.keys])
    except CannotOpen:
        rest = {}
    return complete(found, {**rest, **old})


def go_back(service: str, scope: Scope, *, seen: str, tried: Tried | None, actor: str) -> None:
    """Put the keys before back in their place; the ones of now are kept for the rest of the time.

    Raises Conflict as `open_kept`, and when what is stored is no longer what was `seen`.
    """
    where = row_of(service, scope)
    row = locked(where, seen)
    now, names = open_keys(where.holding(row.config)), {one.name for one in spec(service).keys}
    anchor = _needed(notes_on_keys(where.holding(row.config)))
    replaced_by = anchor.masked, anchor.previous_until, anchor.account
    account = tried.account if tried else anchor.previous_account
    old = _open(anchor)
    config = {name: value for name, value in row.config.items() if name not in names}
    config |= _sealed_again(where, old, actor)
    forget(where.owner, service, sorted(set(row.config) - set(config)))
    row.config = config
    _clear(anchor)
    if now:
        anchor.previous = _seal(anchor, now)
        anchor.previous_masked, anchor.previous_until, anchor.previous_account = replaced_by
    _note_state(notes_on_keys(where.holding(config)), account, is_verified=tried is not None)
    inbound_endpoints.forget_check(service, scope.kind, scope.owner)
    _audit("credentials.went_back", service, scope, actor)


def _sealed_again(where: Row, keys: Mapping[str, str], actor: str) -> dict[str, Any]:
    """Keys as they are stored in a row, with a note on each secret."""
    made: dict[str, Any] = dict(keys)
    for one in spec(where.service).keys:
        if one.is_secret and one.name in keys:
            plain = keys[one.name]
            made[one.name] = seal(plain, **where.place, field=one.name)
            note(where.owner, where.service, one.name, plain, actor=actor, org_id=current_org())
    return made


def _note_state(notes: Sequence[CredentialNote], account: str | None, *, is_verified: bool) -> None:
    for one in notes:
        one.account, one.refused_at = account or None, None
        one.verified_at = clock.now() if is_verified else None


def drop(service: str, scope: Scope, *, actor: str) -> None:
    """Delete the keys before, at once. Raises Conflict when none are kept."""
    where = row_of(service, scope)
    row = locked(where)
    _clear(_needed(notes_on_keys(where.holding(row.config))))
    _audit("credentials.previous_removed", service, scope, actor)


def _audit(action: str, service: str, scope: Scope, actor: str) -> None:
    records.audit(action, actor=actor, subject=f"{service} of {scope.kind} {scope.owner}")


def _live(notes: Sequence[CredentialNote]) -> CredentialNote | None:
    now = clock.now()
    for one in notes:
        if one.previous is not None and one.previous_until and one.previous_until > now:
            return one
    return None


def _needed(notes: Sequence[CredentialNote]) -> CredentialNote:
    found = _live(notes)
    if found is None:
        raise _nothing_kept()
    return found


def _nothing_kept() -> Conflict:
    return Conflict("No key from before is kept that could be used", "nothing_kept")


def _account(notes: Sequence[CredentialNote]) -> str | None:
    return next((one.account for one in notes if one.account), None)


def _seal(anchor: CredentialNote, keys: Mapping[str, str]) -> Any:
    return seal(json.dumps(keys), **place_of(anchor))


def _open(anchor: CredentialNote) -> dict[str, str]:
    if anchor.previous is None:
        raise _nothing_kept()
    try:
        found: dict[str, str] = json.loads(open_field(anchor.previous, **place_of(anchor)))
    except CannotOpen as error:
        raise _nothing_kept() from error
    return found


def _clear(one: CredentialNote) -> None:
    one.previous = one.previous_until = one.previous_masked = one.previous_account = None

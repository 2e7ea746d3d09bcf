"""Saving what was typed, and replacing a gateway's keys so that payments never stop: keys are tried
before they are stored, those that are replaced are kept for a while. Flows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.adapters.gateways import base
from app.extensions import reading, transaction
from app.kit.crypto import CannotOpen
from app.kit.errors import Refused
from app.registry import Spec, spec
from app.services import credentials, routing, versions
from app.services.credentials import Scope, Stored, Tried
from app.services.integrations.cards import card, find_spec, own_scope
from app.services.integrations.checks import check

__all__ = ["Insists", "drop_previous", "go_back", "save"]


@dataclass(frozen=True)
class Insists:
    """What a person ticked after they were told what it means."""

    unchecked: bool = False  # save keys though nobody could say whether they are good
    other_account: bool = False  # save keys of another account


def save(
    key: str,
    typed: Mapping[str, str],
    *,
    removed: Sequence[str] = (),
    insists: Insists | None = None,
    actor: str,
    scope: Scope | None = None,
    seen: str | None = None,
) -> bool:
    """Store what was typed for a scope (a flow): blank secrets keep, `removed` ones go. `seen` is
    the version of the card it was typed over.

    Keys are tried first: those that replace working ones have to prove themselves, the first ones
    are only not to be refused. True where the company took them.

    Raises NotFound; Refused, naming the field, for a value that cannot be right, that the company
    refuses or that could not be tried; Conflict `saved_meanwhile`. Then nothing was stored.
    """
    scope = scope or own_scope()
    service = find_spec(key)
    with reading():
        found = credentials.stored(key, scope)
        new, works = credentials.replaced(found, typed), credentials.open_keys(found) is not None
    check(card(key, scope), typed, removed)
    versions.must_match(seen, found.version)  # before anybody is asked about what cannot be saved
    tried = None
    if new and service.is_active:
        tried = _try(found, _merged(found, typed, removed), new, insists or Insists())
    elif service.is_active and not works:
        tried = _try_first(found, typed, removed, insists or Insists())
    with transaction():
        credentials.save(
            key, scope, typed, removed=removed, actor=actor, seen=found.version, tried=tried
        )
    return tried is not None


def _try_first(
    found: Stored, typed: Mapping[str, str], removed: Sequence[str], insists: Insists
) -> Tried | None:
    """Ask the company about keys where nothing worked before. No payment can stop by them: its
    plain no keeps them out until a person insists. None when it did not say, or said no to them."""
    service = spec(found.service)
    given = next((one.name for one in service.keys if one.is_secret and typed.get(one.name)), None)
    try:
        values = _merged(found, typed, removed)
        if given is None or service.missing(values):
            return None
        ready = credentials.complete(found, values)
        return Tried(routing.connect(found.service, ready).verify().account)
    except base.GatewayError as error:
        if insists.unchecked or _code(error) != "key_refused":
            return None
        said = _without_secrets(service, values, error.reason)
        raise Refused(
            f"Not saved. They said: {said}", "first_key_refused", field=given, said=said
        ) from error
    except CannotOpen:
        return None


def _merged(found: Stored, typed: Mapping[str, str], removed: Sequence[str]) -> Mapping[str, str]:
    """All values as they would be; only called where everything stored opens."""
    fields = spec(found.service).fields
    values = credentials.open_all(found, [one for one in fields if one.name not in removed])
    given = {one.name: (typed.get(one.name) or "").strip() for one in fields}
    return {**values, **{name: value for name, value in given.items() if value}}


def _try(
    found: Stored, values: Mapping[str, str], new: Sequence[str], insists: Insists
) -> Tried | None:
    """Ask the company about the values that are to be stored. None when it did not say."""
    service = spec(found.service)
    if service.missing(values):
        return None  # what makes it work is being taken away: there is nothing to try
    at = next((name for name in new if service.field(name).is_secret), new[0])
    try:
        answer = routing.connect(found.service, credentials.complete(found, values)).verify()
    except base.GatewayError as error:
        said, code = _without_secrets(service, values, error.reason), _code(error)
        if insists.unchecked and code != "key_refused":
            return None
        raise Refused(f"Not saved. They said: {said}", code, field=at, said=said) from error
    tried = Tried(answer.account, _account_before(found) if answer.account else "")
    if tried.is_other_account and not insists.other_account:
        code = "other_account" if tried.before else "account_unknown"
        raise Refused(
            "Not saved. It belongs to another account",
            code,
            field=at,
            account=tried.account,
            before=tried.before,
        )
    return tried


def _code(error: base.GatewayError) -> str:
    """A key they do not know is refused whatever a person ticks: it could only stop payments. One
    that lacks the right to be tried may well be good."""
    if isinstance(error, base.NotPermitted):
        return "key_unproved"
    return "key_refused" if isinstance(error, base.Misconfigured) else "key_unanswered"


def _without_secrets(service: Spec, values: Mapping[str, str], said: str) -> str:
    """Companies have been seen to repeat a key in what they say about it."""
    for one in service.fields:
        if one.is_secret and one.name in values:
            said = said.replace(values[one.name], credentials.mask(values[one.name]))
    return said


def _account_before(found: Stored) -> str:
    """The account of the stored keys: as noted, else as the company says, else, where it does not
    know them any more, that of the keys before them. Empty when nobody can tell."""
    with reading():
        noted, kept = credentials.noted_account(found)
    if noted:
        return noted
    try:
        answer: base.Verification = routing.connect_stored(found).verify()
    except base.Misconfigured:
        return kept
    except base.GatewayError:
        return ""
    return answer.account


def go_back(key: str, *, actor: str, scope: Scope | None = None) -> None:
    """Put the keys before back in their place, once the company has said that it takes them (a
    flow). Those of now are kept for the rest of the time.

    Raises Conflict when none are kept, Refused when the company does not take them or does not
    answer.
    """
    scope, service = scope or own_scope(), find_spec(key)
    with reading():
        found = credentials.stored(key, scope)
        before = credentials.open_kept(found)
    tried = _still_good(service, before) if service.is_active else None
    with transaction():
        credentials.go_back(key, scope, seen=found.version, tried=tried, actor=actor)


def _still_good(service: Spec, before: base.Credentials) -> Tried | None:
    try:
        return Tried(routing.connect(service.key, before).verify().account)
    except base.NotPermitted:
        return None
    except base.GatewayError as error:
        said = _without_secrets(service, before.values, error.reason)
        code = "previous_refused" if isinstance(error, base.Misconfigured) else "no_answer"
        raise Refused(f"Nothing was changed. They said: {said}", code, said=said) from error


def drop_previous(key: str, *, actor: str, scope: Scope | None = None) -> None:
    """Delete the keys before at once (a step). Raises Conflict when none are kept."""
    find_spec(key)
    with transaction():
        credentials.drop(key, scope or own_scope(), actor=actor)

"""What can be said of typed values before anybody is asked about them."""

import re
from collections.abc import Mapping, Sequence

from app.kit.contacts import is_sender
from app.kit.errors import Refused
from app.registry import Field, Spec
from app.services.integrations.card import Card

__all__ = ["check"]

LONGEST = 2000  # characters


def check(now: Card, typed: Mapping[str, str], removed: Sequence[str]) -> None:
    """Raises Refused, naming the field, for a value that cannot be right."""
    for one in now.spec.fields:
        if value := (typed.get(one.name) or "").strip():
            _check_one(now.spec, one, value)
    _check_needed(now, typed, removed)
    _check_together(now, typed, removed)
    _check_modes(now, typed, removed)
    _check_destination(now, typed, removed)


def _check_needed(now: Card, typed: Mapping[str, str], removed: Sequence[str]) -> None:
    """What is needed is emptied by mistake, unless the secrets beside it go as well."""
    stays = [name for name in now.notes if name not in removed]
    for one in now.spec.fields:
        is_emptied = now.values.get(one.name) and not (typed.get(one.name) or "").strip()
        if one.required and is_emptied and stays:
            raise Refused(
                "It does not work without this; to remove everything, remove the secrets as well",
                "still_needed",
                field=one.name,
            )


def _check_together(now: Card, typed: Mapping[str, str], removed: Sequence[str]) -> None:
    def is_there(name: str) -> bool:
        kept = now.is_set(name) and name not in removed
        return kept or bool((typed.get(name) or "").strip())

    absent = [name for name in now.spec.together if not is_there(name)]
    if absent and len(absent) < len(now.spec.together):
        raise Refused("Neither is of use without the other", "not_alone", field=absent[0])


def _check_one(spec: Spec, one: Field, value: str) -> None:
    if one.choices and value not in one.choices:
        raise Refused(f"Choose one of: {', '.join(one.choices)}", "choice", field=one.name)
    if len(value) > LONGEST or "\x00" in value:
        raise Refused("That is too long", "too_long", field=one.name)
    if one.kind == "number" and not (value.isascii() and value.isdecimal()):
        raise Refused("Give a whole number", "not_a_number", field=one.name)
    if one.kind == "address" and not is_sender(value):
        said = "Give an address like shop@example.com, or My Shop <shop@example.com>"
        raise Refused(said, "not_an_address", field=one.name)
    if one.prefixes and not value.startswith(one.prefixes):
        begins = ", ".join(one.prefixes)
        said = f"That is another kind of value: this one starts with {begins}"
        raise Refused(said, "wrong_prefix", field=one.name, begins=begins)
    if one.pattern and not re.fullmatch(one.pattern, value, re.ASCII):
        said = f"That is another kind of value: this one looks like {one.example}"
        raise Refused(said, "wrong_shape", field=one.name, example=one.example)
    if spec.gateway and one.is_secret and not (value.isascii() and value.isprintable()):
        # A key copied while it was hidden has dots in it; no header could carry it.
        raise Refused("A key has plain letters, digits and signs", "not_a_key", field=one.name)


def _check_modes(now: Card, typed: Mapping[str, str], removed: Sequence[str]) -> None:
    """What is typed has to go with what stays: of a stored secret its beginning is enough."""
    kept = {name: note.masked for name, note in now.notes.items()} | dict(now.values)
    merged = {name: value for name, value in kept.items() if name not in removed}
    merged |= {name: value for name, value in typed.items() if value}
    if odd := now.spec.mixed_modes(merged):
        raise Refused(
            "One key is for test mode and another for live mode", "mixed_modes", field=odd
        )


def _check_destination(now: Card, typed: Mapping[str, str], removed: Sequence[str]) -> None:
    """Where the secrets go is another place: whoever says so has to know them."""
    moved = [one for one in now.spec.fields if one.leads and _is_another(now, one, typed)]
    for one in now.spec.fields:
        is_kept = one.is_secret and one.name in now.notes and one.name not in removed
        if moved and is_kept and not now.spec.proves_calls(one.name) and not typed.get(one.name):
            raise Refused(
                "This would be sent to another server from now on: type it again",
                "type_again",
                field=one.name,
            )


def _is_another(now: Card, one: Field, typed: Mapping[str, str]) -> bool:
    value = (typed.get(one.name) or "").strip()
    return bool(value) and value != (now.values.get(one.name) or one.default)

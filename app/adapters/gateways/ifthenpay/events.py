"""Ifthenpay's callbacks: a GET to an address whose template we register, with a key that only they
and we know. Nothing is signed, so what they say is asked about wherever somebody can be asked."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import moments
from app.adapters.gateways.ifthenpay.amounts import from_euros
from app.adapters.gateways.ifthenpay.refs import Ref
from app.adapters.gateways.ifthenpay.returns import with_pluses
from app.kit.money import Money

__all__ = ["NAMES", "is_theirs", "read"]

# What each thing is called: in our own template, in their examples, and in the Portuguese ones of
# before. An address that was typed into their backoffice by hand may have any of them.
NAMES = {
    "key": ("key", "apk", "chave", "chave_anti_phishing", "anti_phishing_key"),
    "order": ("orderid", "order_id", "oid", "id"),
    "amount": ("amount", "val", "valor"),
    "request": ("requestid", "request_id", "tid", "id_transacao"),
    "entity": ("entity", "entidade"),
    "reference": ("reference", "ref", "referencia"),
    "status": ("status", "estado"),
    "when": ("when", "payment_datetime", "datahorapag", "data_hora_pagamento"),
    "method": ("pm", "payment_method"),
}
PAID, REFUNDED = "PAGO", "DEVOLVIDO"
HEARD_ONLY = {"MB", "CCARD"}  # methods about which only the backoffice can be asked

UNCONFIRMED = (
    "Counted on the word of a callback that carried the anti-phishing key; without the backoffice "
    "key nobody could be asked."
)
LONGEST = 200  # characters of one value


def read(call: base.InboundCall, keys: Sequence[str], *, can_list: bool) -> base.GatewayEvent:
    """Check the key and translate. Raises BadSignature.

    `can_list` says that the backoffice can be asked. Otherwise a Multibanco or card payment is
    taken from the call itself: it counts when our reference and the exact amount agree as well.
    """
    said = _said(call.query)
    if not is_theirs(said["key"], keys):
        raise base.BadSignature("not the anti-phishing key")
    if not (said["order"] or said["reference"]):
        raise base.BadSignature("it names no payment")
    cents, status = _cents(said["amount"]), said["status"].upper()
    if status == REFUNDED:
        return _event(said, "payment.refunded", _given_back(cents), _how_much(cents))
    if cents is not None and cents <= 0:
        raise base.BadSignature("nobody pays nothing")
    if can_list or status not in {"", PAID} or not _is_heard_only(said):
        return _event(said, "payment.paid", hint=_hint(said, cents))
    if cents is None:
        raise base.BadSignature("it names no amount, and nobody can be asked")
    return _event(said, "payment.paid", _paid(said, cents), UNCONFIRMED)


def _is_heard_only(said: Mapping[str, str]) -> bool:
    """Multibanco and cards: by their name, or because it names a reference and an entity."""
    return said["method"].upper() in HEARD_ONLY or (
        not said["method"] and bool(said["reference"] and said["entity"].isdecimal())
    )


def is_theirs(given: str, keys: Sequence[str]) -> bool:
    """Compare with every key that counts, in constant time."""
    wanted = given.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(wanted, key.encode()) for key in keys if key]
    return any(matches)


def _said(query: Mapping[str, str]) -> dict[str, str]:
    """What the call says, by our names; of a placeholder that they do not know, nothing."""
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    meant = {alias: name for name, aliases in NAMES.items() for alias in aliases}
    for name, value in query.items():
        if ours := meant.get(name.lower()):
            found[ours].add("" if value.startswith("[") and value.endswith("]") else value)
    said = {name: values - {""} for name, values in found.items()}
    if any(len(values) > 1 or len(max(values, default="")) > LONGEST for values in said.values()):
        raise base.BadSignature("it says two things, or too much")
    return {name: next(iter(values), "") for name, values in said.items()}


def _cents(written: str) -> int | None:
    try:
        return from_euros(written) if written else None
    except ValueError as error:
        raise base.BadSignature("its amount is none") from error


def _paid(said: Mapping[str, str], cents: int) -> base.Snapshot:
    return base.Snapshot(
        "succeeded", paid_minor=cents, currency="EUR", paid_at=moments.read(said["when"])
    )


def _given_back(cents: int | None) -> base.Snapshot | None:
    """What came back in one go, which is at least what came back in all. It says nothing of what
    was paid: a payment that we do not know as paid by then is held for a person."""
    if not cents:
        return None
    return base.Snapshot("succeeded", paid_minor=0, refunded_minor=abs(cents), currency="EUR")


def _how_much(cents: int | None) -> str:
    amount = str(Money(abs(cents), "EUR")) if cents else "some of it"
    return f"Ifthenpay says that {amount} was given back."


def _hint(said: Mapping[str, str], cents: int | None) -> str | None:
    """Where to ask about a push whose answer we never got."""
    request_id = with_pluses(said["request"])
    if said["method"].upper() != "MBWAY" or not (request_id and cents and said["order"]):
        return None
    if ":" in request_id + said["order"]:
        return None
    return str(Ref("mbway", request_id, said["order"], cents))


def _event(
    said: Mapping[str, str],
    type_: str,
    snapshot: base.Snapshot | None = None,
    note: str | None = None,
    *,
    hint: str | None = None,
) -> base.GatewayEvent:
    return base.GatewayEvent(
        external_id=_fingerprint(said, type_),
        type=type_,
        reference=said["order"] or None,
        gateway_ref=hint,
        gateway_payment_id=_money_id(said),
        snapshot=snapshot,
        note=note,
    )


def _money_id(said: Mapping[str, str]) -> str | None:
    """An offline reference is known by its nine digits alone: they never hear of our own."""
    digits = said["reference"].replace(" ", "")
    if not (said["entity"].isdecimal() and digits.isdecimal()):
        return None
    return Ref("mbref", f"{said['entity']}.{digits.zfill(9)}", "", 0).money_id


def _fingerprint(said: Mapping[str, str], type_: str) -> str:
    """The same for the same call repeated; the key, which may be replaced meanwhile, left out."""
    told = "\n".join(f"{name}={said[name]}" for name in sorted(said) if name != "key")
    return f"{type_}:{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:40]}"

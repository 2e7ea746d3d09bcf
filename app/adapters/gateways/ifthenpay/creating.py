"""Asking for money: a reference, a push to a phone, a page for cards."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

from app.adapters.gateways import actions, base
from app.adapters.gateways.ifthenpay import moments, offline, pushes
from app.adapters.gateways.ifthenpay.amounts import to_euros
from app.adapters.gateways.ifthenpay.client import Client
from app.adapters.gateways.ifthenpay.refs import Ref
from app.kit import clock, contacts

__all__ = ["card", "multibanco", "multibanco_offline", "push"]

DESCRIPTION = 100  # characters of what they show the customer
LONGEST_ID = 60  # characters; theirs have 20


def multibanco(
    client: Client, key: str, request: base.PaymentRequest, *, is_sandbox: bool
) -> base.Created:
    """A reference that ends on the day our order ends. Asking twice makes two, of which nobody
    sees the first."""
    sent = {
        "mbKey": key,
        "orderId": request.reference,
        "amount": to_euros(request.money),
        "description": request.item_name[:DESCRIPTION],
        "expiryDays": moments.days_until(request.expires_at),
    }
    where = "sandbox" if is_sandbox else "init"
    with _definite():
        answer = client.post(f"/multibanco/reference/{where}", sent)
    _accepted(client, answer)
    entity, digits = _digits(answer.get("entity"), 5), _digits(answer.get("reference"), 9)
    ref = Ref("mb", _id(answer), request.reference, request.money.minor)
    return _shown(ref, entity, digits, request, moments.end_of(answer.get("expirydate")))


def _digits(found: object, length: int) -> str:
    """All of them: sent as a number, as they are at times, they lack the zeros in front."""
    written = str(found or "").replace(" ", "")
    if not re.fullmatch(rf"[0-9]{{1,{length}}}", written):
        raise base.Unavailable("Ifthenpay answered without a Multibanco reference")
    return written.zfill(length)


def multibanco_offline(entity: str, sub_entity: str, request: base.PaymentRequest) -> base.Created:
    """A reference computed here: the same for the same payment however often it is asked for."""
    to_euros(request.money)
    number = offline.number_of(request.reference)
    digits = offline.reference(entity, sub_entity, number, request.money.minor)
    day = request.created_at.astimezone(moments.LISBON).strftime("%d-%m-%Y")
    ref = Ref("mbref", f"{entity}.{digits}", request.reference, request.money.minor, day)
    return _shown(ref, entity, digits, request, None)


def push(client: Client, key: str, request: base.PaymentRequest) -> base.Created:
    """Make the customer's app ask. Never repeated blindly: each push can be paid."""
    sent = {
        "mbWayKey": key,
        "orderId": request.reference,
        "amount": to_euros(request.money),
        "mobileNumber": _phone(request.answers.get("phone", "")),
        "description": request.item_name[:DESCRIPTION],
    }
    with _definite():
        answer = client.post("/spg/payment/mbway", sent)
    _pushed(client, answer)
    ref = Ref("mbway", _id(answer), request.reference, request.money.minor)
    until = clock.now() + pushes.TIME
    return base.Created(
        str(ref), gateway_payment_id=ref.money_id, action=actions.Wait(expires_at=until)
    )


def _phone(number: str) -> str:
    """`351#912345678` of `+351912345678`."""
    try:
        return "#".join(contacts.split(number))
    except contacts.BadNumber as error:
        raise base.Declined("MB WAY needs a telephone number") from error


def card(
    client: Client, key: str, request: base.PaymentRequest, *, is_sandbox: bool
) -> base.Created:
    """A page of theirs. Coming back from its errors proves nothing, nor does its "cancel", which
    a browser's Back button presses too."""
    sent = {
        "orderId": request.reference,
        "amount": to_euros(request.money),
        "successUrl": request.return_url,
        "errorUrl": request.return_url,
        "cancelUrl": request.cancel_url,
        "language": "pt" if (request.locale or "").lower().startswith("pt") else "en",
    }
    where = "sandbox/init" if is_sandbox else "init"
    with _definite():
        answer = client.post(f"/creditcard/{where}/{quote(key, safe='')}", sent)
    _accepted(client, answer)
    url = str(answer.get("paymenturl") or "")
    if not url.startswith(("https://", "http://")):
        raise base.Unavailable("Ifthenpay answered without a page for cards")
    ref = Ref("card", _id(answer), request.reference, request.money.minor)
    return base.Created(str(ref), gateway_payment_id=ref.money_id, action=actions.Redirect(url))


def _shown(
    ref: Ref, entity: str, digits: str, request: base.PaymentRequest, until: datetime | None
) -> base.Created:
    """What to pay at a cash machine, until our order ends: their day may end later, and money
    that came then would be late."""
    deadline = min(until, request.expires_at) if until else request.expires_at
    shown = actions.ShowReference(entity, digits, to_euros(request.money), deadline)
    return base.Created(str(ref), gateway_payment_id=ref.money_id, action=shown)


def _id(answer: dict[str, Any]) -> str:
    found = str(answer.get("requestid") or "")
    if not found or len(found) > LONGEST_ID or ":" in found:
        raise base.Unavailable("Ifthenpay answered without a request id")
    return found


def _accepted(client: Client, answer: dict[str, Any]) -> None:
    """0 is yes; anything else made nothing that a customer could pay."""
    status = str(answer.get("status", ""))
    if status == "0":
        return
    said = client.said(answer.get("message"), "no reason")
    if "unauthorized" in said.lower():
        raise base.Misconfigured("Ifthenpay does not know the key of this payment method")
    if not status:
        raise base.Unavailable("Ifthenpay answered with something unreadable")
    raise base.Declined(f"Ifthenpay refused the payment: {said}")


def _pushed(client: Client, answer: dict[str, Any]) -> None:
    """000 is pushed. Of 999 and codes nobody wrote down we cannot say that nothing was."""
    status = str(answer.get("status", ""))
    if status == "000":
        return
    said = client.said(answer.get("message"), "no reason")
    if status == "-1":
        raise base.Misconfigured("Ifthenpay does not know the MB WAY key")
    if status in {"100", "122"}:
        raise base.Declined(f"MB WAY did not take the payment: {said}")
    raise base.Unavailable(f"Ifthenpay could not say whether it asked MB WAY; it said: {said}")


@contextmanager
def _definite() -> Iterator[None]:
    """A request that they refuse by its HTTP status has made nothing."""
    try:
        yield
    except (base.Impossible, base.Missing) as error:
        raise base.Declined(error.reason) from error

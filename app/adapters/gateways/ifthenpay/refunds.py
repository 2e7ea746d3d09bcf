"""Giving money back: with the backoffice key, at once, and with nothing that tells one refund from
another. So none is ever asked for twice, and of one that got no answer a person has to look."""

from collections.abc import Mapping
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay.amounts import to_euros
from app.adapters.gateways.ifthenpay.client import Client, read_fields

__all__ = ["NEEDS_KEY", "NO_MULTIBANCO", "UNSEEN", "recall", "send"]

PATH = "/v2/payments/refund"
OLD_PATH = "/api/endpoint/payments/refund"  # at the older host; some accounts know only this one

NEEDS_KEY = "Refunds at Ifthenpay need the backoffice key, and it is not set"
NO_MULTIBANCO = "Ifthenpay cannot refund Multibanco payments; send the money by bank transfer"
UNSEEN = "Ifthenpay does not tell which refunds were made; look in its backoffice"
_DONE = "done:"


def send(
    client: Client, backoffice_key: str, request_id: str, request: base.RefundRequest
) -> base.RefundResult:
    """Refund a part or all of a payment. Raises Impossible with their reason; Unavailable when it
    is not certain that nothing happened."""
    sent = {
        "backofficekey": backoffice_key,
        "requestId": request_id,
        "amount": to_euros(request.money),
    }
    try:
        answer = client.post(PATH, sent)
    except base.Missing:  # nobody is at that address, so nothing happened there
        answer = _at_old_address(client, sent)
    _judge(client, answer)
    return base.RefundResult(f"{_DONE}{request.refund_id}", "succeeded")


def _at_old_address(client: Client, sent: Mapping[str, str]) -> dict[str, Any]:
    try:
        return read_fields(client.post_at_site(OLD_PATH, sent))
    except base.Missing as error:
        raise base.Impossible("Ifthenpay takes no refunds at the addresses we know") from error


def _judge(client: Client, answer: dict[str, Any]) -> None:
    code = str(answer.get("code", ""))
    if code == "1":
        return
    if code == "-1":
        raise base.Impossible(
            "There is not enough money at Ifthenpay that was not settled yet to refund from"
        )
    said = client.said(answer.get("message"), "no reason")
    if code == "0":
        raise base.Impossible(f"Ifthenpay refused the refund: {said}")
    raise base.Unavailable("Ifthenpay did not say whether it refunded")


def recall(gateway_refund_id: str) -> base.RefundResult:
    """A refund that they confirmed when it was asked for, which is final. Raises Missing."""
    if not gateway_refund_id.startswith(_DONE):
        raise base.Missing("Ifthenpay cannot be asked about refunds")
    return base.RefundResult(gateway_refund_id, "succeeded")

"""Ifthenpay's own calls: the registered template, filled in."""

from __future__ import annotations

from urllib.parse import quote

from tests.fakes.ifthenpay_world import Made, euros, written

PAID, REFUNDED = "PAGO", "DEVOLVIDO"


def fill_in(
    template: str, key: str, made: Made, status: str = PAID, minor: int | None = None
) -> str:
    """The address to call. A plus sign goes as it is, and arrives as a space."""
    shown = made.paid_minor if minor is None else minor
    values = {
        "ANTI_PHISHING_KEY": key,
        "CHAVE_ANTI_PHISHING": key,
        "ID": made.order_id,
        "ORDER_ID": made.order_id,
        "AMOUNT": euros(shown),
        "VALOR": euros(shown),
        "REQUEST_ID": made.request_id,
        "ID_TRANSACAO": made.request_id,
        "ENTIDADE": made.entity,
        "REFERENCE": made.reference,
        "REFERENCIA": made.reference,
        "PAYMENT_DATETIME": written(made.changed_at),
        "DATA_HORA_PAGAMENTO": written(made.changed_at),
        "PAYMENT_METHOD": made.kind,
        "STATUS": status,
        "ESTADO": status,
    }
    for name, value in values.items():
        template = template.replace(f"[{name}]", quote(value, safe="+"))
    return template

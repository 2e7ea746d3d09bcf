"""What a method asks of the customer, as gateways want to have it."""

from collections.abc import Callable, Mapping

from app.kit import contacts
from app.kit.errors import Refused
from app.models import Payment
from app.registry import Method

__all__ = ["answered"]


def answered(now: Payment | None, method: Method, typed: Mapping[str, str]) -> dict[str, str]:
    """The answers, read; what is left empty counts as it was for the payment under way by the
    same method, so a request is sent again with one press. Raises Refused."""
    before = now.answers if now and now.method == method.name else {}
    found = {}
    for name in method.asks:
        given = typed.get(name) or before.get(name)
        if not given:
            raise Refused(
                "This payment method needs one more answer", f"missing_{name}", field=name
            )
        found[name] = _READ[name](given)
    return found


def _phone(typed: str) -> str:
    try:
        return contacts.international(typed)
    except contacts.BadNumber as error:
        raise Refused("Check the number", "invalid_phone", field="phone") from error


def _email(typed: str) -> str:
    if not contacts.is_mail_address(typed):
        raise Refused("Check the e-mail address", "invalid_email", field="email")
    return typed


_READ: dict[str, Callable[[str], str]] = {"phone": _phone, "email": _email}

"""What a gateway may refuse, or fail to say."""

__all__ = [
    "BadSignature",
    "Busy",
    "Contested",
    "Declined",
    "GatewayError",
    "Impossible",
    "MethodUnavailable",
    "Misconfigured",
    "Missing",
    "NotPermitted",
    "SellerNotReady",
    "Unasked",
    "Unavailable",
    "Unconfirmed",
]


class GatewayError(Exception):
    """Something a gateway said or failed to say; `reason` may be shown to the merchant."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Declined(GatewayError):
    """Refused for good: this payment will not happen."""


class Unconfirmed(Declined):
    """They never answered, and by now nobody can be asked or will call by himself. It counts as
    refused; should it be heard of after all, that is late news like any other."""


class MethodUnavailable(GatewayError):
    """None of the methods asked for can be used with this account and currency."""


class Misconfigured(GatewayError):
    """They do not accept our credentials, or these lack a permission. Nothing happened."""


class NotPermitted(Misconfigured):
    """They know our credentials, but these lack the permission for this one call."""


class Unavailable(GatewayError):
    """No answer, or one that leaves the outcome open. It may have happened."""


class Busy(GatewayError):
    """Too many requests. Nothing happened."""


class Missing(GatewayError):
    """They do not know the object."""


class Impossible(GatewayError):
    """The object is in a state in which this cannot be done."""


class SellerNotReady(Impossible):
    """The seller cannot be paid as they stand there now, and may be later: they have to say
    something more. Nothing happened."""


class Unasked(Impossible):
    """It cannot be done as things stand, which was seen before they were asked for it with its key.
    Nothing happened; but what that key may have done before stays open."""


class Contested(Unasked):
    """The customer's bank contests the payment that the money comes out of, and has not decided
    yet. Nothing happened."""


class BadSignature(GatewayError):
    """An inbound call that its sender did not prove to be theirs."""

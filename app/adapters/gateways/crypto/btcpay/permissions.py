"""What an API key of BTCPay's may do. A permission may hold for one store, `name:storeId`, and some
contain others (Greenfield API, Authorization)."""

from collections.abc import Iterable

__all__ = ["FOR_REFUNDS", "FOR_WEBHOOKS", "NEEDED", "lacking"]

NEEDED = (
    "btcpay.store.cancreateinvoice",
    "btcpay.store.canviewinvoices",
    "btcpay.store.canmodifyinvoices",
)
FOR_WEBHOOKS = ("btcpay.store.webhooks.canmodifywebhooks",)
# To make one, to find it again after silence, and so to be sure that it is made once.
FOR_REFUNDS = ("btcpay.store.cancreatepullpayments", "btcpay.store.canmanagepullpayments")

_CONTAIN = {
    "btcpay.store.canmodifystoresettings": {
        *NEEDED,
        *FOR_WEBHOOKS,
        *FOR_REFUNDS,
    },
    "btcpay.store.canmodifyinvoices": {*NEEDED},
    "btcpay.store.canviewstoresettings": {"btcpay.store.canviewinvoices"},
    "btcpay.store.canmanagepullpayments": {*FOR_REFUNDS},
}


def lacking(granted: Iterable[str], store_id: str, wanted: Iterable[str]) -> list[str]:
    """Which of the wanted permissions a key does not have for a store."""
    held = set()
    for one in granted:
        name, _, scope = one.partition(":")
        if name == "unrestricted":
            return []
        if scope in {"", store_id}:
            held |= {name, *_CONTAIN.get(name, ())}
    return [one for one in wanted if one not in held]

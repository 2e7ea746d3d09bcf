"""Coins, by one of two companies. Which one the merchant chose is all that is decided here.

The drivers are imported when they are used, and share nothing but the interface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from app.adapters.gateways import base

if TYPE_CHECKING:
    from app.adapters.gateways.wire import Transport

__all__ = ["CryptoGateway"]


class CryptoGateway:
    """Makes the driver that the credentials name: it is a gateway, and this is only its maker."""

    name = "crypto"
    # How servers are called whose address a merchant typed; set by create_app, since adapters
    # read no settings.
    guarded: ClassVar[Transport]

    def __new__(cls, credentials: base.Credentials) -> base.Gateway:  # type: ignore[misc]
        if credentials.get("driver") == "btcpay":
            from app.adapters.gateways.crypto.btcpay import BtcPay

            # An address that the operator set is trusted, a merchant's is not.
            return BtcPay(credentials, None if credentials.base_url else cls.guarded)
        from app.adapters.gateways.crypto.nowpayments import NowPayments

        return NowPayments(credentials)

"""Coins, by NOWPayments or by a BTCPay server of the merchant's own."""

from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["CRYPTO"]

CRYPTO = Spec(
    "crypto",
    "Cryptocurrency",
    "Payments",
    (
        Field("apiKey", mark("API key"), ("CRYPTO_GATEWAY_API_KEY",), "secret", True),
        Field("publicKey", mark("Public key"), ("NEXT_PUBLIC_CRYPTO_GATEWAY_KEY",)),
        Field(
            "driver",
            mark("Driver"),
            ("CRYPTO_GATEWAY_DRIVER",),
            "choice",
            default="nowpayments",
            choices=("nowpayments", "btcpay"),
        ),
        Field("ipnSecret", mark("Notification secret"), ("CRYPTO_GATEWAY_IPN_SECRET",), "secret"),
        Field("storeId", mark("Store id"), ("CRYPTO_GATEWAY_STORE_ID",)),
        Field("serverUrl", mark("Server address"), ("CRYPTO_GATEWAY_SERVER_URL",)),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Cryptocurrency",
        methods=(
            Method("bitcoin", "Bitcoin"),
            Method("ethereum", "Ethereum"),
            Method("usdc", "USDC"),
            Method("usdt", "USDT"),
        ),
        creates_at="pay",
        base_url_env="NOWPAYMENTS_BASE_URL",
        other_base_url={"driver": ("btcpay", "BTCPAY_BASE_URL")},
    ),
    also_required={"driver": ("btcpay", ("storeId", "serverUrl"))},
)

"""Coins, by NOWPayments or by a BTCPay server of the merchant's own."""

from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["CRYPTO"]

CRYPTO = Spec(
    "crypto",
    "Cryptocurrency",
    "Payments",
    (
        Field(
            "apiKey",
            mark("API key"),
            ("CRYPTO_GATEWAY_API_KEY",),
            "secret",
            True,
            help=mark("NOWPayments: Settings, Payments. BTCPay: Manage account, API keys."),
        ),
        Field(
            "publicKey",
            mark("Public key"),
            ("NEXT_PUBLIC_CRYPTO_GATEWAY_KEY",),
            help=mark("Not used by our pages, which load no script of theirs."),
        ),
        Field(
            "driver",
            mark("Driver"),
            ("CRYPTO_GATEWAY_DRIVER",),
            "choice",
            default="nowpayments",
            choices=("nowpayments", "btcpay"),
            help=mark("nowpayments: a company, four coins. btcpay: a server of yours, bitcoin."),
            leads=True,
        ),
        Field(
            "ipnSecret",
            mark("Notification secret"),
            ("CRYPTO_GATEWAY_IPN_SECRET",),
            "secret",
            help=mark(
                "NOWPayments: Settings, Payments, IPN secret, shown once. BTCPay: made and stored"
                " by the button below."
            ),
        ),
        Field(
            "storeId",
            mark("Store id"),
            ("CRYPTO_GATEWAY_STORE_ID",),
            help=mark("BTCPay alone: Store settings, General."),
        ),
        Field(
            "serverUrl",
            mark("Server address"),
            ("CRYPTO_GATEWAY_SERVER_URL",),
            help=mark("BTCPay alone: https://, and reachable from the internet."),
            leads=True,
        ),
        Field(
            "environment",
            mark("Environment"),
            ("CRYPTO_GATEWAY_ENVIRONMENT",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
            help=mark("sandbox: NOWPayments' test site, or a BTCPay server on a test network."),
        ),
    ),
    GatewaySpec(
        adapter="crypto:CryptoGateway",
        display_name="Cryptocurrency",
        # An address that was shown can be paid for a day, whatever became of the order.
        methods=(
            Method("bitcoin", "Bitcoin", pace="reference"),
            Method("ethereum", "Ethereum", pace="reference"),
            Method("usdc", "USDC", mark("On the Ethereum network (ERC-20)"), pace="reference"),
            Method("usdt", "USDT", mark("On the Tron network (TRC-20)"), pace="reference"),
        ),
        creates_at="pay",
        base_url_env="NOWPAYMENTS_BASE_URL",
        other_base_url={"driver": ("btcpay", "BTCPAY_BASE_URL")},
        event_secret="ipnSecret",  # noqa: S106
        registers=True,
        registers_with={"driver": "btcpay"},
        tells="payment",
        reasons={
            "NOWPayments could not complete the payment": mark(
                "NOWPayments could not complete the payment"
            ),
            "the payment was not confirmed in time": mark("The payment was not confirmed in time"),
        },
    ),
    also_required={"driver": ("btcpay", ("storeId", "serverUrl"))},
    tests={"environment": ("sandbox",)},
)

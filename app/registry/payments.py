"""The catalogue of companies that move money, in the order the API lists them."""

from app.kit.money import CURRENCIES
from app.registry.spec import Field, GatewaySpec, Method, Spec, mark

__all__ = ["PAYMENTS"]

_USD = frozenset({"USD"})
_EUR = frozenset({"EUR"})
# From memory, except the zero-decimal list; Stripe itself is the judge.
_NOT_AT_STRIPE = set("CUP ERN IQD IRR KPW LYD SDG SSP SVC SYP TMT VES BTN".split())
_PAYPAL = frozenset(
    "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN NOK NZD PHP PLN GBP SGD SEK CHF TWD THB"
    " USD".split()
)

_CARD = Method("card", mark("Card"), mark("Visa, Mastercard and more, on a secure page"))

STRIPE = Spec(
    "stripe",
    "Stripe",
    "Payments",
    (
        Field(
            "secretKey",
            mark("Secret key"),
            ("STRIPE_SECRET_KEY",),
            "secret",
            required=True,
            help=mark("Starts with sk_ or rk_. Stripe: Developers, API keys."),
            prefixes=("sk_test_", "sk_live_", "rk_test_", "rk_live_"),
        ),
        Field(
            "webhookSecret",
            mark("Webhook signing secret"),
            ("STRIPE_WEBHOOK_SECRET",),
            "secret",
            help=mark("Starts with whsec_. Shown once, when the endpoint is made."),
            prefixes=("whsec_",),
        ),
        Field(
            "publishableKey",
            mark("Publishable key"),
            ("NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY",),
            help=mark("Starts with pk_. Tells test from live."),
            prefixes=("pk_test_", "pk_live_"),
        ),
        Field(
            "methods",
            mark("Payment methods"),
            ("STRIPE_METHODS",),
            default="cashapp,card",
            help=mark("In the order customers see them: cashapp, card, link."),
        ),
    ),
    GatewaySpec(
        adapter="stripe:StripeGateway",
        display_name="Stripe (Cash App Pay)",
        methods=(
            Method("cashapp", mark("Cash App Pay"), mark("Scan with Cash App"), _USD),
            _CARD,
            Method("link", "Link", mark("Saved with Link, on a secure page")),
        ),
        creates_at="api",
        currencies=frozenset(CURRENCIES) - _NOT_AT_STRIPE,
        minimum={"USD": 50, "EUR": 50, "GBP": 30, "CAD": 50, "JPY": 50},
        decimals={"MGA": 0, "BHD": 2, "JOD": 2, "KWD": 2, "OMR": 2, "TND": 2},
        base_url_env="STRIPE_API_BASE",
        event_secret="webhookSecret",  # noqa: S106
        registers=True,
    ),
    tests={"secretKey": ("sk_test", "rk_test"), "publishableKey": ("pk_test",)},
)

SQUARE = Spec(
    "square",
    "Square",
    "Payments",
    (
        Field("accessToken", mark("Access token"), ("SQUARE_ACCESS_TOKEN",), "secret", True),
        Field("locationId", mark("Location id"), ("SQUARE_LOCATION_ID",), required=True),
        Field("applicationId", mark("Application id"), ("NEXT_PUBLIC_SQUARE_APPLICATION_ID",)),
        Field(
            "webhookSignatureKey",
            mark("Webhook signature key"),
            ("SQUARE_WEBHOOK_SIGNATURE_KEY",),
            "secret",
        ),
        Field(
            "environment",
            mark("Environment"),
            ("SQUARE_ENVIRONMENT",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Square",
        methods=(
            _CARD,
            Method("apple_pay", "Apple Pay"),
            Method("google_pay", "Google Pay"),
            Method("cash_app", "Cash App Pay", currencies=_USD),
        ),
        creates_at="pay",
        base_url_env="SQUARE_BASE_URL",
    ),
    tests={"environment": ("sandbox",)},
)

PAYPAL = Spec(
    "paypal",
    "PayPal",
    "Payments",
    (
        Field(
            "clientId",
            mark("Client id"),
            ("PAYPAL_CLIENT_ID", "NEXT_PUBLIC_PAYPAL_CLIENT_ID"),
            required=True,
        ),
        Field("clientSecret", mark("Client secret"), ("PAYPAL_CLIENT_SECRET",), "secret", True),
        Field("webhookId", mark("Webhook id"), ("PAYPAL_WEBHOOK_ID",)),
        Field(
            "environment",
            mark("Environment"),
            ("PAYPAL_ENVIRONMENT",),
            "choice",
            default="live",
            choices=("live", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter=None,
        display_name="PayPal",
        methods=(
            Method("paypal", "PayPal"),
            Method("venmo", "Venmo", currencies=_USD),
            _CARD,
            Method("pay_later", mark("Pay later")),
        ),
        creates_at="pay",
        currencies=_PAYPAL,
        decimals={"HUF": 0, "JPY": 0, "TWD": 0},
        base_url_env="PAYPAL_BASE_URL",
    ),
    tests={"environment": ("sandbox",)},
)

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
    ),
    also_required={"driver": ("btcpay", ("storeId", "serverUrl"))},
)

EASYPAY = Spec(
    "easypay",
    "Easypay",
    "Payments",
    (
        Field("accountId", mark("Account id"), ("EASYPAY_ACCOUNT_ID",), required=True),
        Field("apiKey", mark("API key"), ("EASYPAY_API_KEY",), "secret", True),
        Field(
            "baseUrl",
            mark("Environment"),
            ("EASYPAY_BASE_URL",),
            "choice",
            default="production",
            choices=("production", "sandbox"),
        ),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Easypay",
        methods=(
            Method("multibanco", "Multibanco"),
            Method("mbway", "MB WAY", asks=("phone",)),
            _CARD,
        ),
        creates_at="pay",
        currencies=_EUR,
        base_url_env="EASYPAY_API_BASE",
    ),
    tests={"baseUrl": ("sandbox",)},
)

IFTHENPAY = Spec(
    "ifthenpay",
    "Ifthenpay",
    "Payments",
    (
        Field(
            "antiPhishingKey",
            mark("Anti-phishing key"),
            ("IFTHENPAY_ANTIPHISHING_KEY",),
            "secret",
            True,
        ),
        Field("mbKey", mark("Multibanco key"), ("IFTHENPAY_MB_KEY",), "secret"),
        Field("mbwayKey", mark("MB WAY key"), ("IFTHENPAY_MBWAY_KEY",), "secret"),
        Field("ccKey", mark("Card key"), ("IFTHENPAY_CC_KEY",), "secret"),
        Field("backofficeKey", mark("Backoffice key"), ("IFTHENPAY_BACKOFFICE_KEY",), "secret"),
    ),
    GatewaySpec(
        adapter=None,
        display_name="Ifthenpay",
        methods=(
            Method("multibanco", "Multibanco"),
            Method("mbway", "MB WAY", asks=("phone",)),
            _CARD,
        ),
        creates_at="pay",
        currencies=_EUR,
        base_url_env="IFTHENPAY_BASE_URL",
        calls_by="GET",
    ),
    any_of=("mbKey", "mbwayKey", "ccKey"),
)

SANDBOX = Spec(
    "sandbox",
    "Sandbox",
    "Payments",
    (),
    GatewaySpec(
        adapter="sandbox:SandboxGateway",
        display_name="Sandbox",
        methods=(
            Method("test", mark("Test payment"), mark("No real money: you decide how it ends")),
        ),
        creates_at="api",
        is_builtin=True,
    ),
)

PAYMENTS = (STRIPE, SQUARE, PAYPAL, CRYPTO, EASYPAY, IFTHENPAY, SANDBOX)

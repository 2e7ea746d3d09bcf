"""The catalogue, to the letter: fields, their environment names, which are secret and required."""

import pytest

import app.registry as registry
from app.registry import Spec, gateways, secret_env_names, services, spec

# field, environment names; `*` required, `!` secret
CATALOGUE = {
    "stripe": "secretKey*! STRIPE_SECRET_KEY · webhookSecret! STRIPE_WEBHOOK_SECRET"
    " · connectWebhookSecret! STRIPE_CONNECT_WEBHOOK_SECRET"
    " · publishableKey NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY · methods STRIPE_METHODS",
    "square": "accessToken*! SQUARE_ACCESS_TOKEN · locationId* SQUARE_LOCATION_ID"
    " · applicationId NEXT_PUBLIC_SQUARE_APPLICATION_ID"
    " · webhookSignatureKey! SQUARE_WEBHOOK_SIGNATURE_KEY · environment SQUARE_ENVIRONMENT",
    "paypal": "clientId* PAYPAL_CLIENT_ID NEXT_PUBLIC_PAYPAL_CLIENT_ID"
    " · clientSecret*! PAYPAL_CLIENT_SECRET · webhookId PAYPAL_WEBHOOK_ID"
    " · environment PAYPAL_ENVIRONMENT",
    "crypto": "apiKey*! CRYPTO_GATEWAY_API_KEY · publicKey NEXT_PUBLIC_CRYPTO_GATEWAY_KEY"
    " · driver CRYPTO_GATEWAY_DRIVER · ipnSecret! CRYPTO_GATEWAY_IPN_SECRET"
    " · storeId CRYPTO_GATEWAY_STORE_ID · serverUrl CRYPTO_GATEWAY_SERVER_URL"
    " · environment CRYPTO_GATEWAY_ENVIRONMENT",
    "easypay": "accountId* EASYPAY_ACCOUNT_ID · apiKey*! EASYPAY_API_KEY"
    " · baseUrl EASYPAY_BASE_URL",
    "ifthenpay": "antiPhishingKey*! IFTHENPAY_ANTIPHISHING_KEY · mbKey! IFTHENPAY_MB_KEY"
    " · mbwayKey! IFTHENPAY_MBWAY_KEY · ccKey! IFTHENPAY_CC_KEY"
    " · backofficeKey! IFTHENPAY_BACKOFFICE_KEY · entity IFTHENPAY_ENTITY"
    " · subEntity IFTHENPAY_SUBENTITY · environment IFTHENPAY_ENVIRONMENT",
    "sandbox": "",
    "resend": "apiKey*! RESEND_API_KEY · fromEmail* RESEND_FROM"
    " · webhookSecret! RESEND_WEBHOOK_SECRET",
    "smtp": "host* SMTP_HOST · port SMTP_PORT · username SMTP_USERNAME"
    " · password! SMTP_PASSWORD · security SMTP_SECURITY · fromEmail* SMTP_FROM",
    "ga4": "measurementId* GA4_MEASUREMENT_ID · apiSecret*! GA4_API_SECRET · sends GA4_SENDS",
    "imagekit": "publicKey* IMAGEKIT_PUBLIC_KEY · privateKey*! IMAGEKIT_PRIVATE_KEY"
    " · urlEndpoint* IMAGEKIT_URL_ENDPOINT · removeBackground IMAGEKIT_REMOVE_BACKGROUND",
}
NAMES = {
    "stripe": "Stripe (Cash App Pay)",
    "square": "Square",
    "paypal": "PayPal",
    "crypto": "Cryptocurrency",
}
METHODS = {
    "stripe": ["cashapp", "card"],
    "square": ["card", "apple_pay", "google_pay", "cash_app"],
    "paypal": ["paypal", "venmo", "card", "pay_later"],
    "crypto": ["bitcoin", "ethereum", "usdc", "usdt"],
}


def written(one: Spec) -> str:
    return " · ".join(
        " ".join((f.name + "*" * f.required + "!" * f.is_secret, *f.env)) for f in one.fields
    )


def test_the_services_are_these_in_this_order():
    assert list(services()) == list(CATALOGUE)
    assert list(gateways()) == list(CATALOGUE)[:7]


@pytest.mark.parametrize("key", CATALOGUE)
def test_a_service_has_these_fields(key):
    assert written(spec(key)) == CATALOGUE[key]
    assert spec(key).key == key


@pytest.mark.parametrize("key", NAMES)
def test_a_gateway_has_its_name_and_methods(key):
    found = gateways()[key]
    assert found.display_name == NAMES[key]
    assert [one.name for one in found.methods][: len(METHODS[key])] == METHODS[key]


@pytest.mark.parametrize("one", services().values(), ids=lambda one: one.key)
def test_an_entry_makes_sense(one):
    names = [field.name for field in one.fields]
    assert len(names) == len(set(names))
    for field in one.fields:
        assert field.label
        assert field.env
        assert not (field.is_secret and field.default)
        assert (field.kind == "choice") == bool(field.choices)
        assert not field.choices or field.default in field.choices
    for name in (*one.any_of, *(x for _, others in one.also_required.values() for x in others)):
        assert name in names


@pytest.mark.parametrize(
    ("key", "values", "absent"),
    [
        ("stripe", {}, ["secretKey"]),
        ("stripe", {"secretKey": ""}, ["secretKey"]),
        ("stripe", {"secretKey": "x"}, []),
        ("square", {"accessToken": "x"}, ["locationId"]),
        ("crypto", {"apiKey": "x"}, []),
        ("crypto", {"apiKey": "x", "driver": "nowpayments"}, []),
        ("crypto", {"apiKey": "x", "driver": "btcpay"}, ["storeId", "serverUrl"]),
        ("crypto", {"apiKey": "x", "driver": "btcpay", "storeId": "s", "serverUrl": "u"}, []),
        ("ifthenpay", {"antiPhishingKey": "x"}, ["mbKey", "mbwayKey", "ccKey", "entity"]),
        ("ifthenpay", {"antiPhishingKey": "x", "mbwayKey": "x"}, []),
        ("ifthenpay", {"ccKey": "x"}, ["antiPhishingKey"]),
        ("sandbox", {}, []),
    ],
)
def test_what_still_has_to_be_set_is_named(key, values, absent):
    assert spec(key).missing(values) == absent


def test_every_secret_field_is_among_the_names_to_mask(monkeypatch):
    names = set(secret_env_names())
    assert {"STRIPE_SECRET_KEY", "SMTP_PASSWORD", "IFTHENPAY_MB_KEY"} <= names
    assert not {"SMTP_HOST", "NEXT_PUBLIC_STRIPE_PUBLISHABLE_KEY"} & names
    field = registry.Field("pigeonKey", "Key", ("PIGEON_KEY",), "secret")
    monkeypatch.setitem(registry.SERVICES, "pigeon", Spec("pigeon", "Pigeon", "Payments", (field,)))
    assert "PIGEON_KEY" in set(secret_env_names())


@pytest.mark.parametrize("one", gateways().values(), ids=gateways())
def test_methods_are_offered_where_the_currency_fits(one):
    for currency in ("USD", "EUR", "JPY"):
        fits = one.methods_for(currency)
        assert all(not m.currencies or currency in m.currencies for m in fits)
        assert currency in one.currencies or fits == ()
        smallest, largest = one.limits_of(currency)
        assert 1 <= smallest < largest


def test_a_name_that_is_no_gateway_is_refused():
    with pytest.raises(KeyError):
        registry.gateway("resend")
    with pytest.raises(KeyError):
        registry.spec("venmo")
    with pytest.raises(KeyError):
        registry.spec("stripe").field("apiKey")


@pytest.mark.parametrize("key", list(gateways()))
def test_an_adapter_is_loaded_when_first_used(key):
    one = gateways()[key]
    if one.is_active:
        assert one.load().name == key
    else:
        with pytest.raises(LookupError):
            one.load()


@pytest.mark.parametrize(
    ("service", "keys"),
    [
        ("stripe", ["secretKey", "publishableKey"]),
        ("paypal", ["clientId", "clientSecret", "environment"]),
        ("crypto", ["apiKey", "driver", "storeId", "serverUrl", "environment"]),
        ("easypay", ["accountId", "apiKey", "baseUrl"]),
        ("ifthenpay", ["mbKey", "mbwayKey", "ccKey", "backofficeKey", "environment"]),
        ("sandbox", []),
        ("resend", []),
    ],
)
def test_keys_are_what_decides_whose_account_is_spoken_to(service, keys):
    assert [one.name for one in services()[service].keys] == keys


@pytest.mark.parametrize(
    ("values", "can_register", "hears_with_payments"),
    [
        ({}, False, True),
        ({"driver": "nowpayments"}, False, True),
        ({"driver": "btcpay"}, True, False),
    ],
)
def test_which_company_is_chosen_decides_how_it_learns_our_address(
    values, can_register, hears_with_payments
):
    crypto = gateways()["crypto"]
    assert crypto.can_register(values) is can_register
    assert crypto.hears_with_payments(values) is hears_with_payments


def test_a_gateway_that_chooses_no_company_registers_whatever_its_values():
    assert gateways()["stripe"].can_register({})
    assert not gateways()["stripe"].hears_with_payments({})


@pytest.mark.parametrize(
    ("values", "mode"),
    [
        ({"apiKey": "x"}, False),
        ({"apiKey": "x", "environment": "production"}, False),
        ({"apiKey": "x", "environment": "sandbox"}, True),
    ],
)
def test_the_mode_of_coins_is_what_the_merchant_chose(values, mode):
    assert spec("crypto").test_mode(values) is mode

"""What stands around every door: headers, caching, the cookie, error pages, language."""

from html.parser import HTMLParser

import pytest
from flask import session

from app.blueprints import web
from tests import world

HTTPS = "https://pay.example.com"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
DOORS = {
    "checkout": ("GET", "/checkout/o/{token}", 200),
    "checkout, its fragment": ("GET", "/checkout/o/{token}/status", 200),
    "checkout, unknown": ("GET", "/checkout/o/nothing", 404),
    "checkout, a form without token": ("POST", "/checkout/o/{token}/pay", 400),
    "the sandbox's page": ("GET", "/sandbox/pay/{payment}", 200),
    "api": ("GET", "/api/payment-gateways", 200),
    "api, refused": ("GET", "/api/orders", 401),
    "api, unknown": ("GET", "/api/nothing", 404),
    "api, another method": ("DELETE", "/api/create-payment-intent", 405),
    "api, its document": ("GET", "/api/openapi.json", 200),
    "api, its page": ("GET", "/api/docs", 200),
    "inbound": ("POST", "/api/webhooks/stripe/nothing", 404),
    "alive": ("GET", "/healthz", 200),
    "ready": ("GET", "/readyz", 200),
    "figures": ("GET", "/metrics", 404),
    "nowhere": ("GET", "/nothing", 404),
    "another method": ("POST", "/healthz", 405),
    "our fault": ("GET", "/_fault", 500),
    "a file": ("GET", "/static/css/10-tokens.css", 200),
    "no file": ("GET", "/static/nothing.js", 404),
    "htmx": ("GET", "/vendor/htmx.js", 200),
}
FILES = {"a file", "htmx"}


@pytest.fixture
def call(app):
    """Call a door by its name in the table; the response."""

    @app.get("/_fault")
    def fault():
        raise RuntimeError("a test's own")

    shop = world.open_shop(app)
    order = shop.order(5)
    payment = shop.see(order)["payments"][0]["gatewayPaymentId"]

    def call(name):
        method, path, status = DOORS[name]
        path = path.replace("{token}", order["token"]).replace("{payment}", payment)
        response = app.test_client().open(path, method=method, buffered=True)
        assert response.status_code == status, name
        return response

    return call


def policy(response) -> dict[str, str]:
    parts = (
        one.strip().partition(" ") for one in response.headers["Content-Security-Policy"].split(";")
    )
    return {name: value for name, _, value in parts}


def test_every_answer_of_every_door_carries_the_headers(call):
    for name in DOORS:
        response = call(name)
        assert {one: response.headers.get(one) for one in EVERYWHERE} == EVERYWHERE, name
        assert response.headers["X-Request-Id"].startswith("req_"), name
        assert "Strict-Transport-Security" not in response.headers, name
        assert "Set-Cookie" not in response.headers, name


def test_every_policy_is_strict(call):
    for name in DOORS:
        response = call(name)
        assert len(response.headers.getlist("Content-Security-Policy")) == 1, name
        found = policy(response)
        form_action = found.pop("form-action")
        assert found == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "img-src": "'self'",
            "font-src": "'self'",
            "connect-src": "'self'",
            "base-uri": "'none'",
            "object-src": "'none'",
            "frame-ancestors": "'none'",
        }, name
        on_checkout = "checkout" in name or "sandbox" in name
        assert form_action.split()[:2] == (["'self'", "https:"] if on_checkout else ["'self'"])


def test_what_a_gateway_or_a_customer_may_see_is_kept_by_nobody(call):
    for name in set(DOORS) - FILES:
        assert call(name).headers["Cache-Control"] == "no-store", name


def test_a_checkout_form_leads_to_https_alone_in_production(make_app, database_url):
    app = make_app(
        PUBLIC_BASE_URL=HTTPS,
        APP_ENV="production",
        SECRET_KEY="Qm3v8Xc1Zp6Lk0Wj5Ht9Rf2Yd7Bs4Ng-cookie-key",
        INTEGRATION_ENCRYPTION_KEY="Tn7b2Vc9Xz4Mk1Lp6Jh3Gd8Fs5Aq0We-sealing-key",
        SANDBOX_GATEWAY="on",
        STRIPE_API_BASE="http://127.0.0.1:9",
    )
    order = world.open_shop(app).order(5)
    response = app.test_client().get(f"/checkout/o/{order['token']}")
    assert policy(response)["form-action"] == "'self' https:"


# --- https


def test_tls_is_asked_for_where_the_public_address_has_it(make_app):
    client = make_app(PUBLIC_BASE_URL=HTTPS).test_client()
    for path in ("/healthz", "/nothing", "/api/nothing", "/static/css/10-tokens.css"):
        value = client.get(path, buffered=True).headers["Strict-Transport-Security"]
        assert value == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("address", "name", "is_secure"),
    [(HTTPS, "__Host-gh", True), ("http://127.0.0.1:5999", "gh", False)],
)
def test_the_cookie_is_bound_to_the_host_where_it_can_be(make_app, address, name, is_secure):
    app = make_app(PUBLIC_BASE_URL=address)

    @app.get("/_remember")
    def remember():
        session["a"] = 1
        return ""

    response = app.test_client().get("/_remember", base_url=address)
    pair, *attributes = response.headers["Set-Cookie"].split("; ")
    assert pair.startswith(f"{name}=")
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=Lax"} | (
        {"Secure"} if is_secure else set()
    )


# --- static files


@pytest.fixture
def versioned(app):
    """The address of a file as our pages write it."""
    with app.test_request_context():
        from flask import url_for

        return url_for("static", filename="js/poll.js")


def cached(client, path, **options):
    response = client.get(path, buffered=True, **options)
    return response.status_code, response.headers["Cache-Control"]


FOR_EVER = "public, max-age=31536000, immutable"


def test_a_file_is_kept_for_ever_under_the_digest_of_its_bytes(client, versioned):
    assert cached(client, versioned) == (200, FOR_EVER)
    with client.application.test_request_context():
        from flask import url_for

        htmx = url_for("htmx")
    assert cached(client, htmx) == (200, FOR_EVER)
    tag = client.get(versioned, buffered=True).headers["ETag"]
    assert cached(client, versioned, headers={"If-None-Match": tag}) == (304, FOR_EVER)


@pytest.mark.parametrize(
    "path",
    [
        "/static/js/poll.js",
        "/static/js/poll.js?v=wrong",
        "/static/js/poll.js?v=",
        "/vendor/htmx.js?v=1",
    ],
)
def test_a_file_under_any_other_version_is_asked_for_again(client, path):
    assert cached(client, path) == (200, "no-cache")


@pytest.mark.parametrize(
    "path", ["/static/nope.js?v=1", "/static/../config.py?v=1", "/static/js?v=1"]
)
def test_a_file_that_is_not_there_yet_is_not_remembered_as_missing(client, path):
    assert cached(client, path) == (404, "no-store")


def test_a_version_asked_for_too_early_is_not_kept(client, versioned):
    wrong = versioned.replace("poll.js", "checkout.js")
    assert cached(client, wrong) == (200, "no-cache")


# --- error pages


OUT_OF_DATE = {"en": "This form is out of date", "pt-PT": "Este formulário está desatualizado"}


@pytest.mark.parametrize("lang", OUT_OF_DATE)
def test_a_form_that_is_out_of_date_is_said_in_the_customers_words(app, lang):
    order = world.open_shop(app).order(5)
    page = app.test_client().post(f"/checkout/o/{order['token']}/pay?lang={lang}").text
    assert f"<h1>{OUT_OF_DATE[lang]}</h1>" in page
    assert ("Open the payment page again." in page) is (lang == "en")


# --- language


class Languages(HTMLParser):
    """Each text of a page and the language it is declared to be in."""

    VOID = {"meta", "link", "br", "input", "img"}

    def __init__(self, page: str) -> None:
        super().__init__()
        self.stack, self.found = [None], {}
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag not in self.VOID:
            self.stack.append(dict(attributes).get("lang") or self.stack[-1])

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            self.stack.pop()

    def handle_data(self, data):
        self.found.setdefault(data.strip(), set()).add(self.stack[-1])


def test_the_reference_declares_each_of_its_two_languages(client):
    found = Languages(client.get("/api/docs?lang=pt-PT").text).found
    assert found["Esquemas"] == {"pt-PT"}
    assert found["/api/create-payment-intent"] == {"en"}
    assert found["openapi.json"] == {"en"}


def test_languages_are_named_once(app):
    assert set(web.LANGUAGES) == set(web._TAGS)

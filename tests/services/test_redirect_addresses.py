"""The addresses customers are sent back to: what browsers, headers and parsers agree about."""

import pytest

from app.kit.errors import Refused
from app.services import redirects

GOOD = [
    "https://shop.example.com",
    "https://shop.example.com/thanks?order={orderId}&a=%20#done",
    "https://shop.example.com:8443/thanks",
    "https://shop-1.example.com:65535/",
    "https://127.0.0.1/",
    "https://[2001:db8::1]:8443/thanks",
]
WRONG = [
    "https://[x",
    "https://[x]/",
    "https://a:99999/",
    "https://a:port/",
    "https://a:-1/",
    "https://a;script-src*/",
    "https://a,b/",
    "https://*.example/",
    "https://a'b/",
    "https://a%20b/",
    "https://a_b/",
    "https://me@a/",
    "https://{orderId}.example/",
    "https:///thanks",
    "https://:443/",
    "https:a/b",
    "HTTPS//a/",
    "ftp://a/",
    "javascript:alert(1)",
    "//a/b",
    "/thanks",
    "https://a/\\b",
    "https://a/ b",
    "https://a/\x00",
    "https://é.example/",
    "https://a/" + "x" * 2048,
]


@pytest.fixture(params=["https", "http"])
def inside(request, app):
    """Each scheme, where http is allowed as well."""
    with app.app_context():
        yield lambda url: request.param + url.removeprefix("https")


@pytest.mark.parametrize("url", GOOD)
def test_a_complete_address_is_kept_as_it_is(inside, url):
    assert redirects.check(f" {inside(url)} ", "success_url") == inside(url)


@pytest.mark.parametrize("url", WRONG)
def test_anything_unusual_is_refused_by_its_field(inside, url):
    if url.startswith("https"):
        url = inside(url)
    with pytest.raises(Refused) as caught:
        redirects.check(url, "cancel_url")
    assert (caught.value.code, caught.value.details) == ("invalid_url", {"field": "cancel_url"})


def test_none_is_needed(app):
    with app.app_context():
        assert redirects.check("", "success_url") is None
        assert redirects.check(None, "success_url") is None

from ipaddress import ip_network

import pytest

from app.kit.http.addresses import AddressPolicy, BadUrl, Blocked, check_url
from tests.kit.http.hostile import answer

FORBIDDEN = """
    0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3 169.254.169.254
    172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1 192.168.1.1
    198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1
    64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:0:7f00:1:: 2001:10::1 2001:db8::1
    2002:7f00:1:: 2002:a00:1:: 3fff::1 5f00::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1 4000::1
    fe80::1%eth0 2606:4700:4700::1111%1
"""
PUBLIC = """
    1.1.1.1 8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 192.0.1.1
    ::ffff:8.8.8.8 2606:4700:4700::1111 2001:4860:4860::8888 2a00:1450:4001::1
"""
NOBODY = AddressPolicy()
LOOPBACK = AddressPolicy((ip_network("127.0.0.0/8"), ip_network("::1/128")))


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_a_forbidden_address_is_not_permitted(address):
    assert not NOBODY.permits(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_a_public_address_is_permitted(address):
    assert NOBODY.permits(address)


@pytest.mark.parametrize("address", ["", "localhost", "127.1", "0177.0.0.1", "1.2.3.4 ", "[::1]"])
def test_what_is_not_a_plain_address_is_not_permitted(address):
    assert not LOOPBACK.permits(address)


def test_the_operator_may_allow_a_network_and_only_that():
    assert LOOPBACK.permits("127.0.0.1")
    assert LOOPBACK.permits("::1")
    assert LOOPBACK.permits("::ffff:127.0.0.1")
    assert not LOOPBACK.permits("10.0.0.1")
    assert not LOOPBACK.permits("64:ff9b::7f00:1")


@pytest.mark.parametrize("address", FORBIDDEN.split())
def test_one_forbidden_answer_condemns_the_name(address):
    NOBODY.vet([answer("1.1.1.1", 443)])
    for pair in ([address, "1.1.1.1"], ["1.1.1.1", address]):
        with pytest.raises(Blocked):
            NOBODY.vet([answer(one, 443) for one in pair])


def test_a_scope_in_the_answer_is_refused_even_on_a_public_address():
    with pytest.raises(Blocked):
        NOBODY.vet([(10, 1, 6, "", ("2606:4700:4700::1111", 443, 0, 2))])


@pytest.mark.parametrize(
    ("typed", "saved"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/Hook?a=1&b[]=2", "https://example.com/Hook?a=1&b[]=2"),
        ("https://example.com:8443/x", "https://example.com:8443/x"),
        ("https://example.com./x", "https://example.com/x"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://my_shop.example.com/%2F", "https://my_shop.example.com/%2F"),
        ("https://0x5db8d822/", "https://93.184.216.34/"),
        ("https://[2606:4700:4700:0::1111]/", "https://[2606:4700:4700::1111]/"),
    ],
)
def test_a_url_is_saved_in_one_spelling(typed, saved):
    assert check_url(typed, NOBODY, https_only=True) == saved
    assert check_url(saved, NOBODY, https_only=True) == saved


PRIVATE = """
    127.0.0.1 2130706433 0x7f.1 0177.0.0.1 127.1 0x7f000001 017700000001 127.0.0.1. 0 localhost
    LOCALHOST shop.localhost [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [64:ff9b::7f00:1]
    [fd00::1] 10.0.0.1 169.254.169.254 100.64.0.1 \uff11\uff12\uff17.0.0.1
    127\u30020\u30020\u30021 \u2469.0.0.1
"""


@pytest.mark.parametrize("host", PRIVATE.split())
def test_a_private_host_is_refused_however_it_is_spelled(host):
    with pytest.raises(BadUrl, match="private network"):
        check_url(f"https://{host}/hook", NOBODY, https_only=True)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "javascript:alert(1)",
        "https://",
        "https:///hook",
        "https://user@example.com/",
        "https://user:secret@example.com/",
        "https://example.com@127.0.0.1/",
        "https://example.com/#part",
        "https://example.com#@127.0.0.1/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com/a b",
        " https://example.com/",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: other",
        "https://example.com/\x00",
        "https://exam\u200bple.com/",
        "https://example.com:0/",
        "https://example.com:99999/",
        "https://example.com:8a/",
        "https://example.com:8080/",
        "https://example.com:22/",
        "https://93.184.216.34:9000/",
        "https://%31%32%37.0.0.1/",
        "https://exa mple.com/",
        "https://-example.com/",
        "https://a..example.com/",
        "https://1.2.3.4.5/",
        "https://256.256.256.256/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://[v1.x]/",
        "https://evil[2606:4700:4700::1111]/",
        "https://[2606:4700:4700::1111]evil.com/",
        "https://" + "a" * 64 + ".com/",
        "https://example.com/" + "a" * 2048,
        "https://example.com/" + "é" * 1000,
        "http://example.com/",
    ],
)
def test_a_url_that_could_be_misread_is_refused_with_a_sentence(typed):
    with pytest.raises(BadUrl) as refusal:
        check_url(typed, NOBODY, https_only=True)
    assert str(refusal.value).endswith(".")


def test_plain_http_is_for_those_who_allow_it():
    assert check_url("http://example.com/", NOBODY, https_only=False) == "http://example.com/"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_allowed_network_may_use_any_port_and_http(host):
    url = f"http://{host}:5001/hook"
    assert check_url(url, LOOPBACK, https_only=False) == url
    with pytest.raises(BadUrl):
        check_url(f"http://{host}:0/hook", LOOPBACK, https_only=False)
    assert check_url(url, LOOPBACK, https_only=True) == url

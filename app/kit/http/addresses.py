"""Which addresses our servers may call when a stranger chose them."""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import quote, urlsplit

import idna

__all__ = ["AddressPolicy", "BadUrl", "Blocked", "Target", "check_url", "parse_url"]

DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2048

# The flags of `ipaddress` change between Python releases, and on 3.11 they let 64:ff9b::/96,
# 2002::/16, 192.88.99.0/24 and more through. So what must never be called is spelled out here
# and the flags come on top.
_DENIED = tuple(
    ip_network(text)
    for line in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12",
        "192.0.0.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 224.0.0.0/4 240.0.0.0/4",
        "::/8 100::/64 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8",
        # IPv4 in disguise: NAT64, Teredo (inside 2001::/23) and 6to4
        "64:ff9b::/96 64:ff9b:1::/48 2001::/23 2002::/16",
    )
    for text in line.split()
)
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BRACKETS = re.compile(r"\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\](:[0-9]*)?")
_PATH_SAFE = "/%:@!$&'()*+,;=~-._"


class Blocked(Exception):
    """The address is not one our servers may call. The text is for operators only."""


class BadUrl(ValueError):
    """The URL cannot be used; the text tells whoever typed it what to change."""


@dataclass(frozen=True)
class AddressPolicy:
    """Public addresses, and whatever the operator allowed besides."""

    allowed: tuple[IPv4Network | IPv6Network, ...] = ()

    def permits(self, address: str) -> bool:
        """True if this literal IP address may be dialled; False for anything unreadable."""
        ip = _read(address)
        return ip is not None and (self._lists(ip) or _is_public(ip))

    def allows(self, address: str) -> bool:
        """True if the operator listed a network that holds this literal IP address."""
        ip = _read(address)
        return ip is not None and self._lists(ip)

    def vet(self, answers: Iterable[tuple[Any, ...]]) -> None:
        """Pass the answers of one getaddrinfo; raise Blocked if any of them is forbidden.

        One bad answer condemns the name: a list that mixes public and internal addresses is
        an attack, not a mistake.
        """
        for answer in answers:
            address, *rest = answer[4]
            scoped = len(rest) > 2 and rest[2] != 0
            if scoped or not self.permits(str(address)):
                raise Blocked(f"{address} is not an address we call")

    def _lists(self, ip: IPv4Address | IPv6Address) -> bool:
        return any(ip in network for network in self.allowed)


@dataclass(frozen=True)
class Target:
    """A URL taken apart: what to dial and what to ask for. `host` is ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        """The URL in its one normal spelling."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"


@lru_cache(maxsize=1024)
def parse_url(url: str) -> Target:
    """Take a URL apart; raise BadUrl if two readers could disagree about where it leads."""
    if len(url) > MAX_LENGTH:
        raise BadUrl(f"The address is too long: {MAX_LENGTH} characters at most.")
    # urlsplit drops tabs and line ends silently, so they are looked for before it runs.
    if "\\" in url or any(char.isspace() or not char.isprintable() for char in url):
        raise BadUrl("Remove spaces, backslashes and invisible characters from the address.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadUrl("This is not a web address; check the host and the port.") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise BadUrl("The address must start with https:// (or http:// where that is allowed).")
    if "@" in parts.netloc:
        raise BadUrl("Remove the user name and password from the address.")
    # urlsplit overlooks what stands before and after the brackets.
    if "[" in parts.netloc and not _BRACKETS.fullmatch(parts.netloc):
        raise BadUrl("The IPv6 address between the brackets is not valid.")
    if "#" in url:
        raise BadUrl("Remove the # and what follows it from the address.")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    query = f"?{quote(parts.query, safe=_PATH_SAFE + '?[]')}" if parts.query else ""
    path = (quote(parts.path, safe=_PATH_SAFE) or "/") + query
    target = Target(parts.scheme, _host(host), port, path)
    if not port or len(target.url) > MAX_LENGTH:
        raise BadUrl("The address is too long, or its port is 0.")
    return target


def check_url(
    url: str,
    policy: AddressPolicy,
    *,
    https_only: bool,
    ports: tuple[int, ...] = (443, 8443, 80),
) -> str:
    """The URL as it should be saved; raise BadUrl with a sentence for whoever typed it.

    This saves people from mistakes. It does not protect the servers: names are not resolved
    here, and the guard is the check made at every dial. An address or `localhost` inside the
    policy's networks may use any port, and http.
    """
    target = parse_url(url)
    local = target.host == "localhost" or target.host.endswith(".localhost")
    address = "127.0.0.1" if local else target.host
    if policy.allows(address):
        return target.url
    if https_only and target.scheme != "https":
        raise BadUrl("The address must start with https://.")
    if local or (_read(address) is not None and not policy.permits(address)):
        raise BadUrl("The address leads to a private network; use one reachable from outside.")
    if target.port not in ports:
        known = ", ".join(str(port) for port in ports)
        raise BadUrl(f"Port {target.port} cannot be used; use one of {known}.")
    return target.url


def _host(host: str) -> str:
    """One spelling for every host: dotted IPv4, short IPv6, or an ASCII name."""
    if ":" in host:
        ip = _read(host, unwrap=False)
        if ip is None:
            raise BadUrl("The IPv6 address between the brackets is not valid.")
        return str(ip)
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise BadUrl("The host name has characters that cannot be used.") from error
    name = name.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadUrl("The host name is missing or not valid.")
    if _NUMBER.fullmatch(labels[-1]):
        # The resolver reads 2130706433, 0x7f.1 and 127.1 as addresses, so we do too.
        try:
            return socket.inet_ntoa(socket.inet_aton(name))
        except OSError as error:
            raise BadUrl("The IP address is not valid.") from error
    return name


def _read(address: str, *, unwrap: bool = True) -> IPv4Address | IPv6Address | None:
    if "%" in address:  # a scope names one of our own network cards
        return None
    try:
        ip = ip_address(address)
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if unwrap and isinstance(ip, IPv6Address) else None
    return mapped or ip


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    return (
        ip.is_global
        and not (ip.is_multicast or ip.is_reserved)
        and not any(ip in network for network in _DENIED)
    )

"""What a guarded request may say, and what is kept of its answer."""

import re
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse

__all__ = ["kept_headers", "read_body", "request_fields"]

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
# Headers that say where a message ends or who it is for are ours to write.
_OURS = {"connection", "content-length", "expect", "host", "te", "transfer-encoding", "upgrade"}
_OURS |= {"accept-encoding"}  # bodies are never decoded


def read_body(response: HTTPResponse, cap: int) -> tuple[bytes, bool]:
    """Up to `cap` raw bytes and whether there were more; HTTPException if it ended early."""
    if response.status < 200:
        raise HTTPException(f"status {response.status} is not an answer")
    content = response.read(cap + 1)
    if len(content) > cap:
        return content[:cap], True
    if not response.isclosed() and response.length:
        raise HTTPException("the body ended early")
    return content, False


def request_fields(method: str, headers: Mapping[str, str]) -> dict[str, str]:
    """What goes on the wire; ValueError for what would change where a message ends."""
    if not _TOKEN.fullmatch(method):
        raise ValueError(f"{method!r} is not a method")
    fields = {"User-Agent": "Gatehouse", "Accept-Encoding": "identity"}
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value) or name.lower() in _OURS:
            raise ValueError(f"the header {name!r} cannot be sent")
        fields["User-Agent" if name.lower() == "user-agent" else name] = value
    return fields


def kept_headers(response: HTTPResponse, cap: int) -> dict[str, str]:
    """The headers that fit in `cap` bytes, in order; repeated ones joined by a comma."""
    kept: dict[str, str] = {}
    for raw_name, raw in response.getheaders():
        name, value = raw_name.lower(), raw.strip()
        if not value.isprintable():  # NUL and friends break databases and terminals
            value = "".join(char if char.isprintable() else "?" for char in value)
        cap -= len(name) + len(value)
        if cap < 0:
            break
        kept[name] = f"{kept[name]}, {value}" if name in kept else value
    return kept

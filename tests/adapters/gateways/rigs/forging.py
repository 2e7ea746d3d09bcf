"""Ways to spoil a signed call that every gateway refuses: its signature covers the body."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from app.adapters.gateways import base

__all__ = ["spoiled"]


def spoiled(
    call: base.InboundCall, header: str, *, signed: Mapping[str, base.InboundCall] | None = None
) -> dict[str, base.InboundCall]:
    """Forgeries of `call`, whose signature stands in `header`; `signed` are more, each rightly
    signed by somebody else or at another time."""
    right = call.headers[header]

    def with_header(value: str) -> base.InboundCall:
        return dataclasses.replace(call, headers={**call.headers, header: value})

    def with_body(body: bytes) -> base.InboundCall:
        return dataclasses.replace(call, body=body)

    middle = len(call.body) // 2
    return {
        "no headers": dataclasses.replace(call, headers={}),
        "the header under another name": dataclasses.replace(
            call, headers={**call.headers, header: "", f"x-{header}": right}
        ),
        "an empty body": with_body(b""),
        "one byte more": with_body(call.body + b" "),
        "one byte less": with_body(call.body[:-1]),
        "a byte before": with_body(b" " + call.body),
        "one bit flipped": with_body(
            call.body[:middle] + bytes([call.body[middle] ^ 1]) + call.body[middle + 1 :]
        ),
        "the body twice": with_body(call.body * 2),
        "an empty object": with_body(b"{}"),
        "an empty list": with_body(b"[]"),
        "null": with_body(b"null"),
        "not text": with_body(b"\xff\xfe\x00"),
        "with a byte order mark": with_body(b"\xef\xbb\xbf" + call.body),
        "in other letters": with_body(call.body.decode().encode("utf-16")),
        "deeply nested": with_body(b"[" * 5000),
        "an empty signature": with_header(""),
        "a signature of spaces": with_header("   "),
        "a signature cut": with_header(right[:-1]),
        "a signature with more": with_header(right + "0"),
        "a signature reversed": with_header(right[::-1]),
        "a signature in capitals": with_header(right.swapcase()),
        "a signature with umlauts": with_header(right + "ü"),
        "a signature with a NUL": with_header(right + "\x00"),
        "the middle of a signature": with_header(right[2:-2]),
        "a huge signature": with_header(right * 2000),
        "a word for a signature": with_header("valid"),
        "null for a signature": with_header("null"),
        **(signed or {}),
    }

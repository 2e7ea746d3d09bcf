"""HTTP with JSON, as most gateways speak it: bounded, never redirected, errors in our words.

What an answer means is the adapter's business; what no answer means is decided here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from app.adapters.gateways import base
from app.adapters.gateways.sessions import Sessions
from app.kit import strictjson

__all__ = ["Reply", "Transport", "Wire", "over_requests"]

CONNECT, READ = 3.0, 10.0  # seconds; with one retry a call stays under 26
LIMIT = 512 * 1024  # bytes of one answer
DEPTH = 40
# They say that nothing happened, and mean the call that they answer, not one before it.
TURNED_AWAY = (base.Busy, base.Misconfigured)


@dataclass(frozen=True)
class Reply:
    """An answer, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def data(self) -> dict[str, Any]:
        """The JSON object it holds, numbers as int or Decimal; empty for none or another thing."""
        try:
            return strictjson.parse_object(self.body, max_depth=DEPTH)
        except strictjson.InvalidJson:
            return {}

    @property
    def items(self) -> list[dict[str, Any]]:
        """The JSON objects of a list; empty for anything else."""
        try:
            found = strictjson.parse_object(b'{"items":%s}' % self.body, max_depth=DEPTH)["items"]
        except strictjson.InvalidJson:
            return []
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


class Transport(Protocol):
    """Sends one request. Raises base.Unavailable when there is no whole answer."""

    def __call__(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Reply: ...


Refuse = Callable[[Reply], base.GatewayError]


@dataclass(frozen=True)
class Wire:
    """One company's API for one set of credentials.

    `refuse` turns an answer that is neither fine nor decided here into one of our errors; it may
    show the company's words, never what was sent.
    """

    company: str
    base_url: str  # without a slash at its end
    refuse: Refuse
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    transport: Transport | None = field(default=None, repr=False)

    def get(self, path: str, query: Mapping[str, str] | None = None, **options: Any) -> Reply:
        """GET, tried once more when there was no answer: asking changes nothing."""
        where = f"{path}?{urlencode(query)}" if query else path
        return self.call("GET", where, is_repeatable=True, **options)

    def post(self, path: str, data: Any, **options: Any) -> Reply:
        """POST of JSON; see `call`."""
        return self.call("POST", path, data, **options)

    def call(
        self,
        method: str,
        path: str,
        data: Any = None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        is_repeatable: bool = False,
    ) -> Reply:
        """One call; `data` goes as JSON, `body` as it is. Gives answers below 300.

        With `is_repeatable` (it changes nothing, or carries a key that makes it count once) it is
        sent once more when there was no answer. Raises Busy for 429, Unavailable for no answer and
        for 5xx, Misconfigured for 401, NotPermitted for 403 and whatever `refuse` makes of others;
        but Unavailable where the first may have changed something and the second was turned away
        before it was looked at.
        """
        sent = body if data is None else strictjson.dump(data)
        all_headers = {"Accept": "application/json", "User-Agent": "Gatehouse", **self.headers}
        if data is not None:
            all_headers["Content-Type"] = "application/json"
        all_headers |= headers or {}
        send = self.transport or over_requests(self.company)
        silence = None
        try:
            reply = send(method, self.base_url + path, all_headers, sent)
        except base.Unavailable as error:
            if not is_repeatable:
                raise
            silence = error
            reply = send(method, self.base_url + path, all_headers, sent)
        if reply.is_ok:
            return reply
        refusal = self._refusal(reply)
        if silence and method != "GET" and isinstance(refusal, TURNED_AWAY):
            raise silence from refusal
        raise refusal

    def _refusal(self, reply: Reply) -> base.GatewayError:
        if reply.status == 429:
            return base.Busy(f"{self.company} asks us to wait")
        if reply.status >= 500:
            return base.Unavailable(f"{self.company} answered {reply.status}")
        refused = self.refuse(reply)
        if isinstance(refused, base.Misconfigured):
            return refused
        if reply.status == 401:
            return base.Misconfigured(refused.reason)
        if reply.status == 403:
            return base.NotPermitted(refused.reason)
        return refused


_sessions = Sessions()


def over_requests(company: str) -> Transport:
    """The transport for addresses that are fixed or set by the operator."""

    def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        import requests
        import urllib3

        try:
            with _sessions.request(
                method,
                url,
                headers=dict(headers),
                data=body,
                timeout=(CONNECT, READ),
                stream=True,
            ) as answer:
                content = answer.raw.read(LIMIT + 1, decode_content=True)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            # The original quotes the address, in which some companies want their keys.
            raise base.Unavailable(_why(company, error)) from None
        if len(content) > LIMIT:
            raise base.Unavailable(f"{company} answered with too much")
        if 300 <= answer.status_code < 400:
            raise base.Unavailable(f"{company} answered {answer.status_code}")
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status_code, named, content)

    return send


def _why(company: str, error: Exception) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return f"{company} did not answer in time"
    return f"{company} could not be reached from this server"

"""Asking PayPal whether it made a call, at a bounded rate.

What looks right may still be forged, and each forgery would cost a call to PayPal and hold a thread
of ours meanwhile. So for each webhook, in each process, only some are asked about at a time; what
was answered is remembered, so that a repetition costs nothing; and after a number of forgeries in a
minute nothing is asked for its rest. PayPal sends again what we did not take, and payments are
asked about anyway.
"""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

from app.adapters.gateways import base
from app.adapters.gateways.paypal.claims import Claim
from app.adapters.gateways.paypal.client import Client
from app.adapters.gateways.paypal.issues import Refused
from app.kit import clock

__all__ = ["AT_ONCE", "FORGERIES", "Gate", "prove"]

PATH = "/v1/notifications/verify-webhook-signature"
AT_ONCE, WAIT = 8, 1.0  # questions under way, and seconds that another waits for its turn
FORGERIES, MINUTE = 20, timedelta(minutes=1)
REMEMBERED, FOR = 512, timedelta(minutes=10)  # answers; not for long, since PayPal may err, too


class Gate:
    """What stands between inbound calls for one webhook and questions to PayPal."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, tuple[bool, datetime]] = OrderedDict()
        self._forged: deque[datetime] = deque(maxlen=FORGERIES)

    def ask(self, digest: bytes, question: Callable[[], bool]) -> bool:
        """The remembered answer, or that of the question. Raises Busy when it is not asked now,
        and whatever `question` raises."""
        known = self._recall(digest)
        if known is not None:
            return known
        if not self._turns.acquire(timeout=WAIT):
            raise base.Busy("too many calls wait for PayPal's word already")
        try:
            answer = question()
        finally:
            self._turns.release()
        self._remember(digest, answer)
        return answer

    def _recall(self, digest: bytes) -> bool | None:
        now = clock.now()
        with self._lock:
            answer, until = self._known.get(digest, (False, now))
            if until > now:
                return answer
            if len(self._forged) == FORGERIES and now - self._forged[0] < MINUTE:
                raise base.Busy("too many calls that PayPal did not make")
        return None

    def _remember(self, digest: bytes, answer: bool) -> None:
        now = clock.now()
        with self._lock:
            self._known[digest] = answer, now + FOR
            self._known.move_to_end(digest)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            if not answer:
                self._forged.append(now)


@lru_cache(maxsize=1000)
def gate_of(url: str, webhook_id: str) -> Gate:
    """The gate of one webhook in this process."""
    return Gate()


def prove(client: Client, webhook_id: str, claim: Claim) -> None:
    """Have PayPal confirm that it made this call, for this webhook. Raises BadSignature when it
    did not; Busy, Unavailable, Misconfigured when nobody can say."""

    def question() -> bool:
        try:
            reply = client.call(
                "POST",
                PATH,
                body=claim.question(webhook_id),
                headers={"Content-Type": "application/json"},
            )
        except (Refused, base.Missing):
            return False  # PayPal cannot read it, so it did not write it
        said = reply.data.get("verification_status")
        if said not in {"SUCCESS", "FAILURE"}:
            raise base.Unavailable("PayPal did not say whether it made the call")
        return bool(said == "SUCCESS")

    if not gate_of(client.url, webhook_id).ask(claim.digest, question):
        raise base.BadSignature("PayPal did not make this call")

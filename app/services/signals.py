"""What happened to people, told to whatever else wants to know: blinker signals, sent after the
commit. A receiver that raises is its own fault: nothing is undone by it.

    from app.services import signals

    @signals.signed_in.connect
    def welcome(sender, *, user_id, session_id, address): ...
"""

from typing import Any

import structlog
from blinker import NamedSignal, Namespace

__all__ = ["password_changed", "send", "sign_in_refused", "signed_in", "signed_out", "signed_up"]

_house = Namespace()
log = structlog.get_logger()

signed_up = _house.signal("signed-up")  # user_id
signed_in = _house.signal("signed-in")  # user_id, session_id, address
sign_in_refused = _house.signal("sign-in-refused")  # user_id or None, address
signed_out = _house.signal("signed-out")  # user_id, session_id; once for each that is ended
password_changed = _house.signal("password-changed")  # user_id


def send(signal: NamedSignal, **told: Any) -> None:
    """Tell every receiver; one that raises keeps neither the others nor us from going on."""
    for receiver in list(signal.receivers_for(None)):
        try:
            receiver(None, **told)
        except Exception:
            log.warning("signal.receiver_failed", signal=signal.name, exc_info=True)

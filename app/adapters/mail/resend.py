"""Mail through Resend's API (https://resend.com/docs/api-reference/emails/send-email)."""

from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any

from app.adapters.gateways import base
from app.adapters.gateways.wire import Reply, Wire
from app.adapters.mail import resend_calls
from app.adapters.mail.base import Letter, MailRefused, MailReport, MailUnavailable

__all__ = ["ResendMailer"]

COMPANY = "Resend"
HOST = "https://api.resend.com"
TRIAL = "resend.dev"  # theirs; everybody may send from it, to themselves alone

# What their `name` of an error means for us; any other 4xx is a final no to this letter.
_KEY = {"missing_api_key", "invalid_api_key", "restricted_api_key"}
_LATER = {"concurrent_idempotent_requests"}
_SET_UP = {"invalid_from_address", "invalid_access", "not_found", "method_not_allowed"}
_TAKEN = "invalid_idempotent_request"


class Refusal(base.Impossible):
    """They understood a call and refused it; `name` is their word for why."""

    def __init__(self, reason: str, name: str) -> None:
        super().__init__(reason)
        self.name = name


class SendOnly(base.Misconfigured):
    """The key may send, and do nothing else."""


class ResendMailer:
    """Sends with one API key from one address."""

    def __init__(self, credentials: base.Credentials) -> None:
        self._values = credentials
        headers = {"Authorization": f"Bearer {credentials['apiKey']}"}
        self._wire = Wire(COMPANY, credentials.base_url or HOST, _refused, headers)

    def send(self, letter: Letter) -> None:
        """Hand a letter over. Raises MailRefused, MailUnavailable.

        Within a day they take a letter of one id once, however often it comes. One that is worded
        anew meanwhile, because it is written when it is sent, they refuse: the first one was taken.
        """
        try:
            key = {"Idempotency-Key": letter.message_id[:256]}
            self._wire.post("/emails", self._body(letter), headers=key)
        except Refusal as error:
            if error.name == _TAKEN:
                return
            if error.name in _LATER | _SET_UP:
                raise MailUnavailable(error.reason) from error
            raise MailRefused(error.reason) from error
        except base.GatewayError as error:
            raise MailUnavailable(error.reason) from error

    def _body(self, letter: Letter) -> dict[str, Any]:
        body: dict[str, Any] = {
            "from": letter.sender(self._values["fromEmail"]),
            "to": [letter.to],
            "subject": letter.subject,
            "text": letter.text,
            "html": letter.html,
            "headers": {"Auto-Submitted": "auto-generated"},  # RFC 3834
            "tags": [{"name": name, "value": value} for name, value in letter.tags.items()],
        }
        return body | {"reply_to": letter.reply_to} if letter.reply_to else body

    def verify(self) -> base.Verification:
        """Test connection: look whether the sender's domain is verified there. Raises Misconfigured
        for a key they do not know or a domain that may not send; Unavailable, Busy."""
        domain = parseaddr(self._values["fromEmail"])[1].partition("@")[2].lower()
        try:
            answer = self._wire.get("/domains").data
        except SendOnly:
            said = "This key may only send, so whether the domain may be sent from is not known."
            return base.Verification(domain, None, (said,))
        except base.Impossible as error:
            raise base.Unavailable(error.reason) from error
        listed = [one for one in answer.get("data") or () if isinstance(one, dict)]
        states = {str(one.get("name", "")).lower(): one.get("status") for one in listed}
        if domain == TRIAL:
            said = "Letters from this address reach nobody but the owner of the account."
            return base.Verification(domain, None, (said,))
        if states.get(domain) == "verified":
            return base.Verification(domain, None)
        if domain not in states and answer.get("has_more"):
            return base.Verification(domain, None, ("They have more domains than they listed.",))
        raise base.Misconfigured(f"{domain} is not verified there, so nothing is sent from it")

    def can_read_calls(self) -> bool:
        """True with a secret to prove their calls with."""
        return bool(self._values.get("webhookSecret"))

    def read_call(self, call: base.InboundCall, now: float) -> MailReport:
        """What became of a letter, as they tell. Raises BadSignature for a call not theirs."""
        names = ("webhookSecret", "webhookSecret.previous")
        secrets = [one for name in names if (one := self._values.get(name))]
        return resend_calls.read(call, secrets, now)


def _refused(reply: Reply) -> base.GatewayError:
    """Errors look like {"statusCode": 422, "name": "validation_error", "message": "…"}; before
    them stands a network whose own are no JSON."""
    data: Mapping[str, Any] = reply.data
    reason = str(data.get("message") or f"{COMPANY} answered {reply.status}")[:300]
    name = str(data.get("name", ""))
    if name == "restricted_api_key":
        return SendOnly(reason)
    if name in _KEY:
        return base.Misconfigured(reason)
    return Refusal(reason, name)

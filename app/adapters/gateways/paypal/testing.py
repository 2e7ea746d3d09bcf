"""Test connection: a fresh token, which proves the credentials and names what they may do."""

from app.adapters.gateways import base
from app.adapters.gateways.paypal.client import HOSTS, Client

__all__ = ["verify"]

_MODES = {"live": "live mode", "sandbox": "PayPal's sandbox"}
_RIGHTS = {
    "https://uri.paypal.com/services/payments/refund": "the app may not refund",
    "https://uri.paypal.com/services/applications/webhooks": "the app may not manage webhooks",
}


def verify(credentials: base.Credentials, client: Client) -> base.Verification:
    """Ask for a token. Keys do not show their mode, so those that are refused are tried at
    PayPal's other host, and the mistake is named. Raises Misconfigured."""
    try:
        _, said = client.new_token()
    except base.Misconfigured as error:
        raise _other_mode(credentials, client) or error from error
    scope = str(said.get("scope") or "")
    lacking = tuple(text for right, text in _RIGHTS.items() if scope and right not in scope.split())
    account = str(said.get("app_id") or client.client_id)
    return base.Verification(account, client.environment == "sandbox", lacking)


def _other_mode(credentials: base.Credentials, client: Client) -> base.Misconfigured | None:
    if client.is_moved:
        return None
    (other,) = set(HOSTS) - {client.environment}
    try:
        Client(credentials, other).new_token()
    except base.GatewayError:
        return None
    return base.Misconfigured(
        f"these keys are of {_MODES[other]}, and the environment is set to {client.environment}"
    )

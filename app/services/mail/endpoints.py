"""Letters to owners about an endpoint that takes nothing; none is sent any more once it does."""

from collections.abc import Callable, Mapping

from app.extensions import db, settings
from app.models import Provider, WebhookEndpoint
from app.services.mail.draft import Draft, Say

__all__ = ["ABOUT_ENDPOINTS", "failing", "switched_off"]


def _failing(_: Say, args: Mapping[str, str]) -> Draft | None:
    endpoint = db.session.get(WebhookEndpoint, args["endpoint"])
    if endpoint is None or endpoint.failing_since is None or endpoint.disabled_at:
        return None
    return failing(_, _names(endpoint), _address(endpoint))


def failing(_: Say, names: Mapping[str, str], link: str) -> Draft:
    """The warning; `names` are `provider` and `url`."""
    return Draft(
        _("%(provider)s does not take its webhooks") % names,
        (
            _("For half a day nothing sent to %(url)s was taken.") % names,
            _("If that goes on for five days, the endpoint is switched off."),
        ),
        (_("Look at the deliveries"), link),
        _why(_),
    )


def _off(_: Say, args: Mapping[str, str]) -> Draft | None:
    endpoint = db.session.get(WebhookEndpoint, args["endpoint"])
    if endpoint is None or endpoint.disabled_at is None:
        return None
    return switched_off(_, _names(endpoint), _address(endpoint))


def switched_off(_: Say, names: Mapping[str, str], link: str) -> Draft:
    """What is said once nothing is sent there any more; `names` as of `failing`."""
    return Draft(
        _("A webhook endpoint of %(provider)s was switched off") % names,
        (
            _("%(url)s takes nothing any more, so nothing is sent there.") % names,
            _("What happens meanwhile waits, and is sent when the endpoint is switched on again."),
        ),
        (_("Look at the deliveries"), link),
        _why(_),
    )


def _names(endpoint: WebhookEndpoint) -> dict[str, str]:
    provider = db.session.get_one(Provider, endpoint.provider_id)
    return {"provider": provider.name, "url": endpoint.url}


def _address(endpoint: WebhookEndpoint) -> str:
    return f"{settings().public_base_url}/deliveries?target={endpoint.id}"


def _why(_: Say) -> str:
    return _("You get this because you are an owner of the organization.")


ABOUT_ENDPOINTS: dict[str, Callable[[Say, Mapping[str, str]], Draft | None]] = {
    "endpoint_failing": _failing,
    "endpoint_off": _off,
}

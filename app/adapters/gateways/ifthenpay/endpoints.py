"""Registering our address for callbacks: one for each key, written over what was there before, and
nobody tells what is."""

import re

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay.client import Client

__all__ = ["LONGEST", "IfthenpayEndpoints", "template"]

PATH = "/api/endpoint/callback/activation"
LONGEST = 300  # characters of a template
KEY = re.compile(r"[A-Za-z0-9_.~-]{10,50}")  # what stands in an address as it is
KEY_FIELDS = ("apKey", "antiPhishingKey")  # their plugins write the first, their SDK the second

_PLACEHOLDERS = (
    "key=[ANTI_PHISHING_KEY]&orderId=[ID]&amount=[AMOUNT]&requestId=[REQUEST_ID]"
    "&reference=[REFERENCE]&status=[STATUS]&when=[PAYMENT_DATETIME]"
)


def template(url: str, method: str, entity: str = "") -> str:
    """The address they fill in and call. Raises Impossible when it is longer than they take."""
    known = f"&entity={entity}" if entity else ""
    whole = f"{url}?{_PLACEHOLDERS}&pm={method}{known}"
    if len(whole) > LONGEST:
        raise base.Impossible(
            f"Ifthenpay takes addresses of up to {LONGEST} characters, and ours has {len(whole)}: "
            "PUBLIC_BASE_URL is too long"
        )
    return whole


class IfthenpayEndpoints:
    """The callbacks of every key that is set."""

    can_look = False

    def __init__(self, client: Client, credentials: base.Credentials) -> None:
        self._client, self._credentials = client, credentials

    def find(self, url: str) -> base.EndpointState | None:
        """Nobody can be asked."""
        raise base.Impossible("Ifthenpay does not tell which callbacks are registered")

    def create(self, url: str) -> base.CreatedEndpoint:
        """Register the address for every key that is set; nothing new comes of it, because the
        anti-phishing key is ours. Raises Misconfigured without a backoffice key."""
        values = self._credentials
        if not values.get("backofficeKey"):
            raise base.Misconfigured(
                "Registering callbacks needs the backoffice key; without it, type the address "
                "into Ifthenpay's backoffice"
            )
        if not KEY.fullmatch(values["antiPhishingKey"]):
            raise base.Misconfigured(
                "The anti-phishing key has to have 10 to 50 plain letters and digits"
            )
        for entity, sub_entity, method in self._accounts():
            known = entity if entity.isdecimal() else ""
            self._register(entity, sub_entity, template(url, method, known))
        return base.CreatedEndpoint("callbacks")

    def repair(self, endpoint_id: str) -> None:
        """Nothing is ever found that could be repaired."""
        raise base.Missing("register the callbacks again instead")

    def delete(self, endpoint_id: str) -> None:
        """They have no call for that; registering again writes over it."""

    def keep_only(self, url: str, endpoint_id: str) -> None:
        """There is one for each key, always."""

    def _accounts(self) -> list[tuple[str, str, str]]:
        """What they call entity and sub-entity of each key, and our name of the method."""
        get = self._credentials.get
        named = [
            ("MB", get("mbKey"), "MB"),
            ("MBWAY", get("mbwayKey"), "MBWAY"),
            ("CCARD", get("ccKey"), "CCARD"),
        ]
        if not get("mbKey") and get("entity") and get("subEntity"):
            named.append((get("entity"), get("subEntity"), "MB"))
        return [one for one in named if one[1]]

    def _register(self, entity: str, sub_entity: str, address: str) -> None:
        answers = []
        for field in KEY_FIELDS:
            answers.append(self._ask(field, entity, sub_entity, address))
            if answers[-1].startswith("OK:"):
                return
        said = self._client.said("; ".join(answers), "nothing")
        raise base.Impossible(f"Ifthenpay did not register the callback for {entity}: {said}")

    def _ask(self, key_field: str, entity: str, sub_entity: str, address: str) -> str:
        sent = {
            "chave": self._credentials["backofficeKey"],
            "entidade": entity,
            "subentidade": sub_entity,
            key_field: self._credentials["antiPhishingKey"],
            "urlCb": address,
        }
        try:
            reply = self._client.post_at_site(PATH, sent)
        except (base.Impossible, base.Missing) as error:
            return error.reason
        return reply.body.decode("utf-8", "replace").strip().strip('"')

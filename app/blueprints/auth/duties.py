"""What a role may do, in words. The table of permissions decides; here is how each is called."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.models import Role
from app.services.permissions import PERMISSIONS, permits

__all__ = ["WORDS", "sentence_of"]

WORDS = {
    "look": _("look at orders, providers, integrations and the set-up"),
    "orders.change": _("cancel and refund orders, and send webhooks again"),
    "payouts.change": _("release what is held for sellers, and pay sellers"),
    "members.look": _("see who is here"),
    "integrations.change": _("change integrations and their keys"),
    "providers.change": _("change providers, their keys and webhooks"),
    "audit.look": _("read the audit log"),
    "organization.change": _("change the organization's name, colour and logo"),
    "members.change": _("invite and remove people"),
    "owners.change": _("make and remove owners"),
    "organization.delete": _("delete the organization"),
}


def sentence_of(role: Role) -> str:
    """Everything a role may do, as one sentence."""
    allowed = [str(WORDS[one]) for one in WORDS if one in PERMISSIONS and permits(role, one)]
    return str(gettext("May %(what)s.", what="; ".join(allowed)))

"""Who sends a letter: the organization's own service or the installation's, never another's."""

import pytest
from sqlalchemy import select, update

from app.adapters.mail import MailUnavailable
from app.adapters.mail.smtp import SmtpMailer
from app.extensions import db, reading, transaction
from app.models import IntegrationConfig, Organization, Task
from app.services import credentials, mail, organizations
from app.services.credentials import Scope
from app.services.mail import letters
from app.services.mail.mailers import Sender, connected, find
from tests.services.mail.test_sending import about_an_endpoint_of
from tests.world import open_shop, run_tasks

HOUSE = {"SMTP_HOST": "mail.house.example", "SMTP_FROM": "house@house.example"}
OWN = {"host": "mail.acme.example", "fromEmail": "shop@acme.example", "password": "canary-0001"}


@pytest.fixture
def shop(make_app):
    return open_shop(make_app(**HOUSE))


def save(shop, service="smtp", **values):
    with shop.inside(), transaction():
        scope = Scope("organization", shop.org_id)
        credentials.save(service, scope, values or OWN, actor="test")


def host(shop, sender):
    """The server that letters of this kind go to."""
    with shop.inside():
        with reading():
            found = find(sender)
        mailer = connected(found)
        return mailer._values["host"] if isinstance(mailer, SmtpMailer) else mailer


@pytest.mark.parametrize("sender", Sender)
def test_without_one_of_its_own_an_organization_uses_the_installations(shop, sender):
    assert host(shop, sender) == "mail.house.example"


def test_customers_hear_from_the_organizations_own_people_from_the_installation(shop):
    save(shop)
    found = {one.name: host(shop, one) for one in Sender}
    assert found == {
        "house": "mail.house.example",
        "house_first": "mail.house.example",
        "own_first": "mail.acme.example",
    }


def test_another_organizations_server_is_never_used(shop):
    save(shop)
    other = open_shop(shop.app, org="Umbrella", name="Other")
    assert {host(other, one) for one in Sender} == {"mail.house.example"}


def test_strangers_do_not_write_to_customers_by_the_installations_server(shop):
    with shop.app.app_context(), transaction():
        db.session.execute(update(Organization).values(uses_platform_credentials=False))
    with shop.inside(), reading():
        assert find(Sender.own_first) is None
        assert find(Sender.house_first) is not None
    save(shop)
    assert host(shop, Sender.own_first) == "mail.acme.example"


def test_where_the_installation_has_none_people_hear_by_the_organizations(make_app):
    shop = open_shop(make_app())
    save(shop)
    assert host(shop, Sender.house_first) == "mail.acme.example"
    with shop.inside(), reading():
        assert find(Sender.house) is None


@pytest.mark.parametrize("damage", ["incomplete", "foreign"])
def test_an_own_server_that_is_damaged_is_not_replaced_by_another(shop, damage):
    """A letter waits for somebody to mend it: it is not sent in the wrong name."""
    save(shop)
    with shop.inside(), transaction():
        row = db.session.scalars(select(IntegrationConfig)).one()
        if damage == "incomplete":
            row.config = {name: row.config[name] for name in row.config if name != "fromEmail"}
        else:
            elsewhere = {"table": "integration_config", "owner": "org_other", "service": "smtp"}
            sealed = credentials.seal("canary-0002", **elsewhere, field="password")
            row.config = {**row.config, "password": sealed}
    with pytest.raises(MailUnavailable, match="incomplete or does not open") as refusal:
        host(shop, Sender.own_first)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["reset_password", "confirm_address", "invitation"])
def test_a_link_that_proves_an_address_is_never_sent_by_an_organizations_server(kind):
    """Whoever runs that server could read it, and be whom they like."""
    assert letters.sender_of(kind) is Sender.house


def test_a_persons_letter_goes_by_the_installation_though_the_organization_has_its_own(
    shop, monkeypatch
):
    save(shop)
    taken = []
    monkeypatch.setattr(
        SmtpMailer, "send", lambda self, letter: taken.append((self._values["host"], letter))
    )
    with shop.app.app_context():
        organizations.create_user("ada@example.com", "a quiet afternoon in May", org="Acme")
    with shop.inside(), transaction():
        mail.post("password_changed", "ada@example.com", locale="en")
    run_tasks(shop.app)
    assert [server for server, _ in taken] == ["mail.house.example"]


def test_a_letter_waits_while_the_service_is_damaged(make_app):
    shop = open_shop(make_app(), webhook_url="http://127.0.0.1:9/hook")
    save(shop, host="mail.acme.example")  # without a sender
    about_an_endpoint_of(shop, "endpoint_off", "ada@example.com")
    run_tasks(shop.app)
    with shop.app.app_context(), reading() as session:
        (task,) = session.scalars(select(Task).where(Task.name == "mail.send")).all()
    assert "incomplete" in task.last_error

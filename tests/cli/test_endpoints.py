"""`webhook-endpoints` on the command line."""

import pytest

from tests import world
from tests.fakes.stripe import StripeFake


@pytest.fixture
def stripe():
    with StripeFake() as fake:
        fake.account(world.STRIPE_KEY)
        yield fake


@pytest.fixture
def run(make_app, stripe):
    app = make_app(STRIPE_API_BASE=stripe.url)
    world.connect_stripe(world.open_shop(app), webhookSecret="")
    runner = app.test_cli_runner()

    def run(*words: str):
        return runner.invoke(args=["webhook-endpoints", *words])

    return run


def test_check_create_check(run, stripe):
    before = run("check", "stripe", "--org", "acme")
    assert (before.exit_code, "not registered" in before.output) == (1, True)
    made = run("create", "stripe", "--org", "acme")
    assert made.exit_code == 0, made.output
    assert "whsec_" not in made.output, "it is stored, so nobody needs to see it"
    assert run("check", "stripe", "--org", "acme").exit_code == 0
    stripe.tamper(stripe.webhook_endpoints()[0]["id"], status="disabled")
    assert run("check", "stripe", "--org", "acme").exit_code == 1
    assert run("repair", "stripe", "--org", "acme").exit_code == 0
    assert stripe.webhook_endpoints()[0]["status"] == "enabled"


@pytest.mark.parametrize(
    "words", [("check", "stripe", "--org", "nobody"), ("create", "sandbox"), ("check", "stripe")]
)
def test_what_cannot_be_is_one_line(run, words):
    result = run(*words)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert len(result.output.splitlines()) == 1

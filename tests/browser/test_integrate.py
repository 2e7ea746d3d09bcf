"""The samples on a provider's page run as they stand, and the page notices their calls."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.going_on import go_on
from tests.browser.test_merchant_walk import sign_up
from tests.servers.browser import node_path

RUN = {"Python": [sys.executable, "-c"], "Node.js": [node_path(), "--input-type=module", "-e"]}


@pytest.mark.parametrize("language", RUN)
def test_a_sample_runs_and_the_page_flips_when_its_call_arrives(served, open_page, language):
    watched = open_page()
    page, base = watched.page, watched.base
    page.clock.install()
    sign_up(page, base)
    page.goto(f"{base}/providers/new")
    page.get_by_label("Name", exact=True).fill("Bitloader")
    page.get_by_role("button", name="Create provider").click()
    key = page.locator("[data-secret=key]").inner_text()
    expect(page.locator("#called")).to_have_attribute("data-version", "waiting")
    part = page.locator(f"[data-id='{language}']")
    part.locator("summary").click()
    sample = part.locator("code").inner_text()
    done = subprocess.run(
        [*RUN[language], sample],
        env={**os.environ, "GATEHOUSE_KEY": key},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.startswith(f"{base}/checkout/o/"), done.stderr
    go_on(page, scripts=True)
    page.locator("#called[data-version=called]").wait_for()
    watched.assert_clean()

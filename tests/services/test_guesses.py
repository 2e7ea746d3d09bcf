"""Guesses that come in by two web processes at once: they count together."""

import json
import subprocess
import sys

from app.services import organizations, people
from tests.bans import ROOT

EMAIL, PASSWORD = "ada@example.com", "a quiet afternoon in May"
GUESSING = """
import json, sys
from app import create_app
from app.kit.errors import AppError
from app.services import passwords, people

reached = []
passwords.verify_password = lambda stored, password: bool(reached.append(password))
with create_app(json.loads(sys.argv[1])).app_context():
    for number in range(500):
        try:
            people.sign_in(sys.argv[2], f"guess number {number}", address=sys.argv[3])
        except AppError:
            pass
print(len(reached))
"""


def test_of_a_thousand_guesses_by_two_processes_few_reach_the_hash(app, environ):
    with app.app_context():
        ada = organizations.create_user(EMAIL, PASSWORD, org="Acme")
    command = [sys.executable, "-c", GUESSING, json.dumps(environ), EMAIL, "192.0.2.66"]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    reached = [int(one.communicate(timeout=100)[0]) for one in running]
    assert sum(reached) == 5, "five in a quarter of an hour from one place, whoever counts"
    with app.app_context():
        assert people.sign_in(EMAIL, PASSWORD, address="198.51.100.7").id == ada.id

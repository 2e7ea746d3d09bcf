"""A person with a browser: signs up or in, opens pages, fills their forms in."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask
from flask import session as cookie
from itsdangerous import URLSafeTimedSerializer

from app.blueprints import session
from app.extensions import db, transaction
from app.models import Membership, Role, User
from app.services import organizations

PASSWORD = "a quiet afternoon in May"


class Merchant:
    """One browser and the person in front of it."""

    def __init__(self, app: Flask, address: str = "192.0.2.1") -> None:
        self.app = app
        self.client = app.test_client()
        self.address = address

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=headers, environ_base=self._from())

    def post(self, path: str, token: str | None = None, **fields: Any):
        """Send a form with the token of a page that was open; `token` may be another one, or ''."""
        if token is None:
            token = self.token()
        data = {"csrf_token": token, **fields} if token else fields
        return self.client.post(path, data=data, environ_base=self._from())

    def follow(self, path: str, **fields: Any):
        """Send a form and open the page it leads to."""
        response = self.post(path, **fields)
        assert response.status_code == 303, response.text[-600:]
        return self.get(response.location)

    def token(self) -> str:
        """What the forms of this browser carry, as Flask-WTF signs it; no page has to be made."""
        with self.client.session_transaction() as held:
            raw = held.setdefault("csrf_token", secrets.token_hex(20))
        key = self.app.config["SECRET_KEY"]
        return str(URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))

    def begin(self, user: User) -> None:
        """Sign in as a person whom nobody asks for a password."""
        with self.app.test_request_context(environ_base=self._from()):
            session.begin(user)
            values = dict(cookie)
        with self.client.session_transaction() as held:
            held.update(values)
            held.permanent = True

    def sign_up(self, email: str = "ada@example.com", organization: str = "Acme"):
        return self.post("/signup", organization=organization, email=email, password=PASSWORD)

    def sign_in(self, email: str = "ada@example.com", password: str = PASSWORD, **query: str):
        where = "/login" + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
        return self.post(where, email=email, password=password)

    def _from(self) -> dict[str, str]:
        return {"REMOTE_ADDR": self.address}


def person(app: Flask, role: Role = Role.owner, org: str = "Acme", email: str | None = None):
    """A signed-in browser of a new person with a role in an organization."""
    email = email or f"{role}@{organizations.slugify(org)}.example"
    with app.app_context():
        found = organizations.ensure(org)
        user = organizations.create_user(email, PASSWORD, org=None)
        with transaction():
            db.session.add(Membership(organization_id=found.id, user_id=user.id, role=role))
    browser = Merchant(app)
    browser.begin(user)
    return browser

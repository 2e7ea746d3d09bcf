"""Mail: a server that takes it by SMTP, or a folder to look into during development."""

from app.adapters.mail.base import Letter, Mailer, MailRefused, MailUnavailable

__all__ = ["Letter", "MailRefused", "MailUnavailable", "Mailer"]

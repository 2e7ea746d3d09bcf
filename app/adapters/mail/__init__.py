"""Mail: a server that takes it by SMTP, Resend, or a folder to look into during development."""

from app.adapters.mail.base import Letter, Mailer, MailRefused, MailReport, MailUnavailable

__all__ = ["Letter", "MailRefused", "MailReport", "MailUnavailable", "Mailer"]

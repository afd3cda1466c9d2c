"""How a setting's text becomes its value; each reader raises `ValueError` with the rule that the text breaks."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from activities.ledger_extract import Money

DATABASES = ("sqlite", "postgresql+psycopg")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def path(text: str) -> Path:
    """A file or folder, absolute."""
    return Path(text).expanduser().absolute()


def database_url(text: str) -> str:
    """An SQLAlchemy address of a database that the casebook can use."""
    if not text.startswith(tuple(f"{database}://" for database in DATABASES)):
        raise ValueError(f"must start with {' or '.join(f'{database}://' for database in DATABASES)}")
    return text


def http_url(text: str) -> str:
    """An address without credentials in it."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address with a host")
    if parts.username or parts.password:
        raise ValueError("must not carry a user or password; give a token file instead")
    return text.rstrip("/")


def name(text: str) -> str:
    """A short name for engines and queues."""
    if not (text.isascii() and text.replace("-", "").isalnum() and text == text.lower() and len(text) <= 40):
        raise ValueError("must be at most 40 lower-case letters, digits and hyphens")
    return text


def socket(text: str) -> str:
    """host:port; port 0 takes a free one."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or not int(port) < 65536:
        raise ValueError("must be host:port, such as 127.0.0.1:9464")
    return text


def roles(text: str) -> dict[str, str]:
    """Groups of the identity provider and the role of each."""
    known = ("viewer", "case_manager", "lead", "supervisor", "auditor")
    found = {}
    for part in filter(None, (each.strip() for each in text.split(";"))):
        group, _, role = (each.strip() for each in part.partition("="))
        if not group or role not in known:
            raise ValueError(f"must be group=role, several with semicolons; roles are {', '.join(known)}")
        found[group] = role
    return found


def level(text: str) -> str:
    """A log level."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def sent(text: str) -> str:
    """A word that travels in an X12 element."""
    if not (text.isascii() and text.isprintable()) or set(text) & set("*:^~") or len(text) > 60:
        raise ValueError("must be at most 60 plain characters without * : ^ ~")
    return text.upper()


def telephone(text: str) -> str:
    """Ten digits."""
    if not (text.isascii() and text.isdigit() and len(text) == 10):
        raise ValueError("must be ten digits")
    return text


def interchange(text: str) -> tuple[str, str, str]:
    """Qualifier, id and group id of one end of the envelope."""
    qualifier, _, rest = text.upper().partition(":")
    identifier, _, group = rest.partition(":")
    if len(qualifier) != 2 or not identifier or max(len(identifier), len(group)) > 15 or not text.isascii():
        raise ValueError(
            "must be qualifier:id or qualifier:id:group, such as ZZ:OFFICE17, ids of at most 15 characters"
        )
    return qualifier, identifier, group or identifier


def yes(text: str) -> bool:
    """yes or no."""
    if text.lower() not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return text.lower() == "yes"


def money(text: str) -> Money:
    """How money is written: 'dollars' or 'cents'."""
    if text == "dollars":
        return "dollars"
    if text == "cents":
        return "cents"
    raise ValueError("must be dollars or cents")


def days(text: str) -> timedelta:
    """A number of days."""
    if not text.isdigit() or not 1 <= int(text) <= 3650:
        raise ValueError("must be a whole number of days from 1 to 3650")
    return timedelta(days=int(text))

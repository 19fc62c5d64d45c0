"""Every setting in one frozen value, read once at the start and handed down.

Flows in: the environment and what the command line overrides. Flows out: `Settings`. This is the only file that reads the environment.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec
import platformdirs

from theriac.errors import UserError

VERSION = "0.1.0"
N = TypeVar("N", int, float)
VERSION = "0.1.0"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the home lies and how much of the machine may be used."""

    home: Path
    catalog: str | None = None
    workers: int = 2
    quarantine_share: float = 0.0
    shrink_share: float = 0.5
    batch_bytes: int = 48 * 1024 * 1024
    batch_records: int = 20_000
    contact: str = ""
    mirror: str = ""
    rate: float = 0.0
    cadence: str = ""
    openfda_key: str = ""
    ncbi_key: str = ""
    smtp: str | None = None
    mail_sender: str = "Theriac <theriac@localhost>"
    site: str | None = None
    hosts: tuple[str, ...] = ()
    cors: tuple[str, ...] = ()
    client_rate: int = 6000
    readers: int = 4

    def __repr__(self) -> str:
        """The settings without the mail server's password."""
        return f"Settings(home={str(self.home)!r})"

    @property
    def catalog_url(self) -> str:
        """The catalog's database: SQLite inside the home unless a shared one is set."""
        return self.catalog or f"sqlite:///{self.home / 'catalog.sqlite'}"


VARIABLES = {
    "THERIAC_HOME": "the folder that holds everything Theriac keeps (default: the user's data folder)",
    "THERIAC_CATALOG": "a PostgreSQL URL, where several machines share one home (default: SQLite inside the home)",
    "THERIAC_WORKERS": "how many processes read documents side by side (default: the machine's cores, at most 8)",
    "THERIAC_QUARANTINE_SHARE": "the share of records that may be quarantined before a load exits with 3 (default 0)",
    "THERIAC_SHRINK_SHARE": "how far a complete listing may shrink before its absences are believed (default 0.5)",
    "THERIAC_CONTACT": "a contact address sent with every request to a live source",
    "THERIAC_MIRROR": "a server in place of the live hosts: https://HOST/path is asked as MIRROR/HOST/path (tests, offline copies)",
    "THERIAC_RATE": "the most requests a second to any one host, where that is less than what the source allows (a mirror may be asked faster)",
    "THERIAC_CADENCE": "how often sources are synced, where not as they come: ctgov=daily openfda_label=weekly pubmed=never",
    "THERIAC_OPENFDA_KEY": "an openFDA API key, which raises the number of requests a day",
    "THERIAC_NCBI_KEY": "an NCBI API key, which raises the rate of PubMed requests",
    "THERIAC_SMTP": "the mail server for alerts: smtps://user:password@host:465, or smtp://host:587 (STARTTLS)",
    "THERIAC_MAIL_FROM": "the sender of alert mails",
    "THERIAC_SITE": "the address of this Theriac's own pages, for links in digests; with https, cookies are Secure",
    "THERIAC_HOSTS": "further host names under which the service may be asked, with commas between (default: this machine and THERIAC_SITE)",
    "THERIAC_CORS": "origins whose pages may read the REST API from a browser, with commas between (default: none)",
    "THERIAC_CLIENT_RATE": "how many requests a minute one client may make of the service (default 6000; 0: any number)",
    "THERIAC_READERS": "how many questions the service works on side by side (default 4)",
}


def read_settings(home: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in force; UserError naming the variable that cannot be read."""
    env = os.environ if environ is None else environ
    named = env.get("THERIAC_HOME")
    folder = home or Path(named or platformdirs.user_data_dir("theriac", appauthor=False))
    return Settings(
        home=folder.expanduser().absolute(),
        catalog=env.get("THERIAC_CATALOG") or None,
        workers=_number(env, "THERIAC_WORKERS", min(os.cpu_count() or 1, 8), int),
        quarantine_share=_number(env, "THERIAC_QUARANTINE_SHARE", 0.0, float),
        shrink_share=_number(env, "THERIAC_SHRINK_SHARE", 0.5, float),
        contact=env.get("THERIAC_CONTACT", ""),
        mirror=env.get("THERIAC_MIRROR", "").rstrip("/"),
        rate=_number(env, "THERIAC_RATE", 0.0, float),
        cadence=env.get("THERIAC_CADENCE", ""),
        openfda_key=env.get("THERIAC_OPENFDA_KEY", ""),
        ncbi_key=env.get("THERIAC_NCBI_KEY", ""),
        smtp=env.get("THERIAC_SMTP") or None,
        mail_sender=env.get("THERIAC_MAIL_FROM") or "Theriac <theriac@localhost>",
        site=env.get("THERIAC_SITE") or None,
        hosts=_names(env, "THERIAC_HOSTS"),
        cors=_names(env, "THERIAC_CORS"),
        client_rate=_number(env, "THERIAC_CLIENT_RATE", 6000, int),
        readers=_number(env, "THERIAC_READERS", 4, int),
    )


def _names(env: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in env.get(name, "").split(",") if one.strip())


def _number(env: Mapping[str, str], name: str, default: N, kind: type[N]) -> N:
    text = env.get(name)
    if not text:
        return default
    try:
        return kind(text)
    except ValueError as error:
        raise UserError(f"{name} is {text!r}, which is not a number; unset it or give a number") from error

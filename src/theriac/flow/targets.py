"""Where a digest goes: a mailbox, a webhook, a feed, a folder of the home, or a service that Apprise knows.

Flows in: what a person wrote after `--to`. Flows out: a target whose id never shows a secret. It opens nothing; whether a webhook's host is a
public one is only known, and asked again, at each delivery.
"""

import hashlib
import re
from enum import StrEnum

import msgspec

from theriac.errors import UserError
from theriac.flow.addresses import endpoint

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOMAIN_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_DOMAIN_LABEL}(?:\.{_DOMAIN_LABEL})*\Z")
_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
# Services of Apprise with one known host each, and those that people run themselves: where these lead is judged at every connection.
HOSTED = ("discord", "slack", "tgram", "msteams", "workflows", "pover", "pbul", "gchat", "sendgrid", "mailgun", "ifttt", "webexteams")
SELF_RUN = ("gotify", "gotifys", "ntfy", "ntfys", "mmost", "mmosts", "matrix", "matrixs", "rocket", "rockets", "json", "jsons", "form", "forms")


class TargetKind(StrEnum):
    """The ways of delivery."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    FEED = "feed"
    FOLDER = "folder"
    APPRISE = "apprise"


class Target(msgspec.Struct, frozen=True):
    """One place to deliver to; `secret` signs a webhook's deliveries, or is the private name of a feed."""

    kind: TargetKind
    address: str
    secret: str = ""

    @property
    def id(self) -> str:
        """The target's part of a digest's id: the same for the same address, and no way back to it."""
        return f"{self.kind}:{hashlib.blake2b(self.address.encode(), digest_size=8).hexdigest()}"

    @property
    def shown(self) -> str:
        """The target as lists and logs show it, without what only its owner may know."""
        if not self.address:
            return f"{self.kind} (sealed with a key that is not here)"
        if self.kind is TargetKind.WEBHOOK:
            found = endpoint(self.address)
            return f"{'https' if found.secure else 'http'}://{found.named}/…"
        if self.kind is TargetKind.APPRISE:
            return f"{self.address.partition('://')[0]}://…"
        return {TargetKind.MAIL: f"mailto:{self.address}", TargetKind.FOLDER: f"folder:{self.address}"}.get(self.kind, "feed")

    def bare(self) -> "Target":
        """The target of an alert that has ended: what lists show of it, and nothing that would let anybody deliver or read."""
        hidden = self.kind in (TargetKind.WEBHOOK, TargetKind.APPRISE) and self.address
        return Target(self.kind, self.shown.removesuffix("…") if hidden else self.address)


def read_target(text: str, secret: str, token: str) -> Target:
    """The target that a person wrote; UserError with the ways there are. A webhook keeps the secret, a feed the token that is its private name.

    >>> read_target("mailto:a@example.org", "", "").shown, read_target("https://example.org/x/KEY", "s", "t").shown
    ('mailto:a@example.org', 'https://example.org/…')
    """
    wanted = text.strip()
    scheme, _, rest = wanted.partition(":")
    if wanted == "feed":
        return Target(TargetKind.FEED, "feed", token)
    if scheme == "mailto" or ("@" in wanted and ":" not in wanted):
        return Target(TargetKind.MAIL, _mailbox(rest if scheme == "mailto" else wanted))
    if scheme.lower() in ("http", "https"):
        endpoint(wanted)
        return Target(TargetKind.WEBHOOK, wanted, secret)
    if scheme == "folder":
        if not _FOLDER.match(rest):
            raise UserError(f"{rest!r} is no folder name; write folder:NAME with letters, digits, - and _; it is made inside the home")
        return Target(TargetKind.FOLDER, rest)
    if scheme in (*HOSTED, *SELF_RUN) and rest.startswith("//") and wanted.isascii() and wanted.isprintable():
        return Target(TargetKind.APPRISE, wanted)
    known = ", ".join((*HOSTED, *SELF_RUN))
    ways = "mailto:ADDRESS, https://…, feed, folder:NAME"
    raise UserError(f"--to {scheme!r} is no way to deliver; write {ways}, or an Apprise address that begins with {known}")


def _mailbox(text: str) -> str:
    if len(text) > 254 or not _MAILBOX.match(text):
        raise UserError("--to mailto: takes one plain address and nothing else, as mailto:name@example.org; give --to again for another")
    return text

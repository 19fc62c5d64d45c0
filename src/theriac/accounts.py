"""People: accounts with a role, signed-in browsers, tokens of programs, and what people flagged as wrong; every change is in the audit trail.

Flows in: names, passwords, secrets, the present moment. Flows out: who somebody is and what they may do. Of passwords only argon2 hashes are kept,
of other secrets only SHA-256 (they are random). A name that does not exist takes as long to refuse as a wrong password: both cost one verifying.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from theriac.errors import UnknownName, UserError
from theriac.store import people as kept
from theriac.store.home import Home, needs_upgrade
from theriac.store.lake import Lake
from theriac.store.people import Entry, Flag, Person, Session, Token
from theriac.views import FlagLine, PersonLine, TokenLine, TrailLine

SESSION_DAYS = 14
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1000
# The hash of 32 random bytes that nobody kept, with the same costs as everybody's: what a password is held against where the name is unknown.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$3atPhZMOY0BeavTo2v9IOQ$lDtmbGH5oiLFQuK4QnYTuAE+U2n+Wz9P1q7oEfoC+uo"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}")


class Role(StrEnum):
    """What a person may do, and how far a token reaches: read; also edit (alerts, flags, decisions); also administer."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


SCOPES = {"read": Role.READER, "edit": Role.EDITOR, "admin": Role.ADMIN}
_ORDER = list(Role)


class SignedIn(msgspec.Struct, frozen=True):
    """A person who is known: by what name, and what they may do here."""

    name: str
    role: Role


class People:
    """The people of one home. `now` is the present moment as text; `client` the address that a change came from, for the audit trail."""

    def __init__(self, home: Home, now: str, client: str = "") -> None:
        self.home = home
        self.now = now
        self.client = client

    @cached_property
    def _hasher(self) -> PasswordHasher:
        return PasswordHasher()

    def any(self) -> bool:
        """Whether anybody has an account."""
        return not needs_upgrade(self.home) and kept.count(self.home) > 0

    def listed(self) -> list[PersonLine]:
        """Every account."""
        return [PersonLine(name=one.name, role=one.role, created=one.created_at) for one in kept.people(self.home)]

    def add(self, name: str, password: str, role: str, *, by: str = "") -> PersonLine:
        """A new account; UserError where the name is taken, or the password too short."""
        if not _NAME.fullmatch(name):
            raise UserError(f"{name!r} is no account name; use letters, digits and . _ @ + -, at most 100")
        if kept.person(self.home, name) is not None:
            raise UserError(f"{name} has an account already; `theriac user passwd {name}` changes its password")
        one = Person(name=name, role=_role(role), password=self._hashed(password), created_at=self.now)
        kept.keep(self.home, one, self._entry(by, "user added", f"{name} ({one.role})"), end_sessions=True)
        return PersonLine(name=one.name, role=one.role, created=one.created_at)

    def change_password(self, name: str, password: str, *, by: str = "") -> None:
        """A new password; the person is signed out everywhere."""
        one = msgspec.structs.replace(self._person(name), password=self._hashed(password))
        kept.keep(self.home, one, self._entry(by, "password changed", name), end_sessions=True)

    def change_role(self, name: str, role: str, *, by: str = "") -> None:
        """Another role; UserError where nobody would be left to administer."""
        one = self._person(name)
        if one.role == Role.ADMIN and role != Role.ADMIN:
            self._somebody_else_administers(name)
        kept.keep(self.home, msgspec.structs.replace(one, role=_role(role)), self._entry(by, "role changed", f"{name} ({role})"), end_sessions=False)

    def remove(self, name: str, *, by: str = "") -> None:
        """Ends an account with its sessions and tokens; its flags and decisions stay, with its name."""
        one = self._person(name)
        if one.role == Role.ADMIN and kept.count(self.home) > 1:
            self._somebody_else_administers(name)
        kept.remove(self.home, one.name, self._entry(by, "user removed", name))

    def _somebody_else_administers(self, name: str) -> None:
        if not any(other.role == Role.ADMIN for other in kept.people(self.home) if other.name != name):
            raise UserError(f"{name} is the last admin; make somebody else admin first")

    def sign_in(self, name: str, password: str, *, before: str | None = None) -> str | None:
        """The secret of a new session, which takes the place of the one before (no fixation); None where name or password are wrong."""
        one = kept.person(self.home, name) if len(password) <= LONGEST_PASSWORD else None
        if not self._fits(one.password if one else NOBODY, password) or one is None:
            kept.enter(self.home, self._entry(name[:100], "sign-in refused"))
            return None
        if self._hasher.check_needs_rehash(one.password):
            rehashed = msgspec.structs.replace(one, password=self._hasher.hash(password))
            kept.keep(self.home, rehashed, self._entry(name, "password rehashed"), end_sessions=False)
        secret = secrets.token_urlsafe(32)
        ends = (datetime.fromisoformat(self.now) + timedelta(days=SESSION_DAYS)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        session = Session(id=digest(secret), person=name, created_at=self.now, ends_at=ends)
        kept.open_session(self.home, session, self._entry(name, "signed in"), before=digest(before) if before else None)
        return secret

    def sign_out(self, secret: str) -> None:
        """Ends a session."""
        found = kept.signed_in(self.home, digest(secret), self.now)
        kept.close_session(self.home, digest(secret), self._entry(found[0] if found else "", "signed out"))

    def by_session(self, secret: str) -> SignedIn | None:
        """Whose session this is."""
        found = kept.signed_in(self.home, digest(secret), self.now)
        return None if found is None else SignedIn(found[0], Role(found[1]))

    def by_token(self, secret: str) -> SignedIn | None:
        """Whose token this is: the person may do no more by it than its scope, and no more than their role."""
        found = kept.token_holder(self.home, digest(secret))
        if found is None:
            return None
        name, role, scope = found
        return SignedIn(name, min(Role(role), SCOPES[scope], key=_ORDER.index))

    def scopes_within(self, role: str) -> list[str]:
        """The scopes that reach no further than a role."""
        return [scope for scope, reach in SCOPES.items() if _ORDER.index(reach) <= _ORDER.index(Role(role))]

    def add_token(self, person: str, title: str, scope: str, *, by: str = "", within: str = Role.ADMIN) -> tuple[TokenLine, str]:
        """A new token, and its secret, which is shown once; UserError where it would reach further than the role it is made `within`."""
        if scope not in SCOPES:
            raise UserError(f"{scope!r} is no scope; use read, edit or admin")
        if scope not in self.scopes_within(within):
            raise UserError(f"a token of the scope {scope} reaches further than the role {within}; use {' or '.join(self.scopes_within(within))}")
        secret = f"theriac_{secrets.token_urlsafe(32)}"
        name = self._person(person).name
        one = Token(id=f"tk-{secrets.token_hex(6)}", hash=digest(secret), person=name, title=title[:200], scope=scope, created_at=self.now)
        kept.keep_token(self.home, one, self._entry(by or name, "token added", f"{one.id} ({scope})"))
        return _token_line(one), secret

    def tokens(self, person: str | None = None) -> list[TokenLine]:
        """Every token, or those of a person; never a secret."""
        return [_token_line(one) for one in kept.tokens(self.home, person)]

    def remove_token(self, number: str, *, by: str = "", only_of: str | None = None) -> None:
        """Ends a token; UnknownName where there is none (of that person)."""
        if not any(one.id == number for one in kept.tokens(self.home, only_of)):
            raise UnknownName(f"no token has the id {number!r}; `theriac token list` shows them")
        kept.remove_token(self.home, number, self._entry(by, "token removed", number))

    def trail(self, most: int = 500) -> list[TrailLine]:
        """The audit trail, newest first."""
        return [TrailLine(at=one.at, who=one.who, what=one.what, about=one.about, client=one.client) for one in kept.trail(self.home, most)]

    def note(self, who: str, what: str, about: str = "") -> None:
        """Adds to the audit trail what somebody did elsewhere in the home."""
        kept.enter(self.home, self._entry(who, what, about))

    def flag(self, statement: str, why: str, *, author: str, quote: str = "") -> FlagLine:
        """Keeps that a person holds a statement to be wrong: `RECORD`, or `RECORD#PATH` as citations show them."""
        record, _, path = statement.partition("#")
        found = Lake(self.home).find_record(record)
        if found is None:
            raise UnknownName(f"no record is called {record!r}; name the statement as RECORD#PATH, as citations show them")
        if not why.strip():
            raise UserError("say why the statement is wrong; a flag without a reason helps nobody")
        one = Flag(
            id=f"fl-{secrets.token_hex(6)}",
            record=found.curie,
            path=path[:1000],
            quote=quote[:4000],
            why=why.strip()[:4000],
            author=author,
            flagged_at=self.now,
            withdrawn_at=None,
            withdrawn_by="",
        )
        kept.keep_flag(self.home, one, self._entry(author, "flagged", f"{one.id} {one.record}"))
        return _flag_line(one)

    def withdraw_flag(self, number: str, *, by: str) -> None:
        """Takes a flag back; it stays in the catalog as withdrawn."""
        if not kept.withdraw_flag(self.home, number, self.now, self._entry(by, "flag withdrawn", number)):
            raise UnknownName(f"no flag that stands has the id {number!r}; `theriac flags` lists them")

    def stamp(self) -> str:
        """What changes when a flag is set or taken back."""
        return "" if needs_upgrade(self.home) else kept.flag_stamp(self.home)

    def flags(self, record: str | None = None) -> list[FlagLine]:
        """The flags that stand, newest first."""
        return [] if needs_upgrade(self.home) else [_flag_line(one) for one in kept.flags(self.home, record)]

    def _hashed(self, password: str) -> str:
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            raise UserError(f"a password has at least {SHORTEST_PASSWORD} characters; a few unrelated words make a good one")
        return self._hasher.hash(password)

    def _fits(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    def _person(self, name: str) -> Person:
        found = kept.person(self.home, name)
        if found is None:
            raise UnknownName(f"nobody is called {name!r}; `theriac user list` shows the accounts")
        return found

    def _entry(self, who: str, what: str, about: str = "") -> Entry:
        return Entry(at=self.now, who=who, what=what, about=about, client=self.client)


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _role(text: str) -> Role:
    if text not in _ORDER:
        raise UserError(f"{text!r} is no role; use reader, editor or admin")
    return Role(text)


def _token_line(one: Token) -> TokenLine:
    return TokenLine(id=one.id, person=one.person, title=one.title, scope=one.scope, created=one.created_at)


def _flag_line(one: Flag) -> FlagLine:
    return FlagLine(id=one.id, record=one.record, path=one.path, quote=one.quote, why=one.why, author=one.author, flagged=one.flagged_at)

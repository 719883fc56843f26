"""What the desk is started with."""

from __future__ import annotations

import getpass
import ipaddress

import msgspec

ROLES = ("guest", "reader", "coder", "editor", "admin")
"""Who may do what, each also all that those before it may: see the public view; look at the record; judge; change agreements
and words; keep accounts."""

SCOPES = ("read", "read:texts", "judge", "add", "export")
"""What a token may do, never more than its holder: see events and incidents without a word of the reports, with their
words, judge, add reports, take tables and charts along."""

SCOPE = "scope"
"""Names the scope that a token needs for a handler; where a handler names none, no token opens it."""

LANGUAGES = ("ar", "en")


class DeskSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the desk stands. `record` names the record, `host` and `port` where it listens, `names` further host names by
    which people reach it (behind a proxy, for instance), `public` the policy under which the API answers whoever has not
    logged in (None: it does not; "record": the one that people saved), `lang` the language of who has not chosen one,
    `delivers` whether webhooks are told.
    """

    record: str = "marsad.db"
    host: str = "127.0.0.1"
    port: int = 8765
    names: tuple[str, ...] = ()
    lang: str = "en"
    accounts: bool | None = None
    public: str | None = None
    delivers: bool = False

    def needs_login(self) -> bool:
        """Say whether people must log in: wherever another machine can reach the desk, or if accounts are asked for."""
        return self.accounts if self.accounts is not None else not is_loopback(self.host)

    def hosts(self) -> frozenset[str]:
        """Return the values of the Host header that are answered; any other is someone's trick (DNS rebinding)."""
        own = {"127.0.0.1", "localhost", "[::1]"} if is_loopback(self.host) else set()
        own |= {f"[{self.host}]" if ":" in self.host else self.host, *self.names}
        return frozenset(name.lower() for name in (*own, *(f"{name}:{self.port}" for name in own)))


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who is at the desk. `account` is None for whoever sits at this machine; `scopes` what a program with a token may
    do, None for a person.
    """

    name: str
    role: str
    account: int | None = None
    scopes: frozenset[str] | None = None

    @property
    def by_token(self) -> bool:
        """Whether it is a program with a token."""
        return self.scopes is not None

    def has_scope(self, *wanted: str) -> bool:
        """Say whether a token holds one of these scopes; a person needs none."""
        return self.scopes is None or not self.scopes.isdisjoint(wanted)

    def may(self, role: str) -> bool:
        """Say whether the person may do what `role` may."""
        return ROLES.index(self.role) >= ROLES.index(role)


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a server that listens on `host`."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def person_at_this_machine() -> Person:
    """Return who sits at this machine, with every right: they can read and write the record's file anyway."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        name = "local"
    return Person(name=name, role="admin")

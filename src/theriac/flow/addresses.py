"""Which network addresses a person's URL may lead to: public ones only, however they are written.

Flows in: URLs that people typed and addresses that a resolver gave. Flows out: the parts of a sound URL, or the sentence why not. It resolves
and opens nothing. The networks are listed here because Python 3.11's `is_global` lets several of them through.
"""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import msgspec

from theriac.errors import UserError

# IANA special-purpose registry: whatever is not meant to be reached over the Internet, multicast and reserved space included.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    )
)
_PUBLIC_6 = IPv6Network("2000::/3")  # mapped, NAT64, compatible, unique local, link-local and multicast addresses all lie outside
_NOT_PUBLIC_6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)\Z")
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|\d+)\Z")
_CANONICAL_4 = re.compile(r"(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}\Z")


class Endpoint(msgspec.Struct, frozen=True):
    """A sound http(s) URL in parts; `host` is a name or a canonical address, `path` holds path and query."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """The host header's value."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def endpoint(url: str) -> Endpoint:
    """The parts of a URL that a webhook may have; UserError for every other.

    >>> endpoint("https://example.org/hook?a=1").path
    '/hook?a=1'
    """
    if len(url) > 2000 or not url.isascii() or any(c <= " " or c in '\\"<>^`{|}\x7f' for c in url):
        raise UserError("the webhook's URL holds characters that a URL has not; write it percent-encoded, international names as xn--")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UserError(f"the webhook's URL cannot be read ({error}); write it as https://host/path") from error
    if parts.scheme not in ("http", "https"):
        raise UserError("a webhook's URL begins with https:// or http://")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise UserError("a webhook's URL holds no user name or password; the signature tells who sends it")
    if port == 0:
        raise UserError("a webhook's port is 1 to 65535")
    host = _host(parts.hostname or "")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Endpoint(parts.scheme == "https", host, port or (443 if parts.scheme == "https" else 80), path)


def _host(name: str) -> str:
    host = name.lower()
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError as error:
            raise UserError(f"{name!r} is no IPv6 address") from error
    if _CANONICAL_4.match(host):
        try:
            return str(IPv4Address(host))
        except ValueError as error:
            raise UserError(f"{name!r} is no IPv4 address") from error
    labels = host.removesuffix(".").split(".")
    if not host or len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise UserError(f"{name!r} is no host name; write the webhook's URL as https://host/path")
    if _NUMERIC.match(labels[-1]):
        raise UserError(f"{name!r} is an address in a form that hides it; write four decimal numbers, or a name")
    return host


def is_public(address: str) -> bool:
    """Whether an address is one of the public Internet.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::7f00:1")
    (True, False, False, False)
    """
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _NOT_PUBLIC_4)
    if found.scope_id is not None or found not in _PUBLIC_6:
        return False
    return not any(found in network for network in _NOT_PUBLIC_6)


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False

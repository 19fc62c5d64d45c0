"""A digest as a signed webhook, after the Standard Webhooks convention: id, timestamp, and an HMAC over both and the body.

Flows in: a digest, a secret, the moment of an attempt. Flows out: the body, the same to the byte at every attempt, and its headers. It sends nothing.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from theriac.errors import UserError
from theriac.flow.digests import Digest

EVENT_TYPE = "digest.created"
PREFIX = "whsec_"
_encode = msgspec.json.Encoder(order="deterministic").encode


def as_webhook(digest: Digest) -> str:
    """The body: type, timestamp and the digest as data."""
    return _encode({"data": digest, "timestamp": digest.window_end, "type": EVENT_TYPE}).decode()


def new_secret(random: bytes) -> str:
    """The secret as its owner keeps it, from 32 random bytes."""
    return PREFIX + base64.b64encode(random).decode()


def signed(number: str, timestamp: int, body: bytes, secret: str) -> dict[str, str]:
    """The three headers of one attempt."""
    return {"webhook-id": number, "webhook-timestamp": str(timestamp), "webhook-signature": f"v1,{_signature(number, timestamp, body, secret)}"}


def verified(headers: Mapping[str, str], body: bytes, secret: str, now: int, *, tolerance: int = 300) -> bool:
    """Whether a received webhook is genuine and recent: what a receiver does, and what the documentation shows."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(now - int(stamp)) > tolerance:
        return False
    wanted = _signature(headers.get("webhook-id", ""), int(stamp), body, secret)
    given = [one.partition(",")[2] for one in headers.get("webhook-signature", "").split(" ") if one.startswith("v1,")]
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)


def _signature(number: str, timestamp: int, body: bytes, secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise UserError("the webhook's secret is not whsec_ and base64; make a new one with `theriac alert edit`") from error
    return base64.b64encode(hmac.new(key, f"{number}.{timestamp}.".encode() + body, hashlib.sha256).digest()).decode()

"""A digest as a mail: headers that no text of a source can break, a plain-text part and its HTML twin, the same bytes every time.

Flows in: a digest, who sends and who receives. Flows out: the whole message as ASCII text with CRLF line ends. It sends nothing.

Python 3.11 lets an encoded line break in a header value through to the wire, so values are bared of control characters and encoded words
first, and the serialised header block is counted afterwards.
"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from theriac.errors import Defect, UserError
from theriac.flow.digest_faces import as_text
from theriac.flow.digest_html import as_html
from theriac.flow.digests import Digest, shortened, shown
from theriac.flow.windows import moment

_ENCODED_WORD = re.compile(r"=\?[^\s?]*\?[bBqQ]?\?[^?]*\??=?|=\?|\?=")
_HEADER = re.compile(r"([!-9;-~]+):")
# No line of a serialised header is ever folded by force in the middle of a word; long subjects are cut before.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
_LONGEST_SUBJECT = 150


def as_mail(digest: Digest, sender: str, recipient: str) -> str:
    """The message; its Message-ID is the digest's id, its date the end of the window."""
    name, address = _sender(sender)
    headers = {
        "From": Address(name, addr_spec=address),
        "To": Address(addr_spec=recipient),
        "Subject": header_text(digest.title),
        "Date": format_datetime(moment(digest.window_end)),
        "Message-ID": f"<{digest.id}@{address.rpartition('@')[2]}>",
        "List-Id": f"<{digest.subscription}.alerts.{address.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
        "X-Theriac-Digest": digest.id,
    }
    if digest.unsubscribe:
        headers["List-Unsubscribe"] = f"<{digest.unsubscribe}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMessage(_POLICY)
    for header, value in headers.items():
        message[header] = value
    message.set_content(as_text(digest), cte="quoted-printable")
    message.add_alternative(as_html(digest), subtype="html", cte="quoted-printable")
    message.set_boundary(f"={digest.id}=")
    text = message.as_bytes().decode("ascii")
    counted(text, [*headers, "MIME-Version", "Content-Type"])
    return text


def header_text(text: str) -> str:
    """The text as a header may carry it.

    >>> header_text("a =?utf-8?q?=0D=0ABcc:_x@y?= b\\r\\nBcc: z")
    'a b Bcc: z'
    """
    bare = shown(text)
    while (less := _ENCODED_WORD.sub(" ", bare)) != bare:
        bare = less
    return shortened(shown(bare), _LONGEST_SUBJECT) or "Theriac"


def counted(message: str, expected: list[str]) -> None:
    """Defect unless the serialised message has exactly the expected headers, each once, and nothing else before its body."""
    head, end, _ = message.partition("\r\n\r\n")
    lines = [line for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    names = [found[1] if (found := _HEADER.match(line)) else line for line in lines]
    if not end or sorted(names) != sorted(expected) or "\n" in head.replace("\r\n", "") or "\r" in head.replace("\r\n", ""):
        raise Defect(f"a mail would carry the headers {names}, not {expected}")


def _sender(sender: str) -> tuple[str, str]:
    """The name and address of `Theriac <alerts@example.org>` or of a bare address."""
    found = re.fullmatch(r"\s*(?:([^<>@]*)<)?([^<>@\s\"']+@[A-Za-z0-9.-]+)>?\s*", sender)
    if found is None or not sender.isprintable():
        raise UserError(f"{sender!r} is no mail sender; write it as Theriac <alerts@example.org>")
    return header_text(found[1]) if (found[1] or "").strip() else "", found[2]

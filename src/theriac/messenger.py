"""One message through Apprise, in a process of its own that may reach public addresses only.

Flows in: on standard input, one JSON object with the address, title and body. Flows out: the exit code: 0 where the service took it. Apprise and
its hundred services open their connections themselves, follow redirects and look names up again; so the rule that a person's URL must not lead
into the local network is kept where every connection of the process passes: by an audit hook, which nothing in the process can take off again.

    python -m theriac.messenger < message.json
"""

import logging
import sys

import msgspec

from theriac.flow.addresses import is_loopback, is_public

TAKEN, REFUSED, UNKNOWN_ADDRESS, NOT_PUBLIC = 0, 1, 2, 3
_NEVER = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "pty.spawn", "socket.bind"})
_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class Message(msgspec.Struct, frozen=True):
    """What is to be sent, where to, and whether this machine itself may be reached (for tests)."""

    address: str
    title: str
    body: str
    allow_loopback: bool = False


class Guard:
    """Refuses every connection to what is not a public address, whatever led there."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self.allow_loopback = allow_loopback
        self.refused = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """The audit hook."""
        if event in _NEVER or (event in _CONNECTING and not self._sound(arguments[1])):
            self.refused = True
            raise PermissionError("a message may only go to a public address")

    def _sound(self, address: object) -> bool:
        if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
            return address is None  # a datagram over a connection that was judged when it was made
        return is_public(address[0]) or (self.allow_loopback and is_loopback(address[0]))


def main() -> int:
    """Sends the message on standard input."""
    message = msgspec.json.decode(sys.stdin.buffer.read(), type=Message)
    logging.disable()  # Apprise logs addresses, and those hold secrets
    import apprise  # inside, because it takes a second and only this process needs it

    guard = Guard(allow_loopback=message.allow_loopback)
    sys.addaudithook(guard)
    sender = apprise.Apprise()
    if not sender.add(message.address):
        return UNKNOWN_ADDRESS
    if sender.notify(title=message.title, body=message.body):
        return TAKEN
    return NOT_PUBLIC if guard.refused else REFUSED


if __name__ == "__main__":
    sys.exit(main())

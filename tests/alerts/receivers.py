"""A mail server and a webhook receiver on loopback, small enough to read, that keep what they get and can be told to misbehave."""

import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Hook(socketserver.ThreadingTCPServer):
    """Keeps every request (headers, body); `answers` makes the reply's bytes, or does worse to the socket."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, answer: Callable[[int, socket.socket], None] | None = None) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.connections = 0
        self.answer = answer or (lambda _, line: line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n"))
        super().__init__(("127.0.0.1", 0), _HookHandler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class _HookHandler(socketserver.StreamRequestHandler):
    server: Hook

    def handle(self) -> None:
        self.server.connections += 1
        head: dict[str, str] = {}
        first = self.rfile.readline()
        while (line := self.rfile.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            head[name.lower()] = value.strip()
        if not first:
            return
        body = self.rfile.read(int(head.get("content-length", "0")))
        self.server.requests.append((head, body))
        with suppress(OSError):  # the client may have gone: that is what some of the faults are about
            self.server.answer(len(self.server.requests), self.connection)


class Mailbox(socketserver.ThreadingTCPServer):
    """Just enough SMTP to take mails; `fault` names the command at which it misbehaves and how."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, fault: dict[str, bytes | None] | None = None, *, login: bool = False) -> None:
        self.mails: list[tuple[str, list[str], str]] = []
        self.fault = fault or {}
        self.login = login
        self.logins: list[str] = []
        super().__init__(("127.0.0.1", 0), _MailHandler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _MailHandler(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        with suppress(OSError):
            self.converse()

    def say(self, command: str, usual: bytes) -> bool:
        """The usual reply, or the fault: other bytes, or (None) the line is cut. False ends the conversation."""
        if command in self.server.fault:
            reply = self.server.fault[command]
            if reply is None:
                return False
            self.wfile.write(reply)
            return reply.endswith(b"\r\n")
        self.wfile.write(usual)
        return True

    def converse(self) -> None:
        sender, recipients = "", []
        going = self.say("HELLO", b"220 here\r\n")
        while going and (line := self.rfile.readline()):
            words = line.decode().strip()
            command = words[:4].upper()
            if command in ("EHLO", "HELO"):
                going = self.say("EHLO", b"250-here\r\n250 AUTH PLAIN\r\n" if self.server.login else b"250 here\r\n")
            elif command == "AUTH":
                self.server.logins.append(words)
                going = self.say("AUTH", b"235 yes\r\n")
            elif command == "MAIL":
                sender = words
                going = self.say("MAIL", b"250 yes\r\n")
            elif command == "RCPT":
                recipients.append(words)
                going = self.say("RCPT", b"250 yes\r\n")
            elif command == "DATA":
                going = self.say("DATA", b"354 go on\r\n")
                if going and self.server.fault.get("DATA") is None:
                    text = b""
                    while (part := self.rfile.readline()) != b".\r\n" and part:
                        text += part[1:] if part.startswith(b"..") else part
                    self.server.mails.append((sender, recipients, text.decode()))
                    going = self.say("END", b"250 taken\r\n")
            elif command == "QUIT":
                self.say("QUIT", b"221 bye\r\n")
                return
            else:
                going = self.say(command, b"250 yes\r\n")


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[None]:
    """The server, answering in the background until the block ends."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

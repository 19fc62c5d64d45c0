"""A browser's page with its complaints, as tests hold it."""

from playwright.sync_api import Page, Request


class Watched:
    """A page, and what its console and the network complained of."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", self._failed)
        page.on("response", lambda answer: self.complaints.append(f"{answer.url}: {answer.status}") if answer.status >= 400 else None)

    def _failed(self, request: Request) -> None:
        # Whoever goes on to another page gives up what the old one was still asking for.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.url}: {request.failure}")

    def go(self, path: str) -> Page:
        """The page at a path of the service, everything of it there."""
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

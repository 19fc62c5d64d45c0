"""Home, search, profile, development, compare, condition, target and organisation: over the starter home each page renders, says what it must,
escapes what it is given, weighs little, holds no inline script or style, and leads only to what is there."""

import itertools
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import lxml.html
import pytest
from fastapi.testclient import TestClient

DRUG = "/drug/imiquimod"
PAGES = (
    "/",
    "/search",
    "/search?q=aldara",
    "/search?q=basal+cell&kind=condition",
    "/search?q=zzzzqqq",
    DRUG,
    f"{DRUG}/development",
    f"{DRUG}/development?phase=phase+3&status=COMPLETED",
    f"{DRUG}/regimens",
    f"{DRUG}/rates",
    f"{DRUG}/reactions",
    f"{DRUG}/cautions",
    f"{DRUG}/interactions",
    f"{DRUG}/labels",
    f"{DRUG}/names",
    f"{DRUG}/products",
    "/compare",
    "/compare?drug=imiquimod&drug=nothing-of-that-name",
    "/condition/actinic keratosis",
    "/organisation/Nobody Ltd",
)
MOST_BYTES = 150_000
OURS = ("drug", "condition", "target", "class", "organisation", "search", "compare", "chart", "pathway", "static", "")


class Weighed(HTMLParser):
    """What a policy without inline script or style forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or "style" in given or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag} {attrs}>")
        self.inline += [name for name in given if name.startswith("on")]
        self.inline += [str(given[name]) for name in ("href", "src", "action") if (given.get(name) or "").lower().startswith("javascript:")]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_light_and_without_inline_code(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:400]
    assert len(answer.content) < MOST_BYTES
    page = lxml.html.fromstring(answer.text)
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("//main[@id='main']")
    assert page.xpath("//a[@class='skip' and @href='#main']")
    assert "not medical advice" in page.xpath("string(//footer)")
    weighed = Weighed()
    weighed.feed(answer.text)
    assert weighed.inline == []


@pytest.mark.parametrize("path", PAGES)
def test_what_is_read_by_a_screen_reader_is_named(client: TestClient, path: str) -> None:
    page = lxml.html.fromstring(client.get(path).text)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
    for field in page.xpath("//input[not(@type='hidden')] | //select | //textarea"):
        assert field.get("aria-label") or page.xpath(f"//label[@for='{field.get('id')}']"), lxml.html.tostring(field)
    for picture in page.xpath("//img"):
        assert picture.get("alt") and picture.get("width") and picture.get("height")
    for table in page.xpath("//table"):
        assert table.xpath("./caption") and table.xpath(".//th[@scope]")
    for link in page.xpath("//a[@href]"):
        assert link.text_content().strip() or link.get("aria-label"), lxml.html.tostring(link)
    for named in page.xpath("//@aria-labelledby | //@aria-controls"):
        assert named in ids
    levels = [int(one.tag[1]) for one in page.xpath("//h1 | //h2 | //h3 | //h4")]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def links(client: TestClient, path: str) -> Iterator[str]:
    """The addresses of ours to which a page leads, pictures included; those of other areas are tested there."""
    page = lxml.html.fromstring(client.get(path).text)
    here = str(client.get(path).url)
    for found in page.xpath("//a/@href | //img/@src | //source/@srcset | //link/@href | //script/@src"):
        address = urlsplit(urljoin(here, found))
        if address.netloc == urlsplit(here).netloc and address.path.split("/")[1] in OURS:
            yield f"{address.path}?{address.query}" if address.query else address.path


def test_every_link_between_these_pages_leads_somewhere(client: TestClient) -> None:
    seen = {link for path in PAGES for link in links(client, path)}
    assert len(seen) > 40
    broken = {link: answer.status_code for link in sorted(seen) if (answer := client.get(link)).status_code != 200}
    assert not broken


def test_the_profile_stands_in_the_order_people_ask(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get(DRUG).text)
    assert page.xpath("string(//h1)") == "imiquimod"
    titles = [(title.text or "").strip() for title in page.xpath("//section/h2")]
    assert titles == [
        "At a glance",
        "How it works",
        "How it is used",
        "Side effects",
        "Contraindications, cautions and interactions",
        "Development",
        "What changed",
        "Documents",
    ]
    assert "Aldara" in page.xpath("string(//section[@id='glance'])")


def test_each_statement_of_a_profile_leads_to_its_document_with_the_quote(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get(DRUG).text)
    rows = page.xpath("//section[@id='used']//tbody/tr[not(@class='band')]")
    assert rows
    for row in rows:
        (target,) = row.xpath(".//a[contains(@class,'source')]/@href")
        assert target.startswith("/document/")
        assert "quote=" in target and "version=" in target
        assert row.xpath(".//blockquote")


def test_samples_say_what_they_are(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get(DRUG).text)
    assert "Theriac summary, not label text" in page.xpath("string(//section[@id='used'])")
    assert "Theriac summary, not label text" in page.xpath("string(//section[@id='documents'])")


def test_a_name_leads_to_the_lasting_address(client: TestClient) -> None:
    answer = client.get("/drug/Aldara?as_of=2030", follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == "/drug/unii.P1QW714R7M?as_of=2030"


def test_the_day_goes_along(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get(f"{DRUG}?as_of=2030").text)
    assert "As of 2030" in page.xpath("string(//*[@class='as-of-note'])")
    inside = [link for link in page.xpath("//main//a/@href") if link.startswith("/") and not link.startswith("/static")]
    assert inside
    assert all("as_of=2030" in link for link in inside)


def test_an_empty_day_is_today(client: TestClient) -> None:
    assert client.get(f"{DRUG}?as_of=").status_code == 200


def test_what_is_typed_is_escaped(client: TestClient) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    for path in ("/search", "/compare", "/suggest"):
        answer = client.get(path, params={"q": evil, "drug": evil})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
    assert client.get("/suggest", params={"q": "imi", "box": '"><script>'}).status_code == 422


def test_suggestions_find_by_brand_and_start(client: TestClient) -> None:
    for words in ("imi", "Aldara", "P1QW714R7M"):
        options = lxml.html.fromstring(f"<div>{client.get('/suggest', params={'q': words}).text}</div>").xpath("//a[@role='option']")
        assert "/drug/unii.P1QW714R7M" in [option.get("href") for option in options]


def test_charts_are_pictures_of_our_own(client: TestClient) -> None:
    answer = client.get("/chart/trial_starts.svg?drug=imiquimod")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "<script" not in answer.text
    assert not re.search(r'(?:href|src)="https?://', answer.text)
    dark = client.get("/chart/trial_starts.svg?drug=imiquimod&theme=dark")
    assert dark.text != answer.text
    again = client.get("/chart/trial_starts.svg?drug=imiquimod", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/chart/nothing.svg?drug=imiquimod").status_code == 404


def test_a_drawn_chart_is_as_large_as_the_page_says(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get(f"{DRUG}/development").text)
    pictures = page.xpath("//figure//img[starts-with(@src,'/chart/')]")
    assert pictures
    for picture in pictures:
        drawn = lxml.html.fromstring(client.get(picture.get("src")).content)
        for side in ("width", "height"):
            assert abs(float(drawn.get(side)) - float(picture.get(side))) <= 4, (picture.get("src"), drawn.get(side), picture.get(side))


def test_facets_keep_what_has_them(client: TestClient) -> None:
    whole = lxml.html.fromstring(client.get(f"{DRUG}/development").text)
    (value, *_) = whole.xpath("//select[@name='phase']/option[@value != '']/@value")
    page = lxml.html.fromstring(client.get(f"{DRUG}/development", params={"phase": value}).text)
    phases = {cell.text_content().strip() for cell in page.xpath("//table[caption='Trials of imiquimod']//td[@data-label='Phase']")}
    assert phases == {value}


def test_comparing_says_who_is_unknown_and_ranks_nothing(client: TestClient) -> None:
    page = lxml.html.fromstring(client.get("/compare?drug=imiquimod&drug=nothing-of-that-name").text)
    assert "nothing-of-that-name" in page.xpath("string(//*[contains(@class,'notice halt')])")
    assert "cannot be compared directly" in page.xpath("string(//main)")

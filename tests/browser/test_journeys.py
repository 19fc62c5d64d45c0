"""What people come for, done in a browser: find a drug, read a regimen, see its words in the document, see what changed, be told."""

import re

import feedparser
import pytest
from browser_windows import Watched
from playwright.sync_api import expect

REGIMEN = re.compile(r"5 times per week for 6 weeks", re.IGNORECASE)


@pytest.mark.parametrize("name", ["Aldara", "P1QW714R7M", "unii:P1QW714R7M"])
def test_imiquimod_is_found_by_brand_and_by_code(desk: Watched, name: str) -> None:
    page = desk.go("/")
    page.get_by_role("searchbox").or_(page.get_by_role("combobox")).first.fill(name)
    page.keyboard.press("Enter")
    page.wait_for_load_state("networkidle")
    if "/drug/" not in page.url:
        page.locator("main").get_by_role("link", name=re.compile("imiquimod", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("imiquimod", re.IGNORECASE))
    assert desk.complaints == []


def test_the_regimen_for_superficial_basal_cell_carcinoma_leads_to_its_words_in_the_document(desk: Watched) -> None:
    page = desk.go("/drug/imiquimod")
    said = page.locator("main a[href*='/document/starter/'][href*='quote=']").filter(visible=True)
    links = [one for one in said.evaluate_all("all => all.map(one => one.href)") if REGIMEN.search(one.replace("+", " "))]
    assert links, "no statement of the profile quotes the regimen"
    page.goto(links[0])
    marked = page.locator("mark#quote")
    expect(marked).to_be_in_viewport()
    assert REGIMEN.search(marked.inner_text())
    expect(page.get_by_text("Theriac summary, not label text").first).to_be_visible()
    assert desk.complaints == []


def test_what_changed_leads_to_both_versions_and_to_an_alert_that_tells_by_feed(desk: Watched) -> None:
    page = desk.go("/changes?drug=imiquimod")
    first = page.locator("article.change").filter(has=page.get_by_role("link", name="all that differs")).first
    first.get_by_role("link", name="all that differs").click()
    expect(page.locator("del, ins").first).to_be_visible()
    page.go_back()
    page.get_by_role("link", name="Alert me about this").first.click()
    expect(page.locator(".said")).to_contain_text("the drug is imiquimod")
    expect(page.locator("details.digest").first).to_be_visible()
    assert page.locator("#preview tbody tr").count() >= 1
    page.get_by_role("button", name="Set this alert").click()
    expect(page.get_by_role("status").first).to_contain_text("The alert is set")
    feed = page.locator("dd a.mono").inner_text()
    told = feedparser.parse(page.request.get(feed).body())
    assert not told.bozo
    assert "imiquimod" in told.feed.title
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    assert desk.complaints == []


def test_everything_by_keyboard(desk: Watched) -> None:
    page = desk.go("/changes")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#top-search")).to_be_focused()
    page.keyboard.type("imiq")
    expect(page.locator("#top-suggestions [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drug/**")
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("imiquimod", re.IGNORECASE))
    seen: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("getComputedStyle(document.activeElement).outlineStyle"))
    assert set(seen) == {"solid"}, "whatever has the focus shows it"
    assert desk.complaints == []


def test_without_javascript(without_script: Watched) -> None:
    page = without_script.go("/")
    page.locator("main input[name=q], header input[name=q]").first.fill("aldara")
    page.locator("main form[role=search] button, header form[role=search] button").first.click()
    if "/drug/" not in page.url:
        page.locator("main").get_by_role("link", name=re.compile("imiquimod", re.IGNORECASE)).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("imiquimod", re.IGNORECASE))
    page.goto(f"{without_script.address}/changes?kind=label")
    page.get_by_label("Drug", exact=True).fill("imiquimod")
    page.get_by_role("button", name="Show", exact=True).first.click()
    expect(page.get_by_role("status").first).to_contain_text("change")
    page.goto(f"{without_script.address}/alerts/new")
    page.get_by_label("What to watch").fill("drug:imiquimod kind:trial.*")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Set this alert").click()
    expect(page.get_by_text("The alert is set")).to_be_visible()
    assert without_script.complaints == []

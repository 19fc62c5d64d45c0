"""Every page, by day on a desk and by night on a phone: nothing for axe to find (WCAG 2.2 AA), no complaint, no shift, no overflow, light."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_windows import Watched

PAGES = {
    "first page": "/",
    "search": "/search?q=imiquimod",
    "nothing found": "/search?q=zzzzqqq",
    "drug": "/drug/imiquimod",
    "development": "/drug/imiquimod/development",
    "compare": "/compare?drug=imiquimod&drug=fluorouracil",
    "condition": "/condition/actinic%20keratosis",
    "what changed": "/changes",
    "document": "/document/starter/openfda_label/starter-imiquimod-us-5?quote=The+cream+is+applied+5+times+per+week",
    "leaflet": "/document/eu_epi/EU/1/98/080/001-002/leaflet/en",
    "difference": "/difference/starter/openfda_label/starter-imiquimod-us-375?from=1&to=2",
    "side by side": "/difference/starter/openfda_label/starter-imiquimod-us-375?from=1&to=2&shown=beside",
    "alerts": "/alerts",
    "alert preview": "/alerts/new?rule=drug:imiquimod",
    "deliveries": "/alerts/deliveries",
    "sources": "/sources",
    "set aside": "/sources/quarantine",
    "ambiguous": "/ambiguous",
    "flags": "/flags",
    "flag": "/flag?record=starter:openfda_label/starter-imiquimod-us-5&quote=5+times+per+week",
    "first steps": "/first-steps",
    "as of": "/drug/imiquimod?as_of=2026-09-15",
}
_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    "resultTypes": ["violations"],
}
_SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const add = list => { for (const one of list.getEntries()) if (!one.hadRecentInput) sum += one.value; };
  new PerformanceObserver(add).observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(sum), 60);
})"""
_MOST_BYTES = 150_000


@pytest.mark.parametrize("path", PAGES.values(), ids=list(PAGES))
def test_by_day_on_a_desk(desk: Watched, path: str) -> None:
    _look(desk, path)


@pytest.mark.parametrize("path", PAGES.values(), ids=list(PAGES))
def test_by_night_on_a_phone(phone_at_night: Watched, path: str) -> None:
    _look(phone_at_night, path)


def _look(window: Watched, path: str) -> None:
    weights: list[int] = []
    window.page.on("response", lambda answer: weights.append(len(answer.body())) if answer.request.resource_type == "document" else None)
    page = window.go(path)
    assert page.evaluate(_SHIFTS) < 0.01
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "the page is wider than its window"
    assert page.locator("h1").count() == 1
    assert sum(weights) < _MOST_BYTES
    found = Axe().run(page, options=_RULES).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == [], json.dumps(found)[:2000]
    assert window.complaints == []

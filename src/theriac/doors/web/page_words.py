"""The words, addresses and short forms that templates share.

Flows in: values of the shapes in `views`, and the request that a page answers. Flows out: text and addresses; the template escapes them. The
as-of day that a reader chose goes along in every address that `url` makes.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from jinja2.runtime import Context

from theriac.api import Theriac
from theriac.doors import statements
from theriac.doors.web import drug_parts
from theriac.views import SUMMARY_MARK, SourceLine

_QUOTE = 240
_STAGES = {
    "unknown": "Stage unknown",
    "preclinical": "Preclinical",
    "ind": "IND",
    "early_phase_1": "Early phase 1",
    "phase_1": "Phase 1",
    "phase_1_2": "Phase 1/2",
    "phase_2": "Phase 2",
    "phase_2_3": "Phase 2/3",
    "phase_3": "Phase 3",
    "filed": "Filed",
    "approved": "Approved",
}
_TONES = {
    "active": "go", "recruiting": "go", "approved": "go", "marketed": "go", "enrolling by invitation": "go", "available": "go",
    "suspended": "wait", "tentative": "wait", "conditional": "wait", "submitted": "wait", "not yet recruiting": "wait", "lapsed": "wait",
    "active, not recruiting": "wait", "no development reported": "wait", "discontinued": "wait",
    "stopped": "halt", "terminated": "halt", "withdrawn": "halt", "refused": "halt",
}  # fmt: skip
_KINDS = {"drug": "drug", "class": "class", "condition": "condition", "target": "target", "organization": "organisation"}
_SOURCES = {
    "ctgov": "ClinicalTrials.gov", "openfda_label": "openFDA label", "dailymed": "DailyMed", "drugs_at_fda": "Drugs@FDA", "ema": "EMA",
    "openfda_drugsfda": "openFDA Drugs@FDA", "orange_book": "Orange Book", "eu_epi": "EU leaflet", "chembl": "ChEMBL", "drugcentral": "DrugCentral",
    "drugmechdb": "DrugMechDB", "wikipathways": "WikiPathways", "reactome": "Reactome", "reference": "reference table", "pubmed": "PubMed",
    "starter": "Theriac sample",
}  # fmt: skip
_ABSENCES = {
    "states_none": "states “None”",
    "section_absent": "has no such section",
    "not_read": "could not be read there",
}


def install(environment: jinja2.Environment) -> None:
    """Gives every template these words."""
    environment.globals |= {
        "url": url,
        "here": here,
        "download_url": download_url,
        "document_url": document_url,
        "entity_url": entity_url,
        "condition_url": condition_url,
        "freshness": freshness,
        "regimen_cells": statements.regimen_cells,
        "SUMMARY_MARK": SUMMARY_MARK,
    }
    environment.filters |= {
        "human": human,
        "stage": stage,
        "tone": tone,
        "day": day,
        "absence": absence,
        "number": number,
        "one_line": one_line,
        "plural": plural,
        "ruled": ruled,
        "runs_of": runs_of,
        "lower_first": lower_first,
        "happening": happening,
        "source_name": source_name,
        "capitalize_first": capitalize_first,
        "regimen_groups": drug_parts.regimens,
    }


@jinja2.pass_context
def url(context: Context, path: str, /, **params: object) -> str:
    """The address of a page of ours, the chosen day carried along; parameters that are None or empty are left out."""
    return address(path, {"as_of": context["request"].query_params.get("as_of"), **params})


@jinja2.pass_context
def here(context: Context, **changed: object) -> str:
    """This very page with some of its parameters changed (None takes one away)."""
    asked = context["request"].query_params
    kept: dict[str, object] = {name: asked.getlist(name) for name in asked}
    return address(context["request"].url.path, {**kept, **changed})


def address(path: str, params: Mapping[str, object]) -> str:
    """A path with a query of the parameters that say something.

    >>> address("/search", {"q": "a b", "as_of": None, "kind": ["x", "y"]})
    '/search?q=a+b&kind=x&kind=y'
    """
    given = {name: value for name, value in params.items() if value not in (None, "", [])}
    text = urlencode({name: value if isinstance(value, list) else str(value) for name, value in given.items()}, doseq=True)
    return f"{quote(path, safe='/:+,')}?{text}" if text else quote(path, safe="/:+,")


@jinja2.pass_context
def download_url(context: Context, name: str, form: str, /, **params: object) -> str:
    """Where a table can be had as a file."""
    return address(f"/download/{name}.{form}", {"as_of": context["request"].query_params.get("as_of"), **params})


@jinja2.pass_context
def document_url(context: Context, record: str, seq: int | None = None, words: str | None = None, path: str | None = None) -> str:
    """A document of a version, the quoted words marked in it.

    A long quote is shortened at a blank: its beginning is enough to find it.
    """
    source, _, key = record.partition(":")
    asked = {"version": seq, "quote": _beginning(words), "path": path if not words else None}
    there = address(f"/document/{source}/{key}", {**asked, "as_of": context["request"].query_params.get("as_of")})
    return f"{there}#quote" if asked["quote"] or asked["path"] else there


def entity_path(entity: str) -> str:
    """The page of an entity.

    >>> entity_path("drug:unii.P1QW714R7M"), entity_path("organization:name.acme")
    ('/drug/unii.P1QW714R7M', '/organisation/name.acme')
    """
    kind, _, rest = entity.partition(":")
    return f"/{_KINDS.get(kind, kind)}/{rest}"


@jinja2.pass_context
def entity_url(context: Context, entity: str, page: str = "", /, **params: object) -> str:
    """The page of an entity, or one of its further pages (`development`)."""
    return url(context, entity_path(entity) + (f"/{page}" if page else ""), **params)


@jinja2.pass_context
def condition_url(context: Context, entity: str, name: str | None) -> str:
    """The page of a condition; one that no vocabulary lists takes its name along, for a label may be alone in naming it."""
    called = name if entity.startswith("condition:name.") else None
    return str(url(context, entity_path(entity), called=called))


@jinja2.pass_context
def freshness(context: Context) -> dict[str, object]:
    """How many sources there are and the day of the newest and the oldest data; None where the service is not up yet."""
    service = getattr(context["request"].app.state, "service", None)
    lines: Sequence[SourceLine] = service.ask(Theriac.sources) if service is not None else []
    days = sorted(line.data_timestamp[:10] for line in lines if line.data_timestamp)
    return {"sources": len(lines), "newest": days[-1] if days else None, "oldest": days[0] if days else None}


def stage(value: str | None) -> str:
    """A stage in the words of people."""
    return _STAGES.get(value or "unknown", human(value))


def human(value: object) -> str:
    """A word of our vocabularies, or a registry's, as people write it.

    >>> human("no_development_reported"), human("ACTIVE_NOT_RECRUITING"), human("phase 1/phase 2")
    ('no development reported', 'active, not recruiting', 'phase 1/phase 2')
    """
    text = "" if value is None else str(value)
    if "_" in text or (text.isupper() and len(text) > 4):
        text = text.lower().replace("_", " ")
    return {"active not recruiting": "active, not recruiting"}.get(text, text)


def tone(value: object) -> str:
    """The colour that repeats a status: go, wait, halt, or none."""
    return _TONES.get(human(value), "")


def day(value: str | None) -> str:
    """A moment cut to its day; a partial date stays as it is."""
    return (value or "")[:10]


def absence(kind: str | None) -> str:
    """One of the three ways in which a document says nothing."""
    return _ABSENCES.get(kind or "", human(kind))


def number(value: float | int | None) -> str:
    """A number with thin groups, without needless decimals.

    >>> number(12345), number(2.50), number(None)
    ('12,345', '2.5', '')
    """
    return "" if value is None else f"{value:,.10g}"


def one_line(text: str | None, most: int = 400) -> str:
    """Text without line breaks, cut at a blank where it is longer."""
    bare = " ".join((text or "").split())
    return bare if len(bare) <= most else bare[:most].rpartition(" ")[0] + " …"


def plural(count: int, word: str, several: str | None = None) -> str:
    """A count with its word.

    >>> plural(1, "trial"), plural(1200, "trial"), plural(2, "study", "studies")
    ('1 trial', '1,200 trials', '2 studies')
    """
    return f"{count:,} {word if count == 1 else several or word + 's'}"


def ruled(name: str) -> str:
    """A name as a value in the rule of an alert.

    >>> ruled("imiquimod"), ruled('the "new" cream')
    ('"imiquimod"', '"the new cream"')
    """
    bare = name.replace('"', "")
    return f'"{bare}"'


def runs_of(items: Sequence[Any], attribute: str) -> list[tuple[Any, list[Any]]]:
    """Neighbours that agree in an attribute, together.

    >>> runs_of(["ab", "cd", "e"], "__class__")[0][1]
    ['ab', 'cd', 'e']
    """
    return [(key, list(some)) for key, some in groupby(items, key=attrgetter(attribute))]


def lower_first(text: str) -> str:
    """A sentence's beginning inside another sentence.

    >>> lower_first("New trial"), lower_first("EU authorisation")
    ('new trial', 'EU authorisation')
    """
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def happening(kind: str) -> str:
    """An event's kind in words.

    >>> happening("label.boxed_warning_added"), happening("trial.status_changed")
    ('Label: boxed warning added', 'Trial: status changed')
    """
    family, _, change = kind.partition(".")
    return f"{capitalize_first(family)}: {change.replace('_', ' ')}"


def source_name(record: str) -> str:
    """The source of a record, as it is called.

    >>> source_name("drugs_at_fda:products/020723"), source_name("pubchem:1")
    ('Drugs@FDA', 'pubchem')
    """
    source = record.partition(":")[0]
    return _SOURCES.get(source, source)


def capitalize_first(text: str) -> str:
    """The text with a capital at its beginning and nothing else changed."""
    return text[:1].upper() + text[1:]


def _beginning(words: str | None) -> str | None:
    text = (words or "").strip()
    return text[:_QUOTE].rpartition(" ")[0] if len(text) > _QUOTE else text or None

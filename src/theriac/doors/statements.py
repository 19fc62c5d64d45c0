"""How the statements of labels read in a terminal: where, product, statement, the document's words.

Flows in: statements as plain data. Flows out: tables. Rates of different trials stand under the sentence that they cannot be compared.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.text import Text

from theriac.doors.layout import MOST, console, plain, table_of
from theriac.views import SUMMARY_MARK


def regimen_words(regimen: dict[str, Any]) -> str:
    """A regimen in one line: dose, frequency, duration and what else the label states."""
    parts = [_dose_words(regimen.get("dose")), _frequency_words(regimen.get("frequency")), _duration_words(regimen.get("duration"))]
    if regimen.get("until"):
        parts.append(f"until {regimen['until']}")
    if contact := regimen.get("contact_time"):
        parts.append(f"left on {_span(_range(contact.get('value'), contact.get('high')), contact.get('unit'))}")
    parts += [", ".join(regimen.get("when") or ()), f"on {regimen['site']}" if regimen.get("site") else ""]
    if area := regimen.get("area"):
        parts.append(f"area {_span(_range(area.get('value'), area.get('high')), area.get('unit'))}")
    return "; ".join(part for part in parts if part)


def regimen_cells(regimen: dict[str, Any]) -> dict[str, str]:
    """A regimen as the cells of a table: dose, frequency, duration, and what else the label states."""
    other = dict(regimen) | {"dose": None, "frequency": None, "duration": None, "until": None}
    until = f"until {regimen['until']}" if regimen.get("until") else ""
    return {
        "dose": _dose_words(regimen.get("dose")),
        "frequency": _frequency_words(regimen.get("frequency")),
        "duration": ", ".join(part for part in (_duration_words(regimen.get("duration")), until) if part),
        "other": regimen_words(other),
    }


def _range(low: object, high: object) -> str:
    return f"{low}" if high in (None, low) else f"{low}–{high}"


def _dose_words(dose: dict[str, Any] | None) -> str:
    if not dose:
        return ""
    per = f"/{dose['per']}" if dose.get("per") else ""
    basis = {"day": " a day in all", "course": " in all"}.get(str(dose.get("basis")), "")
    return f"{_range(dose.get('low'), dose.get('high'))} {_UNITS_OF_DOSE.get(str(dose.get('unit')), dose.get('unit'))}{per}{basis}"


def _frequency_words(frequency: dict[str, Any] | None) -> str:
    if not frequency:
        return ""
    if frequency.get("once"):
        return "once"
    times = _times(_range(frequency.get("times"), frequency.get("times_high")))
    period = _range(frequency.get("period", 1), frequency.get("period_high"))
    unit = str(frequency.get("unit", ""))
    if period == "1":
        every = f"{times} a {_TIME.get(unit, unit)}"
    else:
        every = f"every {_span(period, unit)}" if times == "once" else f"{times} every {_span(period, unit)}"
    return every + (" as needed" if frequency.get("prn") else "")


_TIME = {"s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month", "a": "year"}
_UNITS_OF_DOSE = {"ug": "µg", "[iU]": "IU", "m2": "m²", "cm2": "cm²"}


def _times(number: str) -> str:
    return {"1": "once", "2": "twice"}.get(number, f"{number} times")


def _span(number: object, unit: object) -> str:
    """A length of time in words: "16 weeks", "1 day"; a unit of the label's own (doses) as it stands."""
    word = _TIME.get(str(unit))
    if word is None:
        return f"{number} {_UNITS_OF_DOSE.get(str(unit), unit)}"
    return f"{number} {word}" if str(number) == "1" else f"{number} {word}s"


def _duration_words(duration: dict[str, Any] | None) -> str:
    if not duration:
        return ""
    if duration.get("cycle_on"):
        cycles = f", {duration['cycles']} cycles" if duration.get("cycles") else ""
        unit = duration.get("unit")
        return f"{_span(duration['cycle_on'], unit)} on, {_span(duration.get('cycle_off'), unit)} off{cycles}"
    bound = {"max": "at most ", "min": "at least "}.get(str(duration.get("bound")), "for ")
    return f"{bound}{_span(_range(duration.get('value'), duration.get('high')), duration.get('unit'))}"


def label(statements: Any) -> None:
    """What one label says, section by section, each with its quote."""
    whole = msgspec.to_builtins(statements)
    out = console()
    out.print(Text(f"\n{whole['set_id']} version {whole['version']} · {whole['document_type']} · {whole['jurisdiction']}", style="bold"))
    clinical(out, {name: whole[name] if isinstance(whole[name], list | tuple) else [whole[name]] for name in _SECTIONS if name in whole})


_SECTIONS = ("indications", "not_indicated", "regimens", "cautions", "reactions", "interactions", "mechanism", "absences")


def clinical(out: Console, sections: dict[str, Any]) -> None:
    """The clinical sections: where, product, statement, quote."""
    _section(out, "Indicated for", sections.get("indications"), lambda one: f"{one['name']}{_in_brackets(one.get('population'))}")
    _section(out, "Not indicated", sections.get("not_indicated"), lambda one: one["name"])
    _section(out, "How it is used", sections.get("regimens"), _regimen_line)
    _section(out, "Cautions", sections.get("cautions"), _caution_line)
    if sections.get("reactions"):
        _section(out, "Adverse reactions", sections["reactions"], _reaction_line)
        out.print(Text("  Rates from different trials cannot be compared directly; a missing rate is not 0.", style="italic"))
    _section(out, "Interactions", sections.get("interactions"), lambda one: f"{one.get('name', '')}: {one.get('effect') or one.get('advice') or ''}")
    mechanism = [{**one, **each} for one in sections.get("mechanism") or () for each in one.get("statements") or ([{}] if one.get("absence") else ())]
    if sections.get("absences"):
        out.print(Text("\nWhat these labels do not say", style="bold"))
        _absences(out, sections["absences"])
    _section(out, "How it works", mechanism, lambda one: f"{one.get('certainty') or 'no statement'}")


def _caution_line(one: dict[str, Any]) -> str:
    return f"{one.get('kind', '')}: {one.get('title') or ', '.join(one.get('populations') or ())}"


def _absences(out: Console, rows: Sequence[dict[str, Any]]) -> None:
    """What labels do not say, and which of the three ways of saying nothing it is; one line a label."""
    by_label: dict[str, list[str]] = {}
    for one in rows:
        where = " ".join(str(part) for part in (one.get("jurisdiction"), one.get("product_name")) if part) or "this label"
        words = str(one.get("what", "")).replace("_", " ")
        kind = str(one.get("kind", "")).replace("_", " ")
        quote = f" (“{one['quote']}”)" if one.get("quote") else ""
        by_label.setdefault(where, []).append(f"{words}: {kind}{quote}")
    for where, listed in by_label.items():
        out.print(plain(f"  {where}: {'; '.join(dict.fromkeys(listed))}"))


def _in_brackets(text: str | None) -> str:
    return f" ({text})" if text else ""


def _regimen_line(one: dict[str, Any]) -> str:
    about = " · ".join(part for part in (one.get("product"), one.get("indication"), one.get("population"), one.get("phase")) if part)
    return f"{about}: {regimen_words(one)}" if about else regimen_words(one)


def _reaction_line(one: dict[str, Any]) -> str:
    rate = f" {one.get('operator') if one.get('operator') not in (None, '=') else ''}{one['percent']:g} %" if one.get("percent") is not None else ""
    versus = f" against {one['comparator_percent']:g} %" if one.get("comparator_percent") is not None else ""
    band = f" ({one['band']})" if one.get("band") else ""
    return f"{one['term']}{rate}{versus}{band}{_in_brackets(one.get('indication'))}"


def _section(out: Console, title: str, rows: Sequence[dict[str, Any]] | None, words: Any) -> None:
    if not rows:
        return
    table = table_of("where", "product", "statement", "in the document's words", title=f"\n{title}")
    for one in rows[:MOST]:
        quote = " ".join(str(one.get("quote") or "").split())
        kind = SUMMARY_MARK if one.get("says") else one.get("document_type")
        where = " ".join(str(part) for part in (one.get("jurisdiction"), kind) if part)
        shown = one.get("product_name") or ""
        table.add_row(plain(where), plain(shown), plain(words(one)), plain(quote[:140] + ("…" if len(quote) > 140 else "")))
    out.print(table)
    if len(rows) > MOST:
        out.print(plain(f"  … and {len(rows) - MOST} more (--json lists all)"))


def checked(found: Any) -> None:
    """What labels state for a situation, and what was looked at."""
    out = console()
    table = table_of("asked", "label", "in the document's words", "to do", title="\nStatements of loaded labels that apply")
    for one in found.statements:
        where = f"{one.label} · {one.document_type} · {one.jurisdiction} {one.date}"
        table.add_row(plain(one.asked), plain(where), plain(" ".join(one.quote.split())), plain(", ".join(one.actions)))
    if found.statements:
        out.print(table)
    for one in found.absences:
        out.print(plain(f"{one.what}: {one.kind.replace('_', ' ')}{f' ({one.quote})' if one.quote else ''}"))
    out.print(plain(found.notice))
    out.print(plain(f"Looked at: {'; '.join(found.looked_at) or 'no label'}"))


def plan(made: Any) -> None:
    """A dosing calendar, or why there is none."""
    out = console()
    whole = msgspec.to_builtins(made)
    if "applications" not in whole:
        out.print(plain(whole["sentence"]))
        for choice in whole.get("choices", []):
            out.print(plain(f"  {choice['product']} · {choice['jurisdiction']} · {choice['document_type']}: {choice['regimen']['quote']}"))
        return
    offer = whole["offer"]
    out.print(plain(f"{offer['product']} · {offer['jurisdiction']} · {offer['document_type']} · {offer['label']}"))
    out.print(plain(f"“{offer['regimen']['quote']}”"))
    table = table_of("no.", "apply", "wash off", "at the latest", right=["no."])
    for one in whole["applications"]:
        table.add_row(str(one["number"]), *(str(one.get(name) or "")[:16].replace("T", " ") for name in ("at", "wash_off", "wash_off_latest")))
    out.print(table)
    out.print(plain(f"Last possible application: {whole['last_possible']}; packets at most: {whole['packets_at_most'] or 'not stated'}"))
    for name in ("stop_rules", "missed_dose", "notes"):
        for words in whole[name]:
            out.print(plain(f"· {words}"))
    out.print(Text(whole["follow"], style="bold"))


def mechanism(view: Any) -> None:
    """How a drug works: its targets, then each chain a line, curated and inferred told apart."""
    out = console()
    table = table_of("target", "action", "genes", "records", title=f"\n{view.drug}: targets")
    for one in view.targets:
        records = ", ".join(each.record for each in one.evidence)
        table.add_row(plain(one.target.name), plain(one.kind), plain(", ".join(one.target.genes)), plain(records))
    if view.targets:
        out.print(table)
    _documents(out, view)
    for number, chain in enumerate(view.chains[:MOST], 1):
        words = " ".join(f"—{step.kind}→ {step.target.symbol or step.target.name}{_inferred(step)}" for step in chain.steps)
        out.print(plain(f"{number}. {view.drug} {words}"))
        out.print(Text(f"   {', '.join(chain.records)}", style="dim"))
    for step in view.inferred[:MOST]:
        out.print(Text(f"   inferred: {step.source.symbol or step.source.name} → {step.target.symbol or step.target.name}: {step.why}", style="dim"))
    if view.off_targets:
        names = ", ".join(dict.fromkeys(one.target.name for one in view.off_targets))
        out.print(plain(f"\nBinds also, without being called its mechanism: {names}"))
    for one in view.contradictions:
        out.print(plain(f"Sources disagree on {one.source} and {one.target}: {', '.join(each.record for each in one.evidence)}"))
    for one in view.conflicts:
        out.print(plain(f"ChEMBL and DrugCentral differ ({one.kind}): {one.left} / {one.right}"))
    if view.absence:
        out.print(plain(view.absence))
    if view.neighbours:
        others = list(dict.fromkeys(one.drug for one in view.neighbours))
        more = f" and {len(others) - MOST} more (theriac target lists all)" if len(others) > MOST else ""
        out.print(plain(f"\nAct on the same target in the same direction: {', '.join(others[:MOST])}{more}"))
    for one in view.attributions:
        out.print(Text(f"Source: {one.notice}, {one.link}", style="dim"))


def _documents(out: Console, view: Any) -> None:
    """What documents say themselves, before what other sources make of it."""
    if not view.documents:
        return
    table = table_of("where", "product", "certainty", "in the document's words", title="\nWhat documents say of how it works")
    for one in view.documents[:MOST]:
        kind = one.says or one.document_type
        where = " · ".join(part for part in (one.jurisdiction, kind, one.effective, f"{one.labels} documents" if one.labels > 1 else "") if part)
        words = f"“{' '.join(one.quote.split())}”" if one.quote else str(one.absence).replace("_", " ")
        table.add_row(plain(where), plain(one.product), plain(one.certainty), plain(words))
    out.print(table)
    if view.caution:
        out.print(Text(f"\n{view.caution}", style="italic"))


def _inferred(step: Any) -> str:
    return "" if str(step.basis) == "curated" else " (inferred)"

"""The tools of the MCP door, as one list: name, what it says of itself, question, answer, and the call that answers.

Flows in: a question of `shapes` and an opened Theriac. Flows out: an answer of `shapes`. Each call hands on to the API and cuts what is
too long for an assistant, saying how much; nothing is worked out here.
"""

import hashlib
import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec

from theriac.alerts import Backtest
from theriac.api import Alerts, Theriac
from theriac.assistants import shapes
from theriac.assistants.shapes import Asked
from theriac.errors import UserError
from theriac.views import DrugProfile, Resolved, View

RATES = "Rates from different trials cannot be compared directly. A drug without a statement here has no such statement in the loaded labels."
NOT_SAFETY = "What no loaded label states is not evidence of safety."
L = TypeVar("L")


class Tool(NamedTuple):
    """One tool: how it is called and what it gives; what it says of itself is the docstring of its question.

    Where it is `about_alerts`, the call is put to the alerts of whoever asks, else to the whole of Theriac.
    """

    name: str
    title: str
    asked: type[Asked]
    answer: type[View]
    call: Callable[[Any, Any], View]
    changes_something: bool = False
    about_alerts: bool = False

    @property
    def description(self) -> str:
        """What the tool does, for whoever chooses among tools."""
        return inspect.cleandoc(self.asked.__doc__ or "")

    def answered(self, store: Theriac, asked: Asked, owner: str | None) -> View:
        """The answer for one owner; None is whoever may see everybody's alerts."""
        return self.call(store.alerts_of(owner) if self.about_alerts else store, asked)


def cut(lines: Sequence[L], limit: int) -> tuple[list[L], int]:
    """The first lines, and how many were left out."""
    return list(lines[:limit]), max(0, len(lines) - limit)


def search(store: Theriac, asked: shapes.Search) -> shapes.Hits:
    """Records that hold the words."""
    hits, left = cut(store.search(asked.words, limit=asked.limit + 1), asked.limit)
    return shapes.Hits(hits=hits, left_out=left)


def resolve(store: Theriac, asked: shapes.Resolve) -> Resolved:
    """What a name means."""
    return store.resolve(asked.name, asked.kind)


def drug_profile(store: Theriac, asked: shapes.Profile) -> shapes.ProfileExcerpt:
    """The wanted sections of a drug's profile."""
    found = store.drug(asked.drug, asked.as_of)
    parts = {name: cut(getattr(found, name), asked.limit) for name in asked.sections}
    return shapes.ProfileExcerpt(
        id=found.id,
        name=found.name,
        kind=found.kind,
        as_of=found.as_of,
        sections={name: lines for name, (lines, _) in parts.items()},
        left_out={name: left for name, (_, left) in parts.items() if left},
        statements={name: len(lines) for name, lines in found.clinical.items()},
        not_covered=found.not_covered,
    )


def label_statements(store: Theriac, asked: shapes.Said) -> shapes.Statement:
    """Statements of a drug's labels of one kind."""
    found = store.drug(asked.drug, asked.as_of)
    return _stated(found, asked.about, asked.contains, asked.jurisdiction, asked.limit)


def regimens(store: Theriac, asked: shapes.Regimens) -> shapes.Statement:
    """How labels say a drug is used: dose, frequency, duration."""
    found = store.drug(asked.drug, asked.as_of)
    return _stated(found, "regimens", asked.condition, asked.jurisdiction, asked.limit, key="indication")


def _stated(found: DrugProfile, about: str, contains: str | None, where: str | None, limit: int, key: str | None = None) -> shapes.Statement:
    in_place = [one for one in found.clinical.get(about, ()) if where is None or str(one.get("jurisdiction")).casefold() == where.casefold()]
    wanted = [one for one in in_place if contains is None or _holds(one, contains, key)]
    lines, left = cut(wanted, limit)
    count = f"{len(wanted)} statements" if wanted else "No statement"
    words = f" with the words {contains!r}" if contains else ""
    said = f"{count}{words} in {len(found.labels)} loaded labels. {RATES if about == 'reactions' else NOT_SAFETY}"
    return shapes.Statement(drug=found.id, about=about, statements=lines, labels_read=len(found.labels), said=said, left_out=left)


def _holds(statement: dict[str, Any], words: str, key: str | None) -> bool:
    text = str(statement.get(key) or "") if key else " ".join(str(value) for value in statement.values())
    return all(word in text.casefold() for word in words.casefold().split())


def check(store: Theriac, asked: shapes.Check) -> shapes.Applying:
    """Statements of the labels of all drugs named that apply to a situation."""
    found = store.check(
        asked.drug,
        with_drugs=asked.with_drugs,
        conditions=asked.conditions,
        pregnant=asked.pregnant,
        lactating=asked.lactating,
        immunosuppressed=asked.immunosuppressed,
        age=asked.age,
        as_of=asked.as_of,
    )
    return shapes.Applying(checked=found, left_out=0)


def development_status(store: Theriac, asked: shapes.Status) -> shapes.Programmes:
    """How far development has got."""
    found = store.status(drug=asked.drug, condition=asked.condition, org=asked.organisation, rolled_up=asked.rolled_up, as_of=asked.as_of)
    lines, left = cut(found, asked.limit)
    return shapes.Programmes(programmes=lines, left_out=left)


def trials(store: Theriac, asked: shapes.Trials) -> shapes.TrialList:
    """Trials of a drug, a condition or both."""
    found = store.trials(drug=asked.drug, condition=asked.condition, status=asked.status, phase=asked.phase, as_of=asked.as_of)
    lines, left = cut(found, asked.limit)
    return shapes.TrialList(trials=lines, left_out=left)


def changes(store: Theriac, asked: shapes.Changes) -> shapes.ChangeList:
    """What changed since a day."""
    found = store.changes(since=asked.since, drug=asked.drug, condition=asked.condition, kinds=asked.kinds, as_of=asked.as_of)
    lines, left = cut(found, asked.limit)
    return shapes.ChangeList(changes=lines, left_out=left)


def timeline(store: Theriac, asked: shapes.About) -> shapes.Timeline:
    """A drug's milestones."""
    lines, left = cut(store.timeline(asked.drug, asked.as_of), asked.limit)
    return shapes.Timeline(drug=store.entity(asked.drug, as_of=asked.as_of).id, milestones=lines, left_out=left)


def mechanism(store: Theriac, asked: shapes.How) -> shapes.Works:
    """How a drug works, step by step."""
    found = store.mechanism(asked.drug, asked.to, asked.as_of)
    chains, left = cut(found.chains, asked.limit)
    return shapes.Works(
        drug=found.drug,
        targets=list(found.targets),
        off_targets=list(found.off_targets[:20]),
        chains=chains,
        contradictions=list(found.contradictions),
        absence=found.absence,
        left_out=left,
    )


def compare(store: Theriac, asked: shapes.Compare) -> shapes.SideBySide:
    """Two to four drugs side by side."""
    return shapes.SideBySide(drugs=[_side(store, name, asked) for name in asked.drugs], caution=RATES)


def _side(store: Theriac, name: str, asked: shapes.Compare) -> shapes.Side:
    found = store.drug(name, asked.as_of)
    used = [one for one in found.clinical["regimens"] if asked.condition is None or _holds(one, asked.condition, "indication")]
    parts = {
        "regimens": cut(used, asked.limit),
        "reactions": cut([one for one in found.clinical["reactions"] if one.get("percent") is not None], asked.limit),
    }
    reached, left = cut(store.status(drug=found.id, condition=asked.condition, rolled_up=True, as_of=asked.as_of), asked.limit)
    left_out = {part: more for part, (_, more) in parts.items()} | {"programmes": left}
    return shapes.Side(
        drug=found.id, name=found.name, regimens=parts["regimens"][0], reactions=parts["reactions"][0], programmes=reached, left_out=left_out
    )


def sources(store: Theriac, asked: shapes.Nothing) -> shapes.Ledger:
    """How fresh each source is."""
    return shapes.Ledger(sources=store.sources())


def alert_preview(alerts: Alerts, asked: shapes.Rule) -> shapes.Preview:
    """What a rule would have told."""
    found = alerts.test(asked.rule, since=asked.since, every=asked.every)
    return _preview(found, asked.limit)


def _preview(found: Backtest, limit: int) -> shapes.Preview:
    newest = found.digests[-limit:] if limit else []
    return shapes.Preview(
        rule=found.rule,
        sentence=found.sentence,
        schedule=found.schedule,
        since=found.since,
        looked_at=found.looked_at,
        matched=found.matched,
        months=found.months,
        newest=[f"{one.title}: {one.summary}" for one in reversed(newest)],
    )


def alert_create(alerts: Alerts, asked: shapes.NewAlert) -> shapes.AlertAnswer:
    """A description to confirm, then the alert."""
    if asked.to != "feed" and not asked.to.startswith("mailto:"):
        raise UserError(f"an assistant may send to `feed` or mailto:ADDRESS, not to {asked.to!r}; add other targets with `theriac alert add`")
    tried = alerts.test(asked.rule, since="9999", every="month" if asked.every == "now" else asked.every, at=asked.at, tz=asked.tz)
    code = hashlib.sha256("\x00".join((tried.sentence, asked.every, str(asked.at), str(asked.tz), asked.to)).encode()).hexdigest()[:8]
    schedule = "at once" if asked.every == "now" else tried.schedule
    if asked.confirmation != code:
        return shapes.AlertAnswer(sentence=tried.sentence, schedule=schedule, to=asked.to, confirmation=code, created=None, feed=None)
    made = alerts.add(asked.rule, every=asked.every, at=asked.at, tz=asked.tz, to=[asked.to])
    return shapes.AlertAnswer(
        sentence=made.alert.sentence, schedule=made.alert.schedule, to=asked.to, confirmation=None, created=made.alert, feed=made.feed
    )


TOOLS: tuple[Tool, ...] = (
    Tool("search", "Search", shapes.Search, shapes.Hits, search),
    Tool("resolve", "Explain a name", shapes.Resolve, Resolved, resolve),
    Tool("drug_profile", "Drug profile", shapes.Profile, shapes.ProfileExcerpt, drug_profile),
    Tool("regimens", "How it is used", shapes.Regimens, shapes.Statement, regimens),
    Tool("label_statements", "What labels say", shapes.Said, shapes.Statement, label_statements),
    Tool("check", "Check a situation", shapes.Check, shapes.Applying, check),
    Tool("development_status", "Development status", shapes.Status, shapes.Programmes, development_status),
    Tool("trials", "Trials", shapes.Trials, shapes.TrialList, trials),
    Tool("changes", "What changed", shapes.Changes, shapes.ChangeList, changes),
    Tool("timeline", "Timeline", shapes.About, shapes.Timeline, timeline),
    Tool("mechanism", "How it works", shapes.How, shapes.Works, mechanism),
    Tool("compare", "Compare drugs", shapes.Compare, shapes.SideBySide, compare),
    Tool("sources", "Freshness", shapes.Nothing, shapes.Ledger, sources),
    Tool("alert_preview", "Preview an alert", shapes.Rule, shapes.Preview, alert_preview, about_alerts=True),
    Tool("alert_create", "Create an alert", shapes.NewAlert, shapes.AlertAnswer, alert_create, changes_something=True, about_alerts=True),
)


def input_schema(tool: Tool) -> dict[str, Any]:
    """The JSON Schema of the tool's question, an object at its root."""
    return _rooted(tool.asked)


def output_schema(tool: Tool) -> dict[str, Any]:
    """The JSON Schema of the tool's answer, an object at its root."""
    return _rooted(tool.answer)


def _rooted(shape: type) -> dict[str, Any]:
    (root,), parts = msgspec.json.schema_components([shape], ref_template="#/$defs/{name}")
    name = str(root["$ref"]).rpartition("/")[2]
    rest = {key: value for key, value in parts.items() if key != name or _refers(parts, name)}
    whole: dict[str, Any] = {**parts[name], "$defs": rest} if rest else dict(parts[name])
    return dict(msgspec.json.decode(msgspec.json.encode(whole)))  # as it travels: no tuples


def _refers(parts: dict[str, Any], name: str) -> bool:
    return f'"#/$defs/{name}"' in msgspec.json.encode(parts).decode()

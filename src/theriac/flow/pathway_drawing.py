"""A mechanism as a drawing: SVG that needs no network, no script and no font of its own.

Flows in: a mechanism view. Flows out: the SVG text. What stands in it is escaped; an arrow is a step, its end tells activation from inhibition,
a broken line is an inferred step, and each arrow's title names kind, basis and records. Colours repeat what shapes and words already say.
"""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from theriac.flow.mechanism import Chain, MechanismView, Step
from theriac.flow.mechanism_graph import Node
from theriac.flow.mechanism_words import Basis
from theriac.model import Struct

_WIDTH, _HEIGHT, _ACROSS, _DOWN, _MARGIN = 168, 44, 236, 66, 24
_LINE = 24
_FILLS = {
    "drug": "#dbeafe", "protein": "#dcfce7", "complex": "#dcfce7", "family": "#dcfce7", "process": "#fef9c3", "pathway": "#fef9c3",
    "phenotype": "#fee2e2", "disease": "#fee2e2", "chemical": "#f3e8ff", "organism": "#ffedd5",
}  # fmt: skip
_MARKER = '<marker id="{}" viewBox="0 0 10 10" refX="{}" refY="5" markerWidth="9" markerHeight="9" orient="auto"><path d="{}" {}/></marker>'
_HEADS = (
    _MARKER.format("more", 10, "M0 0L10 5L0 10z", 'fill="#166534"'),
    _MARKER.format("less", 9, "M8 0V10", 'stroke="#991b1b" stroke-width="3"'),
    _MARKER.format("open", 10, "M0 0L10 5L0 10", 'fill="none" stroke="#374151" stroke-width="1.5"'),
)
_MARKERS = f"<defs>{''.join(_HEADS)}</defs>"
_STYLES = {1: ("more", "#166534"), -1: ("less", "#991b1b"), None: ("open", "#374151")}


class Place(Struct, frozen=True):
    """Where a node stands: the upper left corner of its box; `also` are the further ends that the same last step reaches."""

    node: Node
    x: int
    y: int
    also: tuple[str, ...] = ()


class Drawing(str):
    """An SVG text that a notebook shows as the picture."""

    __slots__ = ()

    def _repr_svg_(self) -> str:
        return str(self)


def draw(view: MechanismView, *, most: int = 8) -> str:
    """The SVG of the view's best chains; with no chain, the drug and its targets with the sentence that says what was not found."""
    chains = view.chains[:most]
    steps = _steps(chains) or _target_steps(view)
    places = _places(chains, steps, view)
    right = max((place.x for place in places.values()), default=0) + _WIDTH + _MARGIN
    below = max((place.y for place in places.values()), default=0) + _HEIGHT + _MARGIN
    notes = _notes(view)
    height = below + 18 * len(notes) + _MARGIN // 2
    width = max(right, 640)
    body = [*(_arrow(step, places) for step in steps), *map(_box, places.values())]
    body += [
        f'<text x="{_MARGIN}" y="{below + 14 + 18 * number}" font-size="12" fill="#374151">{escape(note)}</text>' for number, note in enumerate(notes)
    ]
    title = escape(f"How {view.drug} works, according to the loaded sources")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="sans-serif"><title>{title}</title>{_MARKERS}{"".join(body)}</svg>'
    )


def _steps(chains: Sequence[Chain]) -> tuple[Step, ...]:
    """Each step once, in the order of the chains."""
    return tuple({(step.source.id, step.target.id, step.kind): step for chain in chains for step in chain.steps}.values())


def _target_steps(view: MechanismView) -> tuple[Step, ...]:
    drug = Node(id="drug", name=view.drug, kind="drug")
    return tuple(
        Step(
            source=drug,
            target=Node(id=one.target.id, name=one.target.name, kind=one.target.type or "protein", symbol=next(iter(one.target.genes), None)),
            kind=one.kind,
            sign=one.sign,
            basis=Basis.CURATED,
            evidence=one.evidence,
        )
        for one in view.targets
    )


def _places(chains: Sequence[Chain], steps: Sequence[Step], view: MechanismView) -> dict[str, Place]:
    """A column for each distance from the drug, the nodes of a column below one another in the order of their first mention."""
    columns: dict[str, int] = {"drug": 0}
    nodes: dict[str, Node] = {"drug": Node(id="drug", name=view.drug, kind="drug")}
    for chain in chains:
        for number, step in enumerate(chain.steps, start=1):
            nodes.setdefault(step.target.id, step.target)
            columns[step.target.id] = max(columns.get(step.target.id, 0), number)
    for step in steps:
        nodes.setdefault(step.target.id, step.target)
        columns.setdefault(step.target.id, 1)
    rows: dict[int, int] = {}
    also = {chain.end.id: tuple(one.symbol or one.name for one in chain.also) for chain in reversed(chains)}
    found = {}
    for identifier, node in nodes.items():
        column = columns[identifier]
        row = rows.get(column, 0)
        rows[column] = row + 1
        found[identifier] = Place(node=node, x=_MARGIN + column * _ACROSS, y=_MARGIN + row * _DOWN, also=also.get(identifier, ()))
    return found


def _box(place: Place) -> str:
    node = place.node
    shown = (node.symbol or node.name) + (f" and {len(place.also)} more" if place.also else "")
    lines = _wrapped(shown)
    fill = _FILLS.get(node.kind, "#f3f4f6")
    first = place.y + _HEIGHT // 2 + 4 - 7 * (len(lines) - 1)
    texts = "".join(f'<tspan x="{place.x + _WIDTH // 2}" y="{first + 14 * number}">{escape(line)}</tspan>' for number, line in enumerate(lines))
    title = escape(f"{node.name} ({node.kind}, {node.id})" + (f"; also {', '.join(place.also)}" if place.also else ""))
    box = f'<rect x="{place.x}" y="{place.y}" width="{_WIDTH}" height="{_HEIGHT}" rx="7" fill="{fill}" stroke="#6b7280"/>'
    return f'<g><title>{title}</title>{box}<text font-size="12" text-anchor="middle" fill="#111827">{texts}</text></g>'


def _wrapped(text: str) -> list[str]:
    """At most two lines; what does not fit ends in an ellipsis and stands whole in the box's title."""
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > _LINE:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    kept = lines[:2]
    if len(lines) > 2:
        kept[1] += " …"
    return [line if len(line) <= _LINE + 2 else line[: _LINE + 1] + "…" for line in kept]


def _arrow(step: Step, places: dict[str, Place]) -> str:
    source, target = places[step.source.id], places[step.target.id]
    forward = target.x > source.x
    x1, y1 = source.x + (_WIDTH if forward else _WIDTH // 2), source.y + (_HEIGHT // 2 if forward else _HEIGHT)
    x2, y2 = target.x + (0 if forward else _WIDTH // 2), target.y + (_HEIGHT // 2 if forward else 0 if target.y > source.y else _HEIGHT)
    marker, colour = _STYLES[step.sign]
    broken = ' stroke-dasharray="6 4"' if step.basis is Basis.INFERRED else ""
    bend = (x2 - x1) // 2
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    label = (
        f'<text x="{(x1 + x2) // 2}" y="{(y1 + y2) // 2 - 5}" font-size="10" text-anchor="middle" fill="{colour}">{escape(step.kind.value)}</text>'
    )
    line = f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5" marker-end="url(#{marker})"{broken}/>'
    return f"<g><title>{escape(_told(step))}</title>{line}{label if forward else ''}</g>"


def _told(step: Step) -> str:
    records = ", ".join(dict.fromkeys(one.record for one in step.evidence))
    why = f" ({step.why})" if step.why else ""
    return f"{step.source.name} {step.kind.value} {step.target.name}: {step.basis.value}{why}; {records}"


def _notes(view: MechanismView) -> list[str]:
    """What must stand under the drawing: what was not found, what a broken line means, whose data it is."""
    return [*_sentences(view), *(f"Source: {one.notice}, {one.link}" for one in view.attributions)]


def _sentences(view: MechanismView) -> Iterator[str]:
    if view.absence:
        yield view.absence[:1].upper() + view.absence[1:] + "."
    if _any_inferred(view.chains):
        yield "Broken line: inferred, not stated as such for this drug. Open arrow: the source states no direction of effect."
    yield "Information from public documents, not medical advice."


def _any_inferred(chains: Iterable[Chain]) -> bool:
    return any(step.basis is Basis.INFERRED for chain in chains for step in chain.steps)

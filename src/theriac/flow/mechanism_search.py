"""The shortest well-supported chains from targets to an effect.

Flows in: the graph of statements, where to start, what to reach. Flows out: chains of edges with the record that each step follows, the best
first. A chain is dear where it is long, where it leaves one record for another, where few records state a step, and where it runs through
a node that everything runs through. Steps that a curated path states about this very drug are cheap, and so are those of a pathway that is
named after the target.
"""

import heapq
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from theriac.flow.mechanism_graph import Edge, MechanismGraph, Statement, witnesses
from theriac.flow.mechanism_words import Basis
from theriac.model import Struct

_Near = tuple[frozenset[str], frozenset[str]]


class Weights(Struct, frozen=True):
    """What a step costs. The figures were set on one half of the curated paths (`bench/mechanism.py`), the other half was not looked at."""

    step: float = 1.0
    switch: float = 1.5
    hub: float = 0.15
    own: float = 0.3
    named: float = 0.5
    inferred: float = 0.25
    support: float = 0.3
    longest: int = 12


class Leg(Struct, frozen=True):
    """One edge of a chain and the statement that it follows."""

    edge: Edge
    statement: Statement


class Route(Struct, frozen=True):
    """A chain from one start to one goal and what it costs; the cheaper the better supported."""

    start: str
    legs: tuple[Leg, ...]
    cost: float

    @property
    def nodes(self) -> tuple[str, ...]:
        """The ids of its nodes in order."""
        return (self.start, *(leg.edge.target for leg in self.legs))


class _State(Struct, frozen=True):
    """A node reached while following a record, and how."""

    node: str
    record: str
    before: "_State | None" = None
    leg: Leg | None = None


def routes(
    graph: MechanismGraph,
    starts: Mapping[str, float],
    goals: Iterable[str],
    own: frozenset[str] = frozenset(),
    named: frozenset[str] = frozenset(),
    weights: Weights | None = None,
    limit: int = 10,
    slack: float = 3.0,
) -> tuple[Route, ...]:
    """The best routes from any start to any goal, at most one for each goal and record followed at its end; none where none leads there.

    `starts` are nodes with what reaching them costs; `own` are the records about this very drug, `named` those named after a target.
    Routes that cost more than the best by more than `slack` are left out.
    """
    weights = weights or Weights()
    wanted = frozenset(goals)
    found: list[Route] = []
    seen_nodes: set[tuple[str, ...]] = set()
    for cost, state in _settled(graph, starts, (own, named), weights):
        if found and cost > found[0].cost + slack:
            break
        if state.node in wanted and state.leg is not None:
            route = _route(state, cost)
            if route.nodes not in seen_nodes and len(set(route.nodes)) == len(route.nodes):
                seen_nodes.add(route.nodes)
                found.append(route)
                if len(found) >= limit:
                    break
    return tuple(found)


def _settled(graph: MechanismGraph, starts: Mapping[str, float], near: _Near, weights: Weights) -> Iterator[tuple[float, _State]]:
    """Every (node, record) in the order of its cost (Dijkstra); the record is empty where a chain may turn to any record."""
    queue: list[tuple[float, int, _State, int]] = []
    done: set[tuple[str, str]] = set()
    pushed = 0
    for start, cost in sorted(starts.items()):
        heapq.heappush(queue, (cost, pushed, _State(node=start, record=""), 0))
        pushed += 1
    while queue:
        cost, _, state, length = heapq.heappop(queue)
        if (state.node, state.record) in done:
            continue
        done.add((state.node, state.record))
        if state.record:
            yield cost, state
        if length >= weights.longest:
            continue
        for step, following, longer in _onward(graph, state, near, weights):
            if (following.node, following.record) not in done:
                heapq.heappush(queue, (cost + step, pushed, following, length + longer))
                pushed += 1


def _onward(graph: MechanismGraph, state: _State, near: _Near, weights: Weights) -> Iterator[tuple[float, _State, int]]:
    """Steps of the record that is followed, and the turn to any other record."""
    if state.record:
        turned = _State(node=state.node, record="", before=state.before, leg=state.leg)
        yield weights.switch, turned, 0
    for edge in graph.out.get(state.node, ()):
        for statement in edge.statements:
            record = statement.evidence.record
            if not state.record or state.record == record:
                after = state if state.leg is not None else None
                following = _State(node=edge.target, record=record, before=after, leg=Leg(edge=edge, statement=statement))
                yield _step_cost(graph, edge, statement, near, weights), following, 1


def _step_cost(graph: MechanismGraph, edge: Edge, statement: Statement, near: _Near, weights: Weights) -> float:
    own, named = near
    if statement.evidence.record in own:
        return weights.own
    cost = weights.step + weights.hub * math.log2(1 + graph.degree.get(edge.target, 0)) - weights.support * math.log2(witnesses(edge))
    cost = max(cost, weights.own) + (weights.inferred if statement.basis is Basis.INFERRED else 0.0)
    return cost * weights.named if statement.evidence.record in named else cost


def _route(state: _State, cost: float) -> Route:
    legs: list[Leg] = []
    at: _State | None = state
    while at is not None and at.leg is not None:
        legs.append(at.leg)
        at = at.before
    legs.reverse()
    return Route(start=legs[0].edge.source, legs=tuple(legs), cost=round(cost, 4))


def branches(graph: MechanismGraph, route: Route, limit: int = 12) -> tuple[Route, ...]:
    """The route and its parallel branches: within each stretch that follows one record, every way that this record offers between its ends."""
    ways: list[tuple[Leg, ...]] = [()]
    for stretch in _stretches(route.legs):
        record = stretch[0].statement.evidence.record
        parallel = list(_ways(graph, record, stretch[0].edge.source, stretch[-1].edge.target, limit)) or [tuple(stretch)]
        ways = [(*way, *more) for way in ways for more in parallel][:limit]
    found = {tuple(leg.edge.target for leg in way): Route(start=route.start, legs=way, cost=route.cost) for way in ways}
    first = found.pop(tuple(leg.edge.target for leg in route.legs), route)
    return (first, *found.values())


def _stretches(legs: Sequence[Leg]) -> Iterator[list[Leg]]:
    stretch: list[Leg] = []
    for leg in legs:
        if stretch and leg.statement.evidence.record != stretch[0].statement.evidence.record:
            yield stretch
            stretch = []
        stretch.append(leg)
    if stretch:
        yield stretch


def _ways(graph: MechanismGraph, record: str, start: str, end: str, limit: int) -> Iterator[tuple[Leg, ...]]:
    """Every way without a circle from start to end along the arrows of one record, at most `limit`."""
    stack: list[tuple[str, tuple[Leg, ...]]] = [(start, ())]
    given = 0
    while stack and given < limit:
        node, legs = stack.pop()
        if node == end and legs:
            given += 1
            yield legs
            continue
        if len(legs) >= Weights().longest:
            continue
        visited = {start, *(leg.edge.target for leg in legs)}
        for edge in reversed(graph.out.get(node, ())):
            if edge.target not in visited:
                stated = next((one for one in edge.statements if one.evidence.record == record), None)
                if stated is not None:
                    stack.append((edge.target, (*legs, Leg(edge=edge, statement=stated))))

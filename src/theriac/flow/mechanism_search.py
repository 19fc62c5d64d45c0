"""The shortest well-supported chains from targets to an effect.

Flows in: the graph of statements, where to start, what to reach. Flows out: chains of edges with the record that each step follows, the best
first. A chain is dear where it is long, where it leaves one record for another, where few records state a step, and where it runs through
a node that everything runs through. Steps that a curated path states about this very drug are cheap, and so are those of a pathway that is
named after the target.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from theriac.flow.mechanism_graph import Edge, MechanismGraph, Statement
from theriac.flow.mechanism_words import Basis
from theriac.model import Struct

_Near = tuple[frozenset[str], frozenset[str]]


class Weights(Struct, frozen=True):
    """What a step costs. The figures were set on one half of the curated paths (`bench/mechanism.py`), the other half was not looked at."""

    step: float = 1.0
    switch: float = 1.0
    hub: float = 0.1
    own: float = 0.3
    named: float = 0.5
    inferred: float = 0.25
    support: float = 0.4
    neighbour: float = 3.0
    namesake: float = 1.5
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


class _State(NamedTuple):
    """A node reached while following a record ("" where any may be followed next), the state before it and the step from there."""

    node: str
    record: str
    before: "_State | None" = None
    edge: Edge | None = None
    statement: Statement | None = None


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
    left = _steps_left(graph, wanted, weights.longest)
    found: list[Route] = []
    seen_nodes: set[tuple[str, ...]] = set()
    for cost, state in _settled(graph, {one: at for one, at in starts.items() if one in left}, (own, named), weights, left):
        if found and cost > found[0].cost + slack:
            break
        if state.node in wanted:
            route = _route(state, cost)
            if route.nodes not in seen_nodes and len(set(route.nodes)) == len(route.nodes):
                seen_nodes.add(route.nodes)
                found.append(route)
                if len(found) >= limit:
                    break
    return tuple(found)


def _steps_left(graph: MechanismGraph, goals: Iterable[str], longest: int) -> dict[str, int]:
    """For each node from which a goal can be reached, the fewest steps to one: all others need not be visited."""
    found = dict.fromkeys(goals, 0)
    edge = list(found)
    for steps in range(1, longest + 1):
        edge = [before for node in edge for before in graph.into.get(node, ()) if found.setdefault(before, steps) == steps]
        edge = list(dict.fromkeys(edge))
    return found


def _settled(
    graph: MechanismGraph, starts: Mapping[str, float], near: _Near, weights: Weights, left: Mapping[str, int]
) -> Iterator[tuple[float, _State]]:
    """Every (node, record) that may lead to a goal, in the order of its cost (Dijkstra)."""
    queue = [(cost, number, 0, _State(start, "")) for number, (start, cost) in enumerate(sorted(starts.items()))]
    heapq.heapify(queue)
    done: set[tuple[str, str]] = set()
    pushed = len(queue)
    while queue:
        cost, _, length, state = heapq.heappop(queue)
        node, record = state.node, state.record
        if (node, record) in done:
            continue
        done.add((node, record))
        if record:
            yield cost, state
            heapq.heappush(queue, (cost + weights.switch, pushed, length, _State(node, "", state.before, state.edge, state.statement)))
            pushed += 1
            onward = graph.within.get((node, record), ())
        else:
            onward = tuple((edge, statement) for edge in graph.out.get(node, ()) for statement in edge.statements)
        before = state if state.edge is not None else None
        for edge, statement in onward:
            target, next_record = edge.target, statement.evidence.record
            if length + left.get(target, weights.longest) < weights.longest and (target, next_record) not in done:
                step = _step_cost(edge, statement, near, weights)
                heapq.heappush(queue, (cost + step, pushed, length + 1, _State(target, next_record, before, edge, statement)))
                pushed += 1


def _step_cost(edge: Edge, statement: Statement, near: _Near, weights: Weights) -> float:
    own, named = near
    if statement.evidence.record in own:
        return weights.own
    cost = max(weights.step + weights.hub * edge.crowd - weights.support * edge.support, weights.own)
    if statement.basis is Basis.INFERRED:
        cost += weights.inferred
    return cost * weights.named if statement.evidence.record in named else cost


def _route(state: _State, cost: float) -> Route:
    legs: list[Leg] = []
    at: _State | None = state
    while at is not None and at.edge is not None and at.statement is not None:
        legs.append(Leg(edge=at.edge, statement=at.statement))
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
        for edge, stated in reversed(graph.within.get((node, record), ())):
            if edge.target not in visited:
                stack.append((edge.target, (*legs, Leg(edge=edge, statement=stated))))

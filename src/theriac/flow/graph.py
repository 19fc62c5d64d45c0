"""Groups things that statements join, without letting a chain of statements merge what is known to be different.

Flows in: edges between hashable nodes, and which nodes are anchors (no two anchors are one thing). Flows out: groups, each with at most one
anchor. The result depends on the set of edges only, never on their order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

Node = TypeVar("Node", bound=tuple[str, str])
Edges = Mapping[Node, Iterable[Node]]


class Links(dict[Node, set[Node]]):
    """Undirected edges; a node may stand alone."""

    def add(self, node: Node, *others: Node) -> None:
        """Joins the node to each of the others."""
        mine = self.setdefault(node, set())
        for other in others:
            if other != node:
                mine.add(other)
                self.setdefault(other, set()).add(node)


def components(links: Edges[Node]) -> Iterator[list[Node]]:
    """The connected sets of nodes, each sorted, in the order of their least nodes."""
    left = set(links)
    for start in sorted(links):
        if start not in left:
            continue
        left.discard(start)
        found, open_nodes = [start], [start]
        while open_nodes:
            for near in links[open_nodes.pop()]:
                if near in left:
                    left.discard(near)
                    found.append(near)
                    open_nodes.append(near)
        yield sorted(found)


def groups(links: Edges[Node], anchor: Callable[[Node], str | None]) -> Iterator[tuple[list[Node], list[Node]]]:
    """Each group as (its own nodes, the nodes it shares with another group).

    `anchor` names what a node stands for where it is an anchor. A connected set with several anchors is cut: every node goes to the nearest
    anchor, and a node that is equally near to two belongs to both groups and is told apart as shared.
    """
    for component in components(links):
        anchored: dict[str, list[Node]] = {}
        for node in component:
            name = anchor(node)
            if name is not None:
                anchored.setdefault(name, []).append(node)
        if len(anchored) < 2:
            yield component, []
        else:
            yield from _cut(links, component, anchored)


def _cut(links: Edges[Node], component: list[Node], anchored: dict[str, list[Node]]) -> Iterator[tuple[list[Node], list[Node]]]:
    owners: dict[Node, set[str]] = {node: {name} for name, nodes in anchored.items() for node in nodes}
    front = list(owners)
    while front:
        reached: dict[Node, set[str]] = {}
        for node in front:
            for near in links[node]:
                if near not in owners:
                    reached.setdefault(near, set()).update(owners[node])
        owners.update(reached)
        front = sorted(reached)
    for name in sorted(anchored):
        mine = [node for node in component if name in owners[node]]
        yield [node for node in mine if len(owners[node]) == 1], [node for node in mine if len(owners[node]) > 1]

"""Hold the values of the specs, each with its origin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lakesmith.spec.yaml.provenance import KeyPath, Origin

MAX_DEPTH = 20


@dataclass(frozen=True)
class Node:
    """Hold a value of the specs with its origin.

    The value is a map or list of nodes, or a scalar.
    """

    value: Any
    origin: Origin

    def plain(self) -> Any:
        """Return the bare maps, lists and scalars.

        Examples
        --------
        >>> from lakesmith.spec.yaml.provenance import Origin
        >>> file = Origin("a.yml")
        >>> Node({"keys": Node([Node("id", file)], file)}, file).plain()
        {'keys': ['id']}
        """
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def origins(self, path: KeyPath = ()) -> Iterator[tuple[KeyPath, Origin]]:
        """Yield the key path and origin of this node and of all nodes in it.

        Examples
        --------
        >>> from lakesmith.spec.yaml.provenance import Origin
        >>> node = Node({"keys": Node("id", Origin("a.yml", 2))}, Origin("a.yml", 1))
        >>> [(path, str(origin)) for path, origin in node.origins()]
        [((), 'a.yml:1'), (('keys',), 'a.yml:2')]
        """
        yield path, self.origin
        for key, node in self._children():
            yield from node.origins((*path, key))

    def _children(self) -> Iterator[tuple[str | int, Node]]:
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

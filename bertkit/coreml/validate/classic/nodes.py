"""The nodes of a tree ensemble, read once."""

from __future__ import annotations

from typing import Any, NamedTuple

# A tree and a node in it.
Key = tuple[int, int]


class Node(NamedTuple):
    """One node.

    Attributes:
        key: its tree and its number in it.
        behavior: number of what it does.
        children: the nodes it leads to, that for true first; none of a leaf.
        message: `TreeEnsemble_pb2.TreeEnsembleParameters.TreeNode`.
    """

    key: Key
    behavior: int
    children: tuple[Key, ...]
    message: Any

    @property
    def place(self) -> str:
        """For example `tree 0/node 4`."""
        return f"tree {self.key[0]}/node {self.key[1]}"


def read_nodes(ensemble: Any) -> tuple[Node, ...]:
    """Read the nodes of a `TreeEnsembleParameters` in the file's order."""
    found = []
    for message in ensemble.nodes:
        tree, behavior = message.treeId, message.nodeBehavior
        leaf = behavior == message.LeafNode
        children = () if leaf else ((tree, message.trueChildNodeId), (tree, message.falseChildNodeId))
        found.append(Node((tree, message.nodeId), behavior, children, message))
    return tuple(found)

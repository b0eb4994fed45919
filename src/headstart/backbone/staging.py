"""Any network as a row of stages: its graph is cut wherever a single tensor crosses.

The outermost forward pass is traced with its blocks as they are, so that the graph is short and
nothing inside a block has to be traceable. Pieces of the graph are then gathered into stages that
follow the architecture's own blocks. A stage's tensors keep the network's names for them, after the
name of the stage: "layer1.layer1.0.conv1.weight".
"""

import inspect
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from torch import fx, nn

BIG = 0.02
"""Share of all parameters from which a part of the network counts when its trunk is looked for."""
STEM = "stem"
WHOLE_NETWORK = "network"
"""The only stage of a network that can't be cut."""
Namer = Callable[[str], str]


def staged(network: nn.Module, namer: Namer | None = None) -> OrderedDict[str, nn.Module]:
    """Named stages that run left to right, each with weights; one of all where none can be cut.

    `namer` gives the stage of a submodule by its name, where the architecture's own names don't say
    it. The stages share their modules with the network.
    """
    whole = OrderedDict[str, nn.Module]({WHOLE_NETWORK: network})
    try:
        graph = _Outline().trace(network, _defaults(network))
    except (fx.proxy.TraceError, TypeError, ValueError, RuntimeError, AttributeError):
        return whole
    pieces = list(_pieces(graph))
    named = _named(pieces, namer or _by_blocks(network, pieces))
    stages = OrderedDict[str, nn.Module]((name, _stage(network, part)) for name, part in named)
    return stages if len(stages) > 1 and not _shared(stages) else whole


class _Outline(fx.Tracer):
    """Looks into the network and into plain sequences, and no further."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return type(m).forward is not nn.Sequential.forward


Piece = Sequence[fx.Node]


def _defaults(network: nn.Module) -> dict[str, object]:
    """What the forward pass takes besides its input, each as it is when nobody gives it."""
    asked = inspect.signature(network.forward).parameters.values()
    return {p.name: p.default for p in asked if p.default is not p.empty}


def _pieces(graph: fx.Graph) -> Iterator[list[fx.Node]]:
    """Nodes between places where one value crosses; parameters are read where they are needed."""
    nodes = [node for node in graph.nodes if node.op not in ("get_attr", "output")]
    place = {node: index for index, node in enumerate(nodes)}
    ends = [max([place.get(user, len(nodes)) for user in node.users], default=0) for node in nodes]
    piece: list[fx.Node] = []
    for index, node in enumerate(nodes):
        piece.append(node)
        crossing = sum(start <= index < end for start, end in enumerate(ends[: index + 1]))
        if crossing == 1 and ends[index] > index and node.op != "placeholder":
            yield piece
            piece = []
    if piece:
        yield piece


def _named(pieces: Sequence[Piece], namer: Namer) -> list[tuple[str, list[fx.Node]]]:
    """Pieces gathered by name. What has no weights goes with what is before it."""
    labels: list[str] = []
    for piece in pieces:
        called = [str(node.target) for node in piece if node.op == "call_module"]
        found = [label for label in map(namer, called) if label]
        labels.append(found[0] if found else labels[-1] if labels else "")
    first = next((label for label in labels if label), WHOLE_NETWORK)
    labels = [label or first for label in labels]
    gathered = [
        (name, [node for piece, _ in part for node in piece])
        for name, part in groupby(zip(pieces, labels, strict=True), key=lambda pair: pair[1])
    ]
    seen: dict[str, int] = {}
    return [(_fresh(name, seen), nodes) for name, nodes in gathered]


def _fresh(name: str, seen: dict[str, int]) -> str:
    """A name that comes twice gets a number."""
    seen[name] = seen.get(name, 0) + 1
    return name if seen[name] == 1 else f"{name}_{seen[name]}"


def _by_blocks(network: nn.Module, pieces: Sequence[Piece]) -> Namer:
    """The outermost parts of the network; where there are hardly any, the blocks of its trunk.

    What comes before the first block is the stem; single layers behind one go with it, unless
    they are big.
    """
    called = [str(n.target) for piece in pieces for n in piece if n.op == "call_module"]
    inside = Counter(name.partition(".")[0] for name in called)
    every = max(1, _size(network))
    big = [top for top in inside if _size(network.get_submodule(top)) >= BIG * every]
    trunk = max(big, key=lambda top: inside[top]) if 0 < len(big) < 3 else ""
    labels: dict[str, str] = {}  # by the name of a part
    stages: dict[str, str] = {}
    for name in called:
        path = name.split(".")[: 2 if name.partition(".")[0] == trunk else 1]
        part, before = ".".join(path), list(labels.values())
        size = _size(network.get_submodule(part))
        if part not in labels and size:
            own = _layers(network.get_submodule(part)) > 2 or size >= BIG * every
            plain = "".join(path) if path[-1].isdecimal() else path[-1]
            labels[part] = (plain if own else before[-1]) if before else STEM
        stages[name] = labels.get(part, "")
    return stages.__getitem__


def _layers(module: nn.Module) -> int:
    """How many layers with weights of their own are in it."""
    return sum(any(True for _ in part.parameters(recurse=False)) for part in module.modules())


def _size(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _stage(network: nn.Module, nodes: Piece) -> fx.GraphModule:
    """The nodes as a network of their own: the value that comes in, what is made of it, out."""
    graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()

    def copied(node: fx.Node) -> fx.Node:
        if node not in copies:  # a parameter, or the value that crosses
            value = graph.node_copy(node) if node.op == "get_attr" else graph.placeholder("x")
            copies[node] = value
        return copies[node]

    if nodes[0].op != "placeholder":  # before everything else
        inside = set(nodes)
        outer = (n for node in nodes for n in node.all_input_nodes if n not in inside)
        copied(next(n for n in outer if n.op != "get_attr"))
    for node in nodes:
        copies[node] = graph.node_copy(node, copied)
    graph.output(copies[nodes[-1]])
    return fx.GraphModule(network, graph)


def _shared(stages: Mapping[str, nn.Module]) -> bool:
    """Whether weights are in two stages: they can't be frozen in one and trained in the other."""
    owners = [{id(p) for p in stage.parameters()} for stage in stages.values()]
    return len(set().union(*owners)) < sum(map(len, owners))

"""Small places on disk; what lies in the files is of no interest to this room."""

from pathlib import Path


def put(root: Path, *names: str) -> Path:
    """Files of these names below `root`, each with bytes of its own."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"bytes of {name}".encode(errors="surrogateescape"))
    return root


def labels(found):
    """{name of the example: its class}."""
    examples = found.examples
    return {examples.name(i): examples.truth.written(i) for i in range(len(examples))}


def kinds(found):
    """{name: kind} of all problems."""
    return {problem.name: problem.kind for problem in found.problems}

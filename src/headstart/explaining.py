"""What an error code means, told from the lines that raise it, so that no code is without words.

Messages are written once, where they are raised. `of` reads them there: what was found, why, and
what mends it; parts that only a run knows are shown as "…".
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CODE = re.compile(r"[UDRMTSIX]\d{3}")
"""What a code looks like: the kind of error and a number."""
_KINDS = {
    "U": "the request contradicts itself, or an extra is missing (exit code 2)",
    "D": "what is on disk cannot be used as it is (exit code 3)",
    "R": "disk, memory or time would not suffice (exit code 4)",
    "M": "a pretrained network is missing or does not fit (exit code 5)",
    "T": "training gave nothing that can be kept (exit code 6)",
    "S": "a file could run code or escape its folder (exit code 7)",
    "I": "stopped by hand or by the system, and saved (exit code 130 or 143)",
    "X": "this should not happen (exit code 1)",
}
_OWN = {
    "D155": "a cell that names the part of its row is none of train, val and test",
    "D189": "a warning: the test set is such that it can hardly answer whether transfer helps",
    "D250": "pictures are frames of one video, and are kept on one side of the split",
    "D294": "what is to be judged cannot be read, or is not there",
    "T512": "a warning: weights that were to stay frozen have changed; do not believe the run",
    "X100": "a failure that nobody has foreseen: a bug, or a library that is damaged",
    "T521": "training stopped by an error that the page shows; the same command goes on with it",
    "U151": "a flag or a word of the command line is not known, or lacks its value",
}
"""Of codes whose words only a run knows."""
_SAID = "the error itself says the command that mends it"
_LISTED = "listed by headstart check, not refused: the rest is used"
_LISTING = {
    **dict.fromkeys(("Problem", "report", "._problem"), ("kind", "name", "why")),
    "odd.tell": ("kind", "why"),
}
"""What lists something instead of refusing it, and what it is given behind the code."""
_ERRORS = ("Error", "Extra", "Interrupted", "_Terminated")
_SOURCE = Path(__file__).parent


@dataclass(frozen=True)
class Explanation:
    """One code in words."""

    code: str
    kind: str
    """What all codes with its letter mean."""
    what: str
    why: str
    fix: str
    raised_in: str
    """The file, below the package."""

    def record(self) -> dict[str, str]:
        """The same as JSON has it."""
        return dict(vars(self))

    def lines(self) -> list[str]:
        """The same for people."""
        told = [f"{self.code}: {self.what}", f"  means: {self.kind}"]
        told += [f"  why: {self.why}"] if self.why else []
        told += [f"  fix: {self.fix}"] if self.fix else []
        return [*told, *([f"  told by: headstart/{self.raised_in}"] if self.raised_in else [])]


def explanation_of(code: str) -> Explanation | None:
    """What a code means; None for one that there is not."""
    return every(code).get(code)


def every(code: str = "") -> dict[str, Explanation]:
    """All codes, or the one, in order."""
    found: dict[str, Explanation] = {}
    for path in sorted(_SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if path.name != Path(__file__).name and (f'"{code}"' in text if code else '"' in text):
            for one in _in_file(text, path.relative_to(_SOURCE).as_posix()):
                if not code or one.code == code:
                    found.setdefault(one.code, one)
    for own in {code} & {*_OWN} if code else {*_OWN}:
        found.setdefault(own, Explanation(own, _KINDS[own[0]], _OWN[own], "", "", ""))
    return dict(sorted(found.items()))


def _in_file(text: str, name: str) -> Iterator[Explanation]:
    tree = ast.parse(text)
    makers = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assigned = sorted(_assigned(tree), key=lambda one: one[0])
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (at := _place(node)) >= 0:
            code = ast.literal_eval(node.args[at])
            held = _held(node, at, makers)
            constants = {name: value for line, name, value in assigned if line <= node.lineno}
            told = {part: _words(value, constants) for part, value in held.items()}
            listed = ast.unparse(node.func).endswith(tuple(_LISTING))
            kind = _LISTED if listed else _KINDS[code[0]]
            what = _OWN.get(code) or told.get("what") or told.get("why") or "…"
            why = told.get("why", "") if told.get("what") else ""
            fix = told.get("fix", "").replace("… --help", "headstart --help")
            fix = _SAID if fix == "…" else fix
            yield Explanation(code, kind, what, why, fix, name)


def _assigned(tree: ast.AST) -> Iterator[tuple[int, str, ast.expr]]:
    """The line, name and value of every assignment of one name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield node.lineno, target.id, node.value
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    for one, value in zip(target.elts, node.value.elts, strict=False):
                        if isinstance(one, ast.Name):
                            yield node.lineno, one.id, value


def _place(node: ast.Call) -> int:
    """Where the code stands among what a call is given; -1 where it is none."""
    for at, given in enumerate(node.args[:2]):
        text = given.value if isinstance(given, ast.Constant) else None
        if isinstance(text, str) and CODE.fullmatch(text):
            return at
    return -1


def _held(node: ast.Call, at: int, makers: Mapping[str, ast.FunctionDef]) -> dict[str, ast.expr]:
    """The words of one raise, by their part."""
    name = ast.unparse(node.func)
    if name.endswith(_ERRORS):
        parts = dict(zip(("what", "fix", "where", "why"), node.args[at + 1 :], strict=False))
        return {**parts, **{word.arg: word.value for word in node.keywords if word.arg}}
    for maker_of_lists, parts_listed in _LISTING.items():
        if name.endswith(maker_of_lists):
            return dict(zip(parts_listed, node.args[at + 1 :], strict=False))
    maker = makers.get(name.rpartition(".")[2])
    return _through(node, maker) if maker else {}


def _through(node: ast.Call, maker: ast.FunctionDef) -> dict[str, ast.expr]:
    """The words of an error that a function of its own makes from what it is given."""
    names = [argument.arg for argument in maker.args.args]
    given = {**dict(zip(names, node.args, strict=False))}
    given |= {word.arg: word.value for word in node.keywords if word.arg}
    for call in ast.walk(maker):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(_ERRORS):
            parts = dict(zip(("what", "fix", "where", "why"), call.args[1:], strict=False))
            parts |= {word.arg: word.value for word in call.keywords if word.arg}
            return {
                part: given.get(value.id, value) if isinstance(value, ast.Name) else value
                for part, value in parts.items()
            }
    return {}


def _words(value: ast.expr, constants: Mapping[str, ast.expr]) -> str:
    """A text as it stands in the source, with "…" for what only a run knows."""
    if isinstance(value, ast.Constant):
        return str(value.value)
    known = constants.get(value.id) if isinstance(value, ast.Name) else None
    if known is not None:
        return "…" if isinstance(known, ast.Name) else _words(known, {})
    inner = value.value if isinstance(value, ast.FormattedValue) else value
    if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "counted":
        return f"… {_plural(*map(ast.literal_eval, inner.args[1:]))}"
    pieces = [_words(piece, constants) for piece in _pieces(value)]
    if isinstance(value, ast.IfExp):
        return " or ".join(filter(None, pieces))
    return "".join(pieces) or "…"


def _plural(one: str, many: str = "") -> str:
    return many or f"{one}s"


def _pieces(value: ast.expr) -> list[ast.expr]:
    """What a text is put together from; nothing where only a run knows."""
    if isinstance(value, ast.JoinedStr):
        return value.values
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        return [value.left, value.right]
    if isinstance(value, ast.IfExp):
        return [value.body, value.orelse]
    return value.values[-1:] if isinstance(value, ast.BoolOp) else []


@cache
def codes() -> tuple[str, ...]:
    """All codes that there are, found without reading what the files mean."""
    texts = (path.read_text(encoding="utf-8") for path in _SOURCE.rglob("*.py"))
    return tuple(
        sorted({code for text in texts for code in re.findall(r'"([UDRMTSIX]\d{3})"', text)})
    )

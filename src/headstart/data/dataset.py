"""The data of a run: found, audited and divided once."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headstart.data.audit import Audit, Seen, audit, leaks
from headstart.data.clusters import cluster_names
from headstart.data.examples import Examples, Partition
from headstart.data.found import Found
from headstart.data.problem import Problem
from headstart.data.sealing import Seal, SealedStrata
from headstart.data.splitting import divide
from headstart.data.truth import SealedTruth
from headstart.stats import obstacle


@dataclass(frozen=True, eq=False)
class Dataset:
    """Examples, what the audit says, and the one division; labels of test rows are sealed."""

    found: Found
    audit: Audit
    """Leaks across a given split are among its problems."""
    partition: Partition
    digest: str
    """Names contents, labels, and assigned parts (16 hex digits)."""
    content: str
    """Names contents and labels, wherever they lie (16 hex digits)."""
    contents: tuple[str, ...]
    """Of each example, a digest of what it shows."""
    seal: Seal
    _unsealed: Examples
    """For `posable` alone."""

    @property
    def examples(self) -> Examples:
        """All that was found."""
        return self.found.examples

    @property
    def strata(self) -> Sequence[int] | SealedStrata:
        """What the division was drawn by, one an example."""
        return self.examples.truth.strata()

    @property
    def pool(self) -> tuple[int, ...]:
        """The rows that choices may look at: train, then val."""
        return self.partition.train + self.partition.val

    @property
    def posable(self) -> Examples:
        """With all labels, to be encoded for a task and sealed again at once: see `TaskData`."""
        return self._unsealed

    def divided_as(self, partition: Partition) -> "Dataset":
        """The same with another division, such as a fold, and its test rows sealed instead."""
        problems = tuple(problem for problem in self.audit.problems if problem.kind != "leak")
        checked, names = replace(self.audit, problems=problems), (self.digest, self.content)
        return _sealed(checked, self._unsealed, partition, names, self.contents)

    @property
    def caution(self) -> str:
        """Why no verdict can come of the test part, and what would help; empty where one can."""
        rows = self.partition.test
        why = obstacle(len(rows), cluster_names(rows, self.examples.groups, self.audit.together))
        told = f"no verdict can come of the {len(rows):,} test examples: {why}"
        return f"{told}; --folds 5 tests every example once" if rows and why else ""


def dataset_of(
    found: Found,
    looks: Sequence[Seen | Problem],
    *,
    test: float = 0.2,
    seed: int = 0,
) -> Dataset:
    """Audit and divide what was found, from one look (or failure) an example.

    The same looks give the same division in whatever order the examples are. Raises `DataError`
    where too little can be read, or is there, to train and to test.
    """
    checked = audit(found, looks).needed()
    examples = checked.found.examples
    contents = ["" if isinstance(look, Problem) else look.content for look in looks]
    digests = tuple("" if isinstance(look, Problem) else look.digest for look in looks)
    partition = divide(
        examples,
        test=test,
        seed=seed,
        together=checked.together,
        rows=checked.usable,
        contents=contents,
    )
    keys = tuple(map(examples.truth.key, range(len(examples))))
    told = [digests, keys, examples.truth.names, examples.parts, examples.kind]
    digest = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
    problems = (*checked.problems, *leaks(checked, partition))
    content = content_of(digests, keys)
    checked = replace(checked, problems=problems)
    return _sealed(checked, examples, partition, (digest, content), tuple(contents))


def _sealed(
    checked: Audit,
    examples: Examples,
    partition: Partition,
    names: tuple[str, str],
    contents: tuple[str, ...],
) -> Dataset:
    """With the labels of what is tested behind a seal."""
    seal = Seal(partition.test)
    found = replace(
        checked.found, examples=replace(examples, truth=SealedTruth(examples.truth, seal))
    )
    checked = replace(checked, found=found)
    return Dataset(found, checked, partition, *names, contents, seal, examples)


def content_of(digests: Sequence[str], truths: Sequence[object]) -> str:
    """Names what a data set holds, wherever it lies (16 hex digits)."""
    text = "".join(digests) + repr(tuple(truths))
    return hashlib.sha256(text.encode()).hexdigest()[:16]

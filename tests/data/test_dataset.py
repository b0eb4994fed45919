import hashlib
from dataclasses import dataclass
from pathlib import Path

import pytest

from headstart.data import ClassTruth, Examples, Found, SealedError, dataset_of, with_task


@dataclass(frozen=True)
class Look:
    content: str
    near: tuple[int, ...] = ()

    @property
    def digest(self) -> str:
        return self.content


def look(name: object, near: tuple[int, ...] = ()) -> Look:
    return Look(hashlib.sha256(str(name).encode()).hexdigest(), near)


def found(labels, groups=(), kind="classification", classes=("cat", "dog")) -> Found:
    sources = tuple(Path(f"{i}.png") for i in range(len(labels)))
    examples = Examples(sources, ClassTruth(classes, tuple(labels)), groups)
    return with_task(Found(examples, (), "class folders"), kind)


def made(count=60, groups=(), **options):
    return dataset_of(found([i % 2 for i in range(count)], groups), [*map(look, range(count))])


def test_labels_of_test_rows_are_closed_and_of_others_open():
    data = made()
    assert [data.examples.truth.key(row) for row in data.pool] == [row % 2 for row in data.pool]
    assert len(data.examples.take(data.pool)) == 48 and len(data.partition.test) == 12
    for row in data.partition.test:
        with pytest.raises(SealedError):
            data.examples.truth.key(row)
        with pytest.raises(SealedError):
            data.strata[row]
    with pytest.raises(SealedError):
        data.audit.found.examples.take(data.partition.test)


def test_what_the_audit_says_opens_nothing():
    data = made()
    assert data.audit.counts == {"cat": 30, "dog": 30} and data.audit.record()["usable"] == 60
    assert "2 classes, 60 usable examples" in " ".join(data.audit.lines())
    assert data.seal.asked == 0 and not data.seal.opened


def test_values_are_closed_with_their_tenths():
    classes = tuple(f"{i}.5" for i in range(60))
    data = dataset_of(found(range(60), (), "regression", classes), [*map(look, range(60))])
    with pytest.raises(SealedError):
        list(data.strata)
    assert {data.strata[row] for row in data.pool} == set(range(10))


def test_contents_alone_decide_whatever_the_order_of_the_files():
    names = [*range(60)]
    order = [i * 7 % 60 for i in names]
    one = dataset_of(found([i % 2 for i in names]), [*map(look, names)])
    other = dataset_of(found([i % 2 for i in order]), [*map(look, order)])
    for part in ("train", "val", "test"):
        rows = {order[row] for row in getattr(other.partition, part)}
        assert rows == set(getattr(one.partition, part))


@pytest.mark.parametrize(("groups", "told"), [(3, "all of them are of one"), (5, "of two groups")])
def test_too_few_test_groups_are_told_with_what_helps(groups, told):
    data = made(20 * groups, tuple(f"p{i // 20}" for i in range(20 * groups)))
    assert told in data.caution and "--folds" in data.caution


@pytest.mark.parametrize("groups", [6, 8])
def test_enough_test_groups_need_no_word(groups):
    assert made(20 * groups, tuple(f"p{i // 20}" for i in range(20 * groups))).caution == ""
    assert made().caution == ""

"""Runs that were left alone: what every other run of the same job must come out as."""

import json
from dataclasses import asdict, dataclass

from torture.forked import Ended, Home, command
from torture.ruins import judged
from torture.stand import Stand, jobs
from torture.tally import Count

OUT = "runs/out"


@dataclass(frozen=True)
class Alone:
    """A job, where it ran undisturbed, and how it ended."""

    name: str
    job: tuple[str, ...]
    home: Home
    ended: Ended


@dataclass(frozen=True)
class References:
    """One undisturbed run a job, made when a part first asks for it."""

    stand: Stand

    def of(self, name: str) -> Alone:
        job = jobs(self.stand)[name]
        job = job if job[0] == "rank" else (*job, "--out", OUT)
        home = Home(self.stand.root.parent / "alone" / name.replace(" ", "-"))
        known = home.path / "ended.json"
        if not known.exists():
            ended = command(job, home, limit_s=600)
            if ended.code:
                raise SystemExit(f"{name} does not even run alone: {ended.brief}")
            known.write_text(json.dumps(asdict(ended)))
        return Alone(name, job, home, Ended(**json.loads(known.read_text())))


def judge(case: str, done: Ended, home: Home, alone: Alone, count: Count, cases: int = 1) -> None:
    """Count a run that must have ended as the one that was left alone."""
    if done.code:
        count.add(case, done.brief, cases=cases)
        return
    if alone.job[0] == "rank":
        other = _places(done.out) != _places(alone.ended.out)
        count.add(case, "another ranking" if other else "", believed=other, cases=cases)
        return
    wrong, believed = judged(alone.home.path / OUT, home.path / OUT, home)
    count.add(case, wrong, believed=believed, cases=cases)


def _places(told: str) -> list[dict[str, object]]:
    """A ranking without what depends on how busy the machine is."""
    return [{k: v for k, v in one.items() if k != "ms_per_item"} for one in json.loads(told)]

"""What ways to a smaller model start from."""

from dataclasses import replace
from pathlib import Path

import pytest
from compressing import job_of

from headstart.modality import Image
from headstart.model import Model
from headstart.run.compress_job import Job, Made, read_again


@pytest.fixture
def job(photos: Path, small_model: Model, tmp_path: Path) -> Job:
    return job_of(small_model, photos, tmp_path)


def test_data_and_what_was_found_are_those_it_was_divided_from(job: Job) -> None:
    assert job.data is job.known.data and job.found is job.data.found
    assert len(job.found.examples) == len(job.known.looks)


def test_the_same_rows_are_read_by_another_contract_and_divided_as_before(job: Job) -> None:
    contract = job.model.backbone.modality
    assert isinstance(contract, Image)
    again = read_again(job, replace(contract, size_px=16))
    sides = [one.items.take([0])[0].shape[-1] for one in (again, job.known)]
    assert sides == [16, contract.size_px]
    assert again.data is job.data and len(again.looks) == len(job.known.looks)


def test_what_was_made_has_no_scales_and_no_other_start_unless_it_says_so(job: Job) -> None:
    made = Made("first 2 stages", job.model)
    assert (made.calibrated, made.base) == (0, "")

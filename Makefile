# Everything a newcomer or CI runs. `make demo` and `make test` set up what they need by themselves.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.up-to-date
# Some hundred processes of the tests would compile every module again where nothing is kept.
export PYTHONDONTWRITEBYTECODE :=
# The files with a test of this mark, and no others: collecting all 8,000 tests takes half a minute.
marked = $$({ grep -rlE --include='test_*.py' 'mark\.$(1)\b' tests; find tests/$(1)s -name 'test_*.py'; } 2>/dev/null | sort -u)

# A machine with a graphics processor may bring its own Python with PyTorch: make gpu GPU_PYTHON=python3
GPU_PYTHON ?= $(firstword $(wildcard $(BIN)/python) python3)

.PHONY: env demo test journeys browser gpu check static bench fix slow torture mutants docs clean

env: $(STAMP)  ## create .venv and install the package with the pinned versions; nothing if up to date

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "headstart needs Python 3.11 or newer; try: make PYTHON=python3.11 env")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $(STAMP)

demo: env  ## the main job on pictures and weights that come with the package
	$(BIN)/headstart demo

test: env  ## the tests: no network, no accelerator
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

static: env  ## everything `make check` does before the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

journeys: env  ## whole runs and long comparisons
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "journey and not slow" $(call marked,journey)

browser: env  ## pages in a real browser: needs Debian's chromium, and npm
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt playwright
	$(BIN)/python -m pytest -m "browser and not slow" $(call marked,browser)

gpu:  ## on a graphics processor: tests that need one, then headstart beside bare loops; 4 without one
	@$(GPU_PYTHON) -c 'import torch, sys; sys.exit(0 if torch.cuda.is_available() else "no graphics processor here: PyTorch sees none, so that nothing was tested; give the command where nvidia-smi shows one (make gpu GPU_PYTHON=python3 takes the PyTorch of that machine)")' || exit 4
	PYTHONPATH=src timeout 360 $(GPU_PYTHON) -m pytest -o addopts= -W default -q -m gpu tests/gpu
	PYTHONPATH=src timeout 300 $(GPU_PYTHON) -m benchmarks.card --out card.json

check: static test journeys  ## all that a commit must pass

bench: env  ## measure what README, cards and gallery claim
	$(BIN)/python -m benchmarks

fix: env  ## let the tools mend what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

slow: env  ## the marked tests too
	$(BIN)/python -m pytest -m "slow"

torture: env  ## try to break everything, for TORTURE_MINUTES (60)
	OMP_NUM_THREADS=1 $(BIN)/python -u -m tests.torture

mutants: env  ## small changes of the decision logic, 95 in 100 of which the tests must notice
	OMP_NUM_THREADS=1 HF_HUB_OFFLINE=1 $(BIN)/python tests/mutants

docs: env  ## the documentation as a site, in build/site
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt '.[docs]'
	PYTHONPATH=src $(BIN)/mkdocs build --quiet

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

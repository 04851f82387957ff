# The commands of this project. `make run` and `make test` work from a clean clone.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
# A test that hangs ends after ten minutes with the stack of every thread.
PYTEST := $(BIN)/python -m pytest -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true --durations=15

.DEFAULT_GOAL := help
.PHONY: help run test test-core test-data test-build test-dashboard test-ui test-demo oldest lint docs parts wheel bench truth reliability fuzz kill audit peers venv clean

help: ## list the commands
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/' | expand -t 10

run: venv ## build the demo the first time, then open the dashboard
	$(BIN)/spexplain demo

# Side by side: two cores are what CI has, and each part waits for a page, a process or a disk now and then.
# Threads that wait for others sleep rather than spin: the cores are shared.
# Not $(MAKE): make runs a line with that word in a dry run too.
test: venv ## everything CI runs: lint, types, import arrow, all tests in a real browser too
	@export OMP_WAIT_POLICY=PASSIVE OPENBLAS_THREAD_TIMEOUT=4; export SPEXPLAIN_TEST_DEMO=$$(mktemp -d); trap 'rm -rf $$SPEXPLAIN_TEST_DEMO' EXIT INT TERM; \
	$(MAKE_COMMAND) --no-print-directory --jobs=4 --output-sync=target --keep-going \
		test-ui test-build lint test-core test-data test-dashboard

test-ui test-dashboard: test-%: venv test-demo
	$(PYTEST) tests/$*

test-build: venv test-demo
	$(PYTEST) tests/data/build tests/data/batch

test-data: venv test-demo
	$(PYTEST) tests/data --ignore=tests/data/build --ignore=tests/data/batch

test-core: venv test-demo # and whatever is in none of the others
	$(PYTEST) --ignore=tests/data --ignore=tests/dashboard --ignore=tests/ui

# What many tests of all parts look at. The loops that it compiles are kept for them, too.
test-demo: venv
	@test -z "$$SPEXPLAIN_TEST_DEMO" || SPEXPLAIN_HOME=$$SPEXPLAIN_TEST_DEMO $(BIN)/python -c \
		'from spexplain.data.demo.demo import build_demo; build_demo(small=True, jobs=2)'

# The lower bounds of pyproject.toml, each at its own, and what these ask for at its newest. torch is as
# pinned: pip knows where its build is, uv may not. Not in CI.
oldest: .venv-oldest/.installed ## all tests on the lowest releases that pyproject.toml allows
	.venv-oldest/bin/python -m pytest

.venv-oldest/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear .venv-oldest
	.venv-oldest/bin/python -m pip install --quiet --constraint constraints.txt torch
	.venv-oldest/bin/python -m pip install --quiet uv
	echo 'torch; sys_platform == "never"' > .venv-oldest/without-torch.txt
	.venv-oldest/bin/uv pip compile --quiet --resolution lowest-direct --no-annotate --no-header \
		--python .venv-oldest/bin/python --override .venv-oldest/without-torch.txt \
		--extra test --output-file .venv-oldest/floors.txt pyproject.toml
	.venv-oldest/bin/python -m pip install --quiet --no-deps --requirement .venv-oldest/floors.txt
	.venv-oldest/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# import-linter follows packages that lie below their parent's folder: links stand in for the mapping.
lint: venv ## ruff, basedpyright and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	@mkdir -p .floors/spexplain
	@for floor in core data dashboard; do ln -sfn ../../$$floor .floors/spexplain/$$floor; done
	PYTHONPATH=.floors $(BIN)/lint-imports

docs: $(VENV)/.docs ## pages of docs/ and of every public name, in docs/_build; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -b html docs docs/_build

$(VENV)/.docs: $(STAMP)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

# What was built before may hold modules that are gone; times in it are the commit's, not today's.
wheel: venv ## a wheel in dist: the same bytes whenever it is made of a commit
	rm -rf build
	SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) $(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

parts: venv ## the one script that the page loads, from those in dashboard/assets
	$(BIN)/python -m spexplain.dashboard.views.widgets.bundle

screenshots: venv ## every tab in light and dark, into docs/tabs
	SPEXPLAIN_SCREENSHOTS=docs/tabs $(BIN)/python -m pytest tests/ui/test_every_tab.py

bench: venv peers ## speed and scale, as JSON: beside peers, beside our own dense path, in the browser
	$(BIN)/python benchmarks/explain.py --json
	$(BIN)/python benchmarks/page.py --json

truth: venv ## whether what the page says is true: each figure beside what it must be, as JSON
	$(BIN)/python benchmarks/truth.py --json

reliability: venv ## mutants, kills, strangers and fifty visitors at once, as one JSON; an hour
	@$(BIN)/python benchmarks/reliability.py $$($(BIN)/python -c 'from spexplain.data.demo.ready import finished_demo; print(finished_demo(small=False) or "")')

fuzz: venv ## mutated files through every reader, ten minutes blindly and ten led by coverage, as JSON; what fails is kept
	$(BIN)/python benchmarks/fuzz.py --seconds 600 --json
	$(BIN)/python -m pip install --quiet --requirement benchmarks/fuzz-requirements.txt
	$(BIN)/python benchmarks/fuzz_guided.py --seconds 600 --json

kill: venv ## ingests, builds, fetches and tags killed two hundred times, as JSON: what survives, and whether it is the same
	$(BIN)/python benchmarks/kill.py --kills 200 --json

audit: .venv-audit/.installed ## known weaknesses of the pinned dependencies, where the index tells of them
	.venv-audit/bin/pip-audit --disable-pip --no-deps --requirement constraints.txt

.venv-audit/.installed:
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet pip-audit
	@touch $@

peers: .venv-peers/.installed ## the same task by lime, shap and captum in one run, as JSON
	.venv-peers/bin/python benchmarks/peers.py --json

.venv-peers/.installed: benchmarks/peers-requirements.txt constraints.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --constraint constraints.txt torch
	.venv-peers/bin/python -m pip install --quiet --requirement benchmarks/peers-requirements.txt
	.venv-peers/bin/python -m pip install --quiet --no-deps --editable .
	@touch $@

venv: $(STAMP) ## the environment in .venv; quick when up to date

# Rebuilt only when what it is made from changes; torch first, so that the pinned build is the one taken.
# pip compiles one file after the other: here all cores do, and leave out what is seldom or never loaded.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(None if (3, 11) <= v < (3, 14) else f"spexplain needs Python 3.11 to 3.13; {sys.executable} is {v[0]}.{v[1]}. Try: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt --editable '.[test]'
	@$(BIN)/python -W ignore -m compileall -qq -j 0 -x '/(tests|_internal|_inductor|_dynamo|sympy|moto|pip|debugpy|networkx|lexers)/' $(VENV)/lib || true # templates are no Python
	@touch $@

clean: ## remove the environment and caches (never a collection)
	rm -rf $(VENV) docs/_build build dist *.egg-info .pytest_cache .ruff_cache

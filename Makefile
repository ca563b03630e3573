PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
SECONDS ?= 60
SEED   ?= 1
COUNT  ?= 100

# Most tests start processes of their own: with nothing kept, each would compile the whole project anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help report test campaigns check bench corpus mutants edits seeds soak sample schema clean

help:
	@echo "make report     create the environment, check the lab's gradients, train, write reports/report/report.html"
	@echo "make test       create the environment, lint, check types, run the tests; of large campaigns a sample"
	@echo "make campaigns  run the rest of the large campaigns: every mistake, text and cage in every combination"
	@echo "make bench      print speed as ratios, measured side by side"
	@echo "make corpus     print the verdict on every file of the corpus of submissions"
	@echo "make mutants    change every formula and plant every mistake, and ask that a test or verify says so"
	@echo "make edits      judge 300 one-line edits of right files and 300 changes that change nothing (SEED=1)"
	@echo "make seeds      judge the corpus at 100 seeds: no verdict may change with the seed (COUNT=100 SEED=1); hours"
	@echo "make soak       judge random cases for a minute (SECONDS=60 SEED=1), count false alarms and misses"

$(BIN)/.light: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] <= (3, 13) else "verify needs Python 3.11 to 3.13, this is " + sys.version.split()[0] + "; name another: make PYTHON=python3.12 report")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	$(BIN)/python -m compileall -q verify  # what runs in the cage can't be compiled there
	touch $@

$(BIN)/.full: $(BIN)/.light
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[autodiff,dev]'
	touch $@

report: $(BIN)/.light
	$(BIN)/verify report

check: $(BIN)/.full
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: check
	$(BIN)/python -m pytest -n auto --dist loadfile -m "not tensorflow and not slow and not mnist and not browser and not mutants"
	$(BIN)/python -m pytest -n auto --dist loadfile -m "(tensorflow or slow or mnist or browser or mutants) and not campaign"

campaigns: $(BIN)/.full
	$(BIN)/python -m pytest -n auto --dist loadfile -m campaign

bench: $(BIN)/.full
	$(BIN)/python -m tests.benchmarks.ratios
	$(BIN)/python -m tests.benchmarks.training
	$(BIN)/python -m tests.benchmarks.submissions

corpus: $(BIN)/.full
	$(BIN)/python -m tests.submissions.corpus_table

mutants: $(BIN)/.full
	$(BIN)/python -m tests.mutants.constants
	$(BIN)/python -m tests.mutants.campaign

edits: $(BIN)/.full
	$(BIN)/python -m tests.edits.campaign --seed $(SEED)

seeds: $(BIN)/.full
	$(BIN)/python -m tests.seeds.campaign --count $(COUNT) --seed $(SEED)

soak: $(BIN)/.full
	$(BIN)/python -m tests.benchmarks.soak $(SECONDS) $(SEED)

sample: $(BIN)/.light
	$(BIN)/verify report --name lab1 --no-digits --dataset mnist

schema: $(BIN)/.light
	$(BIN)/python -c 'from verify.evidence.schema import schema_text; print(schema_text(), end="")' > verify/evidence/evidence.schema.json

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Everything is run from here; README.md tells what for. `make` alone lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
JOBS ?= 2
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test test-sqlite test-postgres test-browser check format show show-postgres clients faults bench bench-read drill drill-postgres clean

help:
	@echo "make demo           the product with a demo company at http://127.0.0.1:$(PORT)"
	@echo "make test           the whole suite on SQLite and on PostgreSQL, browser included"
	@echo "make check          lint, format, types, migrations, system checks"
	@echo "make clients        published clients of the gateway against the simulator, step by step"
	@echo "make show           the main job by script, both gateway versions (make show-postgres too)"
	@echo "make faults         every fault of the simulated gateway by every operation of the client"
	@echo "make drill          exports under faults and kills: every invoice exactly once (make drill-postgres too)"
	@echo "make bench          imports beside the floor and beside the usual way (BENCH_SIZES=small: 3 minutes)"
	@echo "make bench-read     memory and speed of reading customers, and what an import is billed"

$(STAMP): requirements.txt requirements-dev.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@

install: $(STAMP)

demo: $(STAMP)
	@PORT=$(PORT) $(BIN)/python tools/demo.py

test: test-sqlite test-postgres

test-sqlite: $(STAMP)
	$(BIN)/python -m tests.services --redis -- $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -q

# The gateway's client, its simulator and published clients know no database, and benchmarks bring their own:
# once is enough (test-sqlite). So it is for pages in a browser; the whole product in one runs on both.
WITHOUT_DATABASE := tests/gateway tests/simulator tests/clients tests/bench

test-postgres: $(STAMP)
	$(BIN)/python -m tests.services --postgres --redis -- $(BIN)/python -m pytest -n $(JOBS) --dist loadgroup -q \
	    $(addprefix --ignore=,$(WITHOUT_DATABASE)) -m "not browser or worker"

test-browser: $(STAMP)
	$(BIN)/python -m pytest -q -m browser

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

show: $(STAMP)
	$(BIN)/python -m tools.show

show-postgres: $(STAMP)
	$(BIN)/python -m tests.services --postgres --redis -- $(BIN)/python -m tools.show

clients: $(STAMP)
	@$(BIN)/python -m tools.clients

faults: $(STAMP)
	@$(BIN)/python -m tools.faults

bench: $(STAMP)
	@$(BIN)/python -m tools.bench $(PARTS)

bench-read: $(STAMP)
	@$(BIN)/python -m tools.bench_read

drill: $(STAMP)
	@$(BIN)/python -m tools.drill

drill-postgres: $(STAMP)
	@$(BIN)/python -m tests.services --postgres --redis -- $(BIN)/python -m tools.drill

clean:
	rm -rf $(VENV) var staticfiles .pytest_cache .mypy_cache .ruff_cache

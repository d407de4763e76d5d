.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
export PREFECT_SERVER_ANALYTICS_ENABLED = false

.PHONY: help run test check chaos format requirements fuzz audit clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: .venv/run.stamp  ## install, start Postgres, ingest the five seed articles, show what came of it
	@$(BIN)/newsfold ingest --source seeds

test: check  ## install the test tools, then every check and test
	$(BIN)/pytest -n 2 --dist loadfile

check: .venv/dev.stamp  ## the fast gate: format, lint, types, arrows
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

chaos: .venv/dev.stamp  ## kill and disturb jobs at random moments, compare what they leave (TRIALS=60 SEED=1, or one TRIAL=7)
	PYTHONPATH=.:tests $(BIN)/python -m chaos --trials $(or $(TRIALS),60) --seed $(or $(SEED),1) $(if $(TRIAL),--trial $(TRIAL))

format: .venv/dev.stamp  ## write the format that check asks for
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

requirements:  ## pin the dependencies again (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group build pyproject.toml -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group dev --extra embeddings pyproject.toml -o requirements-dev.txt -c requirements.txt

fuzz: .venv/dev.stamp  ## look for input that breaks a promise: TARGET=feed SECONDS=3600 (docs/fuzzing.md)
	@PYTHONPATH=.:tests $(BIN)/python -m fuzz.run $(or $(TARGET),feed) $(or $(SECONDS),3600)

audit:  ## look for known weaknesses of the pinned dependencies (needs uv and the network; no part of test)
	uvx pip-audit --require-hashes --disable-pip -r requirements.txt

clean:  ## remove what was installed and built (not the data)
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# uv where it is there (it finds a Python, or fetches one), else venv and pip. Bytecode is compiled once, here: Prefect starts in a third of the time with it.
# The pins are given as constraints too: pip before 23.3 holds a[extra] to no pin of a.
define install
	@echo "newsfold: installing $(1) into .venv (once; a minute or three)"
	@if command -v uv >/dev/null 2>&1; then \
		uv venv -q --allow-existing -p "$(if $(filter file,$(origin PYTHON)),>=3.11,$(PYTHON))" .venv && \
		uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r $(1) && \
		uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11) and "newsfold: needs Python 3.11 or newer, found " + sys.version.split()[0] + "; name one with make run PYTHON=python3.12")' && \
		"$(PYTHON)" -m venv .venv && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) -c $(1) && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
endef

.venv/run.stamp: requirements.txt pyproject.toml
	$(call install,requirements.txt)
	@touch $@

.venv/dev.stamp: requirements-dev.txt pyproject.toml
	$(call install,requirements-dev.txt)
	@touch $@ .venv/run.stamp

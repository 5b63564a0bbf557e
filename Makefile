# threadwire: `make generate` is the main job, `make test` all that is checked; `make help` lists.
#
# Needs git, make and a Python of at least 3.10 with venv; PYTHON=... names one.  Everything is
# installed into .venv; nothing else on the machine changes.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
CHECKED := generator conformance/threadwire_conformance generated/python

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

.PHONY: help
help: ## List what can be made.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' Makefile

.PHONY: generate
generate: $(STAMP) ## Write what schema/ describes, and run the suite against it; ends with the verdict.
	@$(BIN)/threadwire generate
	@$(BIN)/threadwire check
	@$(BIN)/threadwire test -- $(BIN)/python conformance/adapters/reference/adapter.py

.PHONY: test
test: $(STAMP) ## Format, lint, types, generated files in step, tests.
	@echo "black:";   $(BIN)/black --check --quiet . || { $(BIN)/black --check . ; exit 1; }
	@echo "ruff:";    $(BIN)/ruff check --quiet .
	@echo "mypy:";    $(BIN)/mypy --strict $(CHECKED)
	@echo "pyright:"; $(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/threadwire check
	@$(BIN)/pytest

.PHONY: bench
bench: $(STAMP) ## Measure everything against its gates (some minutes; wants a quiet machine).
	@$(BIN)/python -m pip install --quiet --editable '.[bench]'
	@$(BIN)/python -m bench.run
	@$(BIN)/python -m bench.report --readme README.md

.PHONY: fuzz
fuzz: $(STAMP) ## Look for inputs that break the decoder, for MINUTES=3.
	@PYTHONPATH=tests $(BIN)/python -m fuzz --minutes $(or $(MINUTES),3)

.PHONY: matrix
matrix: $(STAMP) ## Run the suite on every implementation whose toolchain is here; not part of test.
	@cd conformance && ../$(BIN)/python -m matrix

.PHONY: faults
faults: $(STAMP) ## Show that the suite bites: which case kills which fault, in conformance/faults/MATRIX.md.
	@cd conformance && ../$(BIN)/python -m faults

.PHONY: format
format: $(STAMP) ## Format the code that people write.
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/black --quiet .

.PHONY: clean
clean: ## Remove .venv, caches and build results; nothing that git knows.
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis generated/.threadwire
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The interpreter is asked for what it must have, so that a half-installed one is named, not tried.
$(STAMP): pyproject.toml
	@set -eu; \
	asks='import sys; assert sys.version_info >= (3, 10); import ensurepip, venv'; \
	if [ ! -x $(BIN)/python ] || ! $(BIN)/python -c "$$asks" 2>/dev/null; then \
	  found=; \
	  for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python3.10 python; do \
	    if "$$name" -c "$$asks" >/dev/null 2>&1; then found=$$name; break; fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "threadwire needs Python 3.10 or newer with venv and ensurepip, and found none." >&2; \
	    python3 -c 'import sys; print("python3 here is", sys.version.split()[0])' >&2 || true; \
	    python3 -c 'import ensurepip' 2>/dev/null || echo \
	      "Its ensurepip is missing: on Debian and Ubuntu, apt install python3-venv." >&2; \
	    echo "If one is elsewhere: make PYTHON=/path/to/python3 ..." >&2; \
	    exit 1; \
	  fi; \
	  rm -rf $(VENV); \
	  echo "Setting up $(VENV) with $$("$$found" --version)"; \
	  "$$found" -m venv $(VENV); \
	fi; \
	echo "Installing threadwire and its tools into $(VENV)"; \
	$(BIN)/python -m pip install --quiet --editable '.[dev]'; \
	touch $@

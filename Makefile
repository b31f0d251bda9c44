# Everything runs in .venv, which is made from the lock files on first use.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready
CHECKOV := .venv/checkov
PYTHON_CODE := cli layers/core layers/drift/slipway_drift export local functions statemachines
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock'
SEEDS ?= 2000

.PHONY: help demo up down test lint format types imports template checkov security unit test-frameworks simulate \
	bench docs graph lock venv clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

demo: $(READY) ## see the product at work, from an upload to served predictions
	@$(BIN)/slipway demo

up: $(READY) ## start the embedded cloud with Slipway in it
	@$(BIN)/slipway up

down: $(READY) ## end the embedded cloud
	@$(BIN)/slipway down

test: lint checkov unit ## run everything that guards the project

lint: format types imports template security ## run what needs no test to run

format: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy $(PYTHON_CODE)

imports: $(READY)
	$(BIN)/lint-imports --no-logo

template: $(READY)
	$(BIN)/cfn-lint template.yaml

security: $(READY)
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml $(PYTHON_CODE)

checkov: $(CHECKOV)/.ready ## look for insecure settings in the template
	$(CHECKOV)/bin/checkov --config-file .checkov.yaml --file template.yaml

unit: $(READY)
	$(BIN)/pytest -n 3 --dist loadgroup

test-frameworks: $(READY) ## compare with MXNet, TensorFlow, PyTorch, the SageMaker SDK and Chromium themselves
	$(BIN)/pytest tests/frameworks -s

simulate: $(READY) ## run more histories of the simulation: make simulate SEEDS=100000
	$(BIN)/python -m tests.simulation --seeds $(SEEDS)

bench: $(READY) ## print the figures of the benchmarks
	$(BIN)/python -m benchmarks

docs: $(READY) ## write the tables of the documentation anew
	$(BIN)/python cli/build_docs.py

graph: $(READY) ## write the graph of a release anew from the table of its steps
	$(BIN)/python statemachines/build_release.py

lock: $(READY) ## choose the versions of everything anew
	$(LOCK) --all-extras pyproject.toml -o requirements/dev.txt
	printf 'editables\nhatchling\nuv\n' | $(LOCK) -c requirements/dev.txt - -o requirements/setup.txt
	printf 'checkov\n' | $(LOCK) - -o requirements/checkov.txt
	cd layers/core && ../../$(LOCK) -c ../../requirements/dev.txt requirements.in -o requirements.txt

venv: $(READY) ## make .venv from the lock files

clean: ## remove all that was made here, the embedded cloud first
	@if [ -x $(BIN)/slipway ]; then $(BIN)/slipway down; fi
	rm -rf .venv .aws-sam .slipway .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements/setup.txt requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Slipway needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@echo "making .venv with $$($(PYTHON) --version) from requirements/"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes \
		-r requirements/setup.txt
	@$(BIN)/uv pip install --quiet -p .venv --require-hashes -r requirements/dev.txt
	@$(BIN)/uv pip install --quiet -p .venv --no-deps --no-build-isolation --editable .
	@touch $@

$(CHECKOV)/.ready: requirements/checkov.txt $(READY)
	@echo "making checkov's own environment: its pins are not those of the rest"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(CHECKOV)
	@$(BIN)/uv pip install --quiet -p $(CHECKOV) --require-hashes -r requirements/checkov.txt
	@touch $@

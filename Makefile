# Two commands do all the set-up: `make run` and `make test`. The rest is for people who work on the code.
# Needs only python3 (3.11 or newer), make and a package index; uses uv where it is installed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help run test demo check fmt lock eval crash bench image clean dev screenshot

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

$(VENV)/.run: requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV) "$(PYTHON)" "$(UV)" requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@sh scripts/setup.sh $(VENV) "$(PYTHON)" "$(UV)" requirements-dev.lock
	@touch $@

run: $(VENV)/.run ## start the daemon (no account, no configuration needed)
	@$(BIN)/monitor run

demo: $(VENV)/.run ## the offline minute: feeds in, an alert and a digest out, all on loopback
	@$(BIN)/monitor demo

test: $(VENV)/.dev ## lint, types, import contracts, watchlist tests, all tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/monitor watchlists test
	@$(BIN)/pytest $(ARGS)

dev: $(VENV)/.dev ## the environment with the tools, nothing else

check: $(VENV)/.dev ## the quick half of `make test`
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/pytest tests/unit $(ARGS)

crash: $(VENV)/.dev ## kill the daemon again and again under load (KILLS=60 SEED=1), then count what is missing
	@$(BIN)/python -m tests.crash --kills $(or $(KILLS),60) --seed $(or $(SEED),1) $(ARGS)

eval: $(VENV)/.dev ## precision, recall, F1 and contacts on our labelled items, by language
	@$(BIN)/python -m tests.eval.score $(ARGS)

$(VENV)-bench/.run: requirements-bench.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)-bench "$(PYTHON)" "$(UV)" requirements-bench.lock
	@touch $@

bench: $(VENV)-bench/.run ## how fast matching is, beside plain folding, the automaton alone, re, regex and spaCy
	@$(VENV)-bench/bin/python -m benchmarks $(ARGS)

fmt: $(VENV)/.dev ## format and fix
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

screenshot: $(VENV)/.dev ## the pictures of the README, drawn from the demo's digest by Chromium
	@$(BIN)/python scripts/screenshot.py

lock: ## write the lock files anew (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra contacts --extra apprise pyproject.toml scripts/build-requirements.in -o requirements.lock -q
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --all-extras pyproject.toml scripts/build-requirements.in --group dev -o requirements-dev.lock -q
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml scripts/build-requirements.in --group bench -c requirements-dev.lock -o requirements-bench.lock -q

image: ## build the container image
	docker build -t monitor .

clean: ## remove everything that make made
	rm -rf $(VENV) $(VENV)-bench dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# Two commands do all the set-up: `make run` and `make test`. The rest is for people who work on the code.
# Needs only python3 (3.11, 3.12 or 3.13), make and a package index; uses uv where it is installed.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
UV     := $(shell command -v uv 2>/dev/null)
# the stamps name the Python, so that another `PYTHON=` makes the environment anew
MADE   := $(shell $(PYTHON) -c 'import sys; print(sys.implementation.name, sys.version.split()[0], sep="-")' 2>/dev/null)
RUN    := $(VENV)/.run-$(MADE)
DEV    := $(VENV)/.dev-$(MADE)
BENCH  := $(VENV)-bench/.run-$(MADE)
PEERS  := $(VENV)-peers/.run-$(MADE)

.DEFAULT_GOAL := help
.PHONY: sbom audit help run test demo check fmt lock eval background outside mutate crash soak bench bench-peers image clean dev screenshot walk manifests

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

$(RUN): requirements.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV) "$(PYTHON)" "$(UV)" requirements.lock
	@touch $@

$(DEV): requirements-dev.lock $(RUN)
	@sh scripts/setup.sh $(VENV) "$(PYTHON)" "$(UV)" requirements-dev.lock
	@touch $@

run: $(RUN) ## start the daemon (no account, no configuration needed)
	@$(BIN)/monitor run

demo: $(RUN) ## the offline minute: feeds in, an alert and a digest out, all on loopback (ARGS=--stay: with the desk)
	@$(BIN)/monitor demo $(ARGS)

test: $(DEV) ## lint, types, import contracts, watchlist tests, all tests
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/interrogate -q monitor
	@$(BIN)/pytest $(ARGS)

dev: $(DEV) ## the environment with the tools, nothing else

check: $(DEV) ## the quick half of `make test`
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports && $(BIN)/interrogate monitor && $(BIN)/pytest tests/unit $(ARGS)

crash: $(DEV) ## kill the daemon again and again under load (KILLS=60 SEED=1; DATABASE=postgres: and its workers), then count what is missing
	@$(BIN)/python -m tests.crash --kills $(or $(KILLS),60) --seed $(or $(SEED),1) $(if $(DATABASE),--database $(DATABASE)) $(ARGS)

soak: $(DEV) ## a week of trouble in an hour (MINUTES=60 FEEDS=300 SEED=1 DATABASE=postgres), then count what is missing
	@$(BIN)/python -m tests.soak --minutes $(or $(MINUTES),60) --feeds $(or $(FEEDS),300) --seed $(or $(SEED),1) $(if $(DATABASE),--database $(DATABASE)) $(ARGS)

eval: $(DEV) ## precision, recall, F1 and contacts on our labelled items, by language
	@$(BIN)/python -m tests.eval.score $(ARGS)

background: $(DEV) ## what fires on a folder of news, and was it right (DIR=folder; VERDICTS=file ARGS=--review)
	@test -n "$(DIR)" || { echo 'which folder? make background DIR=folder' >&2; exit 2; }
	@$(BIN)/python -m tests.eval.background "$(DIR)" $(if $(VERDICTS),--verdicts "$(VERDICTS)") $(ARGS)

outside: $(DEV) ## both readers of feeds, and the reading of changed entries alone, on a folder of feeds (DIR=folder)
	@test -n "$(DIR)" || { echo 'which folder? make outside DIR=folder' >&2; exit 2; }
	@$(BIN)/python -m tests.outside "$(DIR)"

# outside CI: it takes minutes; what it is and how it is read: docs/how-to/find-untested-code.md
mutate: $(DEV) ## what of our code could be wrong without a unit test noticing (MUTANTS=200 SEED=1 ROOM=alerts)
	@nice $(BIN)/python -m tests.mutate --mutants $(or $(MUTANTS),200) --seed $(or $(SEED),1) $(if $(ROOM),--room $(ROOM)) $(ARGS)

$(BENCH): requirements-bench.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)-bench "$(PYTHON)" "$(UV)" requirements-bench.lock
	@touch $@

bench: $(BENCH) ## how fast matching is, beside plain folding, the automaton alone, re, regex and spaCy
	@$(VENV)-bench/bin/python -m benchmarks $(ARGS)

$(PEERS): requirements-peers.lock pyproject.toml scripts/setup.sh
	@sh scripts/setup.sh $(VENV)-peers "$(PYTHON)" "$(UV)" requirements-peers.lock
	@touch $@

# the daemon at rest adds a second a feed: a new feed is asked for the first time a second after the one before
bench-peers: $(PEERS) ## what watching feeds costs, beside reader, rss2email and a bare client (FEEDS=200)
	@$(VENV)-peers/bin/python -m benchmarks.readers --feeds $(or $(FEEDS),200) $(ARGS)

fmt: $(DEV) ## format and fix
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

screenshot: $(DEV) ## the pictures of the README, drawn from the demo's digest by Chromium
	@$(BIN)/python scripts/screenshot.py

walk: $(DEV) ## a picture of every page of a desk, on phone and desktop, light and dark (DESK=http://127.0.0.1:8780 DIR=dist/desk)
	@$(BIN)/python scripts/screenshot.py $(or $(DIR),dist/desk) --desk $(or $(DESK),http://127.0.0.1:8780)

# one version of a package for every Python, wherever there is one (`fewest`); what runs is what is tested (`-c`)
lock: ## write the lock files anew (needs uv)
	@uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra contacts --extra apprise --extra postgres pyproject.toml scripts/build-requirements.in -o requirements.lock -q
	@uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --all-extras pyproject.toml scripts/build-requirements.in --group dev -c requirements.lock -o requirements-dev.lock -q
	@uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml scripts/build-requirements.in --group bench -c requirements-dev.lock -o requirements-bench.lock -q
	@uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml scripts/build-requirements.in --group peers -c requirements-dev.lock -o requirements-peers.lock -q

sbom: $(DEV) ## what the image is made of, as CycloneDX: dist/sbom.json
	@mkdir -p dist
	@$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o dist/sbom.json

audit: $(DEV) ## known weaknesses of what the image is made of (asks the network)
	@$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

# outside CI: the schemas of all versions of Kubernetes weigh 108 MB
manifests: ## deploy/kubernetes by the schemas of three versions of Kubernetes, in an environment of its own
	@test -x $(VENV)-kubernetes/bin/kubernetes-validate || { $(PYTHON) -m venv $(VENV)-kubernetes && $(VENV)-kubernetes/bin/pip install -q --disable-pip-version-check kubernetes-validate==1.37.0; }
	@for version in 1.29 1.33 1.37; do $(VENV)-kubernetes/bin/kubernetes-validate --strict -k $$version deploy/kubernetes/*.yaml || exit 1; done

image: ## build the container image
	docker build -t monitor .

clean: ## remove everything that make made
	rm -rf $(VENV) $(VENV)-bench $(VENV)-peers $(VENV)-kubernetes dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

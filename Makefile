# Two commands: `make demo` runs Moneta on its own chain, `make test` runs the tests.
# Each sets up all that it needs, shows it, and is quick the second time.

PYTHON ?= python3
BIN := .venv/bin
RUN_STAMP := .venv/.runtime
DEV_STAMP := .venv/.dev
# Three workers for two processors, since most tests wait for a node, a signer or another process part of their time.
WORKERS = $$($(BIN)/python -c 'import os; print(max(2, min(6, (os.cpu_count() or 2) * 3 // 2)))')
# Ours, compiled as pip compiles packages: where Python keeps no bytecode by itself, each start would do it anew.
OURS := moneta agent plugins memory characters chains devnet
.DEFAULT_GOAL := help
.PHONY: help setup demo test lint bench bench-quick bench-models bench-allocate bench-language bench-autopilot bench-chat bench-messages bench-ranges bench-risk bench-kills bench-orders bench-recall bench-trade mutants devnet-cache clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) isn't here: install Python 3.11 or newer, or say PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Moneta needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Say PYTHON=python3.12 or the like."; exit 1; }
	@echo "[1/3] a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

$(RUN_STAMP): requirements.lock pyproject.toml | $(BIN)/python
	@echo "[2/3] Python packages, pinned with their hashes (requirements.lock)"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements.lock \
	  || { echo "pip could not fetch the Python packages: check the network and run it again; what is fetched is kept."; exit 1; }
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements-dev.lock $(RUN_STAMP)
	@echo "[2/3] packages for the tests, pinned with their hashes (requirements-dev.lock)"
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on --require-hashes -r requirements-dev.lock \
	  || { echo "pip could not fetch the packages for the tests: check the network and run it again; what is fetched is kept."; exit 1; }
	@touch $@

devnet-cache: $(RUN_STAMP)
	@$(BIN)/python -m devnet setup
	@$(BIN)/python -m compileall -q $(OURS)

setup: $(RUN_STAMP) devnet-cache ## everything that a demo needs

demo: setup ## a chain of your own, a funded throw-away account, and the chat
	@$(BIN)/moneta demo $(ARGS)

test: $(DEV_STAMP) devnet-cache ## unit, integration and end-to-end tests
	@$(BIN)/python -m devnet prepare chains/*.toml
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(DEV_STAMP) ## ruff, mypy --strict, the import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(DEV_STAMP) devnet-cache ## every figure of the README, a JSON line each (some minutes)
	@$(BIN)/python -m benchmarks

bench-quick: $(DEV_STAMP) devnet-cache ## the figures that take less than 50 seconds together
	@$(BIN)/python -m benchmarks --quick

bench-chat: $(DEV_STAMP) devnet-cache ## two crowds in Discord and Telegram, a JSON line a figure (about 8 minutes; ARGS=--quick)
	@$(BIN)/python -m benchmarks.chat $(ARGS)

bench-messages: $(DEV_STAMP) devnet-cache ## what a message costs on its whole way, beside SQLite alone (a minute; ARGS=--quick)
	@$(BIN)/python -m benchmarks.messages $(ARGS)

bench-language: $(DEV_STAMP) ## what is understood, by intent: right, asked, wrong (some seconds; ARGS=--examples shows the rest)
	@$(BIN)/python -m benchmarks.language $(ARGS)

bench-models: $(DEV_STAMP) ## what language models do wrong: what the user saw, what was spent (half a minute; ARGS=--write)
	@$(BIN)/python -m benchmarks.models $(ARGS)

bench-allocate: $(DEV_STAMP) ## the allocator against mixed-integer programs and cvxpy (some minutes)
	@$(BIN)/python -m benchmarks.allocate

bench-backtest: $(DEV_STAMP) ## Moneta against simple rules on recorded rates that she wasn't tuned on (a minute)
	@$(BIN)/python -m benchmarks.backtest

bench-ranges: $(DEV_STAMP) ## ranges for liquidity on recorded minutes: ours against fixed widths and holding (half a minute)
	@$(BIN)/python -m benchmarks.ranges

bench-risk: $(DEV_STAMP) ## signals replayed on recorded markets: what was foretold, what was left for nothing (2 minutes)
	@$(BIN)/python -m benchmarks.risk $(ARGS)

bench-recall: $(DEV_STAMP) ## recall over a million messages of a thousand people, a year of talk (about 5 minutes; ARGS=--quick)
	@$(BIN)/python -m benchmarks.recall $(ARGS)

bench-autopilot: $(DEV_STAMP) devnet-cache ## 90 days under a mandate against holding, five seeds (about 4 minutes; ARGS="--seeds 1")
	@$(BIN)/python -m benchmarks.autopilot $(ARGS)

bench-kills: $(DEV_STAMP) devnet-cache ## SIGKILL at named points, then recovery: 10,000 cycles (ARGS=--cycles 500)
	@$(BIN)/python -m benchmarks.kills $(ARGS)

bench-orders: $(DEV_STAMP) devnet-cache ## a simulated year of orders with gaps, restarts, kills and clocks that change (ARGS="--days 60")
	@$(BIN)/python -m benchmarks.orders $(ARGS)

bench-trade: $(DEV_STAMP) devnet-cache ## swaps against the contracts, splits against the optimum, sandwiches (about 10 minutes; ARGS=--quick)
	@$(BIN)/python -m benchmarks.trade $(ARGS)

mutants: $(DEV_STAMP) ## what the unit tests notice of changes to policy, gate, execution (hours; ARGS="--minutes 20 --resume FILE")
	@$(BIN)/python -m benchmarks.mutants $(ARGS)

clean: ## the virtual environment and caches of the checks; not the downloads
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

# Everything anybody does with this project. 'run' and 'test' set up what they need and are quick the second time.

VENV := .venv
BIN := $(VENV)/bin
PORT := 8000
SETUP := pyproject.toml .ci/setup/environment
MAKEFLAGS += --no-print-directory

.PHONY: help run test check bench catalogue clean

help: ## What can be done
	@awk -F ' *## ' '/^[a-z]+: .*## / { split($$1, name, ":"); printf "  make %-9s %s\n", name[1], $$2 }' $(MAKEFILE_LIST)

run: export VERBATIM_HOME ?= $(CURDIR)/var
run: export PUBLIC_URL ?= http://localhost:$(PORT)
run: $(VENV)/ready-to-run ## Set up, make the demo study in ./var if there is none, show its sign-ins, and serve on this machine
	@$(BIN)/verbatim demo --if-empty --keep
	@exec $(BIN)/verbatim serve --port $(PORT)

test: check ## Set up, check, and run every test: the quick ones first, then those in a browser
	@.ci/setup/programs
	@echo "Tests without a browser"
	@$(BIN)/pytest -n auto --dist loadfile -m "not browser"
	@echo "Tests in a browser"
	@$(BIN)/pytest -n auto --dist loadfile -m browser

check: $(VENV)/ready-to-test ## Formatting, lint, types and the rules about who may import whom
	@echo "Formatting (ruff)"
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ." >&2; exit 1; }
	@echo "Lint (ruff)"
	@$(BIN)/ruff check --quiet .
	@echo "Types (mypy)"
	@$(BIN)/mypy --no-error-summary
	@echo "Who may import whom (import-linter)"
	@$(BIN)/lint-imports

bench: $(VENV)/ready-to-test ## Measure what docs/performance.md states
	@$(BIN)/python -m bench

catalogue: $(VENV)/ready-to-test ## Renew web/locale by what the code says now, and name what lacks its French
	@$(BIN)/python -m tests.web.catalogue

clean: ## Remove what can be made again; ./var, where people's answers are, stays
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready-to-run: requirements/run.txt $(SETUP)
	@.ci/setup/environment run
	@touch $@

# What the tests need contains what the program needs, in the same versions.
$(VENV)/ready-to-test: requirements/test.txt requirements/run.txt $(SETUP)
	@.ci/setup/environment test
	@touch $@ $(VENV)/ready-to-run

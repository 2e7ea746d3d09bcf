.DEFAULT_GOAL := help
PORT ?= 8000
BIN := .venv/bin

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

setup: .venv/.installed ## make .venv and install what Gatehouse runs on

setup-dev: .venv/.installed-dev ## and what the tests and checks need

.venv/.installed: requirements.txt constraints.txt bin/setup
	@bin/setup requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt constraints.txt
	@bin/setup requirements-dev.txt
	@touch $@

translations: .venv/.installed
	@$(BIN)/pybabel -q compile -d translations 2>/dev/null || $(BIN)/pybabel compile -d translations

run: setup translations ## serve the demo on http://127.0.0.1:8000 (PORT=… to change)
	@PORT=$(PORT) $(BIN)/python bin/check_port.py
	@echo "Preparing the database …"
	@APP_ENV=development PORT=$(PORT) $(BIN)/flask --app wsgi db upgrade
	@echo "Making sure there is a demo shop …"
	@APP_ENV=development PORT=$(PORT) $(BIN)/flask --app wsgi demo > /dev/null
	@echo "Starting …"
	@APP_ENV=development PORT=$(PORT) WORKER_INLINE=on WEB_CONCURRENCY=1 \
		exec $(BIN)/gunicorn --config deploy/gunicorn.py --log-level warning wsgi:app

test: setup-dev translations ## every test that has to be green
	@$(BIN)/python -m tests.servers.browser
	@$(BIN)/python -m tests.servers.pgbouncer
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal

check: setup-dev ## style, types, directions between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m tests.sizes

bench: setup-dev ## measure against a bare Flask app, and pages at a million orders
	@$(BIN)/python -m tests.bench; throughput=$$?; $(BIN)/python -m tests.bench.orders && exit $$throughput

soak: setup-dev ## the long proofs: chaos, races, wall clocks
	@$(BIN)/python -m tests.servers.browser
	@$(BIN)/python -m pytest -m soak --timeout 900

pictures: setup-dev translations ## take pictures of every page, those of the docs among them
	@$(BIN)/python -m tests.servers.browser > /dev/null
	@$(BIN)/python -m tests.pictures

.PHONY: help setup setup-dev translations run test check bench soak pictures

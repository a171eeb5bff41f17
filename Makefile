# Everything here works on a machine that has only Python 3.11 or newer, and make.

SHELL = /bin/sh
.DEFAULT_GOAL := help
PY = .venv/bin/python
# What is compiled is kept: tests start a hundred processes, and each would compile all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# A worker that dies fails its test and is not replaced: its successor would begin with the same test.
WORKERS = -n 3 --max-worker-restart 0

# A production-like environment, for the checks that only production is held to.
CHECK_KEY = k3Yf-for-checks-0nly-7mQpZr9vTx2LwSd8HbJcNaGe5UoRiAqXz
PRODUCTION = DEBUG=off SECRET_KEY=$(CHECK_KEY) ADDRESS_KEY=$(CHECK_KEY) NEWSLETTER_KEYS=$(CHECK_KEY) RECORD_KEYS=$(CHECK_KEY) \
	DATABASE_URL=postgres://nobody@127.0.0.1:1/none BROKER_URL=redis://127.0.0.1:1/0 \
	CACHE_URL=redis://127.0.0.1:1/1 EMAIL_URL=smtp+tls://127.0.0.1:1 \
	DEFAULT_FROM_EMAIL=office@clinic.test PRIVACY_OFFICER_EMAIL=privacy@clinic.test SITE_URL=https://clinic.test ALLOWED_HOSTS=clinic.test

.PHONY: run test pgbouncer coverage clocks deploy-drill drill lint lock bench messages shell clean help install

run: install ## Run the site with all its services, on PORT (8000)
	@exec $(PY) -m devstack.run

test: install ## Run all tests, by the true clock or by CLOCK="2027-03-13 22:50"
	@$(PY) -m devstack.chromium
	@$(PY) -m devstack.java
	@$(PY) -m devstack.messages
	@$(PY) -m devstack.rabbitmq
	@$(PY) -m devstack.coturn
	@$(PY) -m devstack.deploy_tools
	@exec $(if $(CLOCK),$(PY) -m devstack.clock "$(CLOCK)") $(PY) -m pytest $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

# What asks for more than one transaction, locks, tasks, imports, and one walk through each part.
POOLED = tests/newsletter/test_csv_import.py tests/newsletter/test_simultaneous_requests.py \
	tests/newsletter/test_confirm.py tests/appointments/test_races.py tests/appointments/test_waitlist_races.py \
	tests/appointments/test_booking_flow.py tests/appointments/test_locked_rows.py tests/articles/test_search.py \
	tests/articles/test_publish_at.py tests/core/mail/test_delivery.py tests/core/mail/test_sweep.py \
	tests/core/staff/test_audit_chain.py tests/core/staff/test_edit_conflicts.py tests/core/staff/test_audit_trail.py

pgbouncer: install ## Run the tests that a pooler in transaction mode could break behind pgbouncer
	@$(PY) -m devstack.pgbouncer
	@exec $(PY) -m pytest $(WORKERS) --dist worksteal --pgbouncer $(POOLED) $(ARGS)

coverage: install ## Say what the tests reach, the long ones apart, and hold 90 % of branches
	@$(PY) -m devstack.chromium
	@$(PY) -m devstack.java
	@$(PY) -m devstack.messages
	@$(PY) -m devstack.rabbitmq
	@$(PY) -m devstack.coturn
	@$(PY) -m devstack.deploy_tools
	@rm -rf var/coverage && mkdir -p var/coverage
	$(PY) -m coverage run -m pytest $(WORKERS) --dist loadfile --no-loadscope-reorder -m 'not slow' $(ARGS)
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report
	@$(PY) -m devstack.branch_coverage

clocks: install ## Run the tests that read a clock on sixteen other days (an hour or more)
	@$(PY) -m devstack.chromium
	@exec $(PY) -m devstack.clocks $(ARGS)

deploy-drill: install ## Run docs/deploy.md in a fresh Debian, and the image (root, ten minutes)
	@$(PY) -m devstack.deploy_tools drill
	@exec $(PY) -m tests.deploy.drill $(ARGS)

drill: install ## Break one thing after the other under mixed load for MINUTES (10), and count what was lost
	@exec $(PY) -m tests.mixed_load --minutes $(or $(MINUTES),10) $(ARGS)

# The static checks have an environment of their own. They ask nobody anything.
CODE = curednation pages contact messaging payments portal visits appointments articles newsletter core
SEMGREP = .venv-lint/bin/semgrep scan --metrics=off --disable-version-check

lint: install ## Check style, types, templates, security, migrations and production settings
	@sh devstack/install.sh lint
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint templates --lint --quiet
	.venv-lint/bin/bandit -c pyproject.toml -q -r $(CODE)
	$(SEMGREP) --quiet --test semgrep
	$(SEMGREP) --quiet --error --config semgrep/house.yaml $(CODE)
	DEBUG=on $(PY) -m mypy .
	DEBUG=on $(PY) manage.py makemigrations --check --dry-run
	DEBUG=on $(PY) manage.py lintmigrations
	$(PRODUCTION) $(PY) manage.py check --deploy --fail-level WARNING

lock: install ## Lock what the requirements need; PACKAGE=x raises one, ALL=1 all of them
	$(PY) -m uv pip compile $(UV) requirements.in -o requirements.txt
	$(PY) -m uv pip compile $(UV) requirements-dev.in -o requirements-dev.txt
	$(PY) -m uv pip compile $(UV) requirements-lint.in -o requirements-lint.txt

UV = --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(if $(ALL),--upgrade) $(if $(PACKAGE),--upgrade-package $(PACKAGE))

bench: install ## Measure what must be fast, against what it is compared with
	@exec $(PY) bench/run.py $(ARGS)

messages: install ## Collect the strings to translate, and compile the translations
	@$(PY) -m devstack.messages
	DEBUG=on $(PY) manage.py makemessages
	DEBUG=on $(PY) manage.py compilemessages

shell: install ## A Python shell with the site's models, the services running
	@exec $(PY) manage.py shell

install: ## Make the virtual environment and install the locked packages (the others do so too)
	@exec sh devstack/install.sh

clean: ## Remove what can be made again; var/ with its database and mail stays
	rm -rf .venv .venv-lint staticfiles staticfiles.json .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | while IFS='|' read -r a b; do \
		printf '%-17s %s\n' "$$a" "$$b"; done

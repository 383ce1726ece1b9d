# make demo   try omnitui on a demo mailbox        make test   run the tests
# make check  lint, types, import rules            make docs   write the generated pages anew
# make bench / make campaigns  measure             make pictures  the README's picture
# make servers  a Matrix homeserver for the tests, in an environment of its own

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV = .venv
RUN = $(VENV)/bin/python
WORKERS ?= 3

.PHONY: demo test check bench campaigns docs pictures servers clean

demo: $(VENV)/ready
	@$(RUN) -m omnitui demo

test: $(VENV)/ready-dev
	$(RUN) -m pytest -q -n $(WORKERS) --dist loadfile

check: $(VENV)/ready-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(RUN) -m pytest -q tests/architecture

bench: $(VENV)/ready-dev
	$(RUN) -m tools.run_all bench

campaigns: $(VENV)/ready-dev
	$(RUN) -m tools.run_all campaigns

docs: $(VENV)/ready-dev
	$(RUN) -m tools.docs

pictures: $(VENV)/ready-dev
	$(RUN) -m tools.pictures

servers: .servers/synapse/ready

clean:
	rm -rf $(VENV) .servers

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "omnitui needs Python 3.11 or newer; on Debian 12: apt install python3 python3-venv, on macOS: brew install python" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python cannot make an environment here; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/ready: $(VENV)/bin/python pyproject.toml
	@echo "Installing omnitui into $(VENV) (a minute, once)"
	@$(RUN) -m pip install --quiet --disable-pip-version-check -e '.[pictures]'
	@touch $@

$(VENV)/ready-dev: $(VENV)/ready pyproject.toml
	@echo "Installing what the tests need into $(VENV) (a minute, once)"
	@$(RUN) -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")' > $(VENV)/dev.txt
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r $(VENV)/dev.txt
	@touch $@

# Its packages must not meet ours: an environment of its own.
.servers/synapse/ready: Makefile
	@test -n "$(PYTHON)" || { echo "the servers need Python 3.11 or newer" >&2; exit 1; }
	@echo "Installing Synapse into .servers/synapse (a minute, once)"
	@$(PYTHON) -m venv .servers/synapse
	@.servers/synapse/bin/python -m pip install --quiet --disable-pip-version-check 'matrix-synapse>=1.150,<2'
	@touch $@

# The commands a developer knows. Everything runs in .venv/, made from requirements.lock.
PYTHON ?= python3
BIN := .venv/bin
SERVIR ?= 1
PORT ?= 8000
SCHEMAS := $(abspath ../shared/pes_v2/xsd)
export PES_XSD_DIR ?= $(wildcard $(SCHEMAS))

.PHONY: install serve demo test test-sqlite navigateur lint types contrats format check bench pairs golden \
        states acces screenshots lock clean

install: .venv/installe

.venv/installe: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 ou plus récent est nécessaire (trouvé : $$($(PYTHON) --version))." >&2; exit 2; }
	@$(PYTHON) -m venv --without-pip .venv || { echo "L’environnement .venv ne peut pas être créé : le dossier est-il en lecture seule ?" >&2; exit 2; }
	@$(PYTHON) -m pip --quiet --python $(BIN)/python install uv || { echo "pip est nécessaire : sur Debian, apt-get install python3-pip." >&2; exit 2; }
	@$(BIN)/uv pip sync --quiet --require-hashes requirements.lock
	@touch $@

serve: install
	$(BIN)/python -m facturier.accueil.lancement --sans-circuit --port $(PORT)

demo: install
	@$(BIN)/python -m facturier.accueil.lancement --port $(PORT) $(if $(PASSERELLE),--passerelle $(PASSERELLE)) $(if $(filter 0,$(SERVIR)),--sans-servir)

# The tests of both engines run side by side: neither keeps two cores busy alone.
test: install navigateur
	@mkdir -p var
	@$(MAKE) --no-print-directory test-sqlite > var/essai-sqlite.log 2>&1 & sqlite=$$!; \
	$(BIN)/python -m pytest -n auto --dist loadgroup; postgresql=$$?; \
	wait $$sqlite; sqlite=$$?; cat var/essai-sqlite.log; \
	exit $$((postgresql || sqlite))

test-sqlite: install
	DATABASE_URL=sqlite:///$(CURDIR)/var/essai.sqlite3 $(BIN)/python -m pytest -q -m deux_moteurs

navigateur:
	@sh .ci/navigateur

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint facturier fournisseurs telepaiement exports_tps
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m facturier.accueil.controle_production

types: install
	$(BIN)/mypy facturier fournisseurs telepaiement exports_tps tests

contrats: install
	$(BIN)/lint-imports --no-cache

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: lint types contrats test

bench: install
	@$(BIN)/python -m tests.mesures $(if $(GRAND),--grand)

pairs: install
	$(BIN)/uv venv --quiet .venv-bench
	$(BIN)/uv pip install --quiet --python .venv-bench/bin/python --group bench "psycopg[binary]"

golden: install
	$(BIN)/python -m tests.exports_tps.golden

states: install
	$(BIN)/python manage.py decrire_etats > docs/etats.md

acces: install
	$(BIN)/python manage.py decrire_acces > docs/acces.md

screenshots: install navigateur
	PHOTOGRAPHIES=$(CURDIR)/var/photographies $(BIN)/python -m pytest -q tests/navigateur/test_parcours_facture.py
	@mkdir -p docs/images && cp var/photographies/liste-de-travail-1280.png docs/images/accueil.png

lock: install
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --group dev --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet -o requirements.lock

clean:
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis

# Thin by design: what the commands do is in tools/ (tools/README.md explains it).
PYTHON ?= python3
DEV = $(PYTHON) tools/dev.py

.PHONY: run test fuzz lint format bench shell update i18n db db-stop clean

# Serve the demo database and print address and login; PORT=8070 asks for another port.
run: ; @$(DEV) run
# Linters and every test; T=<file>[::Class[::test]] and K=<part of a name> run a few in seconds.
test: ; @$(DEV) test $(T) $(if $(K),-k '$(K)')
# All hostile requests and broken files, of which `test` tries the first part; N=<how many> requests.
fuzz: ; @LEADYA_FUZZ=$(or $(N),10000) $(DEV) test leadya_crm/tests/test_capture_fuzz.py leadya_crm/tests/test_import_fuzz.py
# Every linter; `format` lets the formatters mend what they can.
lint: ; @$(DEV) lint
format: ; @$(DEV) format
# Every bench/bench_*.py, or T=<file>.
bench: ; @$(DEV) bench $(T)
# Odoo's shell on the demo database.
shell: ; @$(DEV) shell
# Update the addon in the demo database; export its translation templates.
update: ; @$(DEV) update
i18n: ; @$(DEV) i18n
# Start PostgreSQL and leave it up; stop it.
db: ; @$(DEV) db
db-stop: ; @$(DEV) db-stop
# Remove everything that was fetched and built, the databases too.
clean: ; @$(DEV) clean

# Thin by design: what the commands do is in tools/ (tools/README.md explains it).
PYTHON ?= python3
DEV = $(PYTHON) tools/dev.py

.PHONY: run test lint format bench shell update i18n db db-stop clean

run: ; @$(DEV) run  # serve the demo database (PORT=8070 asks for another port)
test: ; @$(DEV) test $(T) $(if $(K),-k '$(K)')  # everything, or T=<file>[::Class[::test]] and K=<part of a name> in seconds
lint: ; @$(DEV) lint
format: ; @$(DEV) format
bench: ; @$(DEV) bench $(T)
shell: ; @$(DEV) shell
update: ; @$(DEV) update
i18n: ; @$(DEV) i18n
db: ; @$(DEV) db  # start PostgreSQL and leave it up
db-stop: ; @$(DEV) db-stop
clean: ; @$(DEV) clean

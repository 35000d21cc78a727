"""The development environment of leadya_crm: it finds or fetches everything Odoo needs, and runs it.

Standard library only: it has to work before anything is installed. One module, one concern; `tools/README.md`
has the map.
"""

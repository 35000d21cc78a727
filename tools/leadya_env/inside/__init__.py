"""Scripts that run in Odoo's Python environment, not in the tools' own."""

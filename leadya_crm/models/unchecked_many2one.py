from odoo import fields


class UncheckedMany2one(fields.Many2one):
    """A many2one whose rows the database doesn't check one by one.

    PostgreSQL looks up the other record for each row that is written: some microseconds, and a lock on it. Where
    hundred thousand rows are loaded that all point to the same company, currency or source, these look-ups cost
    several times what the rows do. The model that uses such a field sees to it that records that are pointed to
    aren't deleted.
    """

    def update_db_foreign_key(self, model, column):
        """No foreign key."""

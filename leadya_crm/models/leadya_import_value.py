from odoo import api, fields, models
from odoo.tools import SQL

from .leadya_import_column_mixin import MAPPED_TARGETS
from .leadya_import_value_mixin import MEANING

#: A column with more names than this holds no names of records; the map would help nobody.
VALUES_LIMIT = 500

#: States of names whose meaning a person chose, now or when the map was kept.
CHOSEN = ("chosen", "kept")


class LeadyaImportValue(models.Model):
    """A name in a file (a source, a status, an owner …) and the record that it stands for here."""

    _name = "leadya.import.value"
    _description = "Import Name"
    _inherit = ["leadya.import.value.mixin"]
    _order = "import_id, kind, count desc, id"

    import_id = fields.Many2one("leadya.import", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id")
    kind = fields.Selection(readonly=True)
    text = fields.Char(readonly=True)
    count = fields.Integer("Rows", readonly=True)
    state = fields.Selection(
        [
            ("found", "Found"),
            ("guessed", "Proposed"),
            ("kept", "From the map"),
            ("chosen", "Chosen"),
            ("unknown", "Unknown"),
        ],
        default="unknown",
        required=True,
        readonly=True,
    )
    _text_uniq = models.UniqueIndex("(import_id, kind, text)", "Each name of a file stands in its map once.")

    def write(self, vals):
        if not vals.keys().isdisjoint(MEANING):
            self.import_id._check_not_started()
            vals = {**vals, "state": "chosen"}
            self.import_id._reset_test()
        return super().write(vals)

    # ------------------------------------------------------------
    # THE NAMES OF A FILE
    # ------------------------------------------------------------

    @api.model
    def _sync(self, record):
        """List the names that the mapped columns hold, and propose what each stands for.

        :param record: a leadya.import
        """
        record = record.with_env(self.env)
        for kind in MAPPED_TARGETS:
            counts = self._count_texts(record, record._get_column(kind))
            lines = record.value_ids.filtered(lambda line, kind=kind: line.kind == kind)
            lines.filtered(lambda line, counts=counts: line.text not in counts).unlink()
            kept = set(lines.exists().mapped("text"))
            new = [text for text in counts if text not in kept]
            proposals = {**self._propose(record, kind, new), **self._get_earlier(record, kind, new)}
            self.create(
                [
                    {
                        "import_id": record.id,
                        "kind": kind,
                        "text": text,
                        "count": counts[text],
                        **proposals.get(text, {}),
                    }
                    for text in new
                ]
            )
            for line in lines.exists():
                line.count = counts[line.text]

    def _count_texts(self, record, column):
        """Names in a column with the number of their rows, the commonest first.

        :rtype: dict[str, int]
        """
        if not column:
            return {}
        # The same cleaning as RowReader's: spaces made single, 250 characters.
        rows = self.env.execute_query(
            SQL(
                r"""
                SELECT left(regexp_replace(values->>%(position)s, '\s+', ' ', 'g'), 250) AS text, COUNT(*)
                  FROM leadya_import_row
                 WHERE import_id = %(import_id)s AND values->>%(position)s != ''
                 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
                """,
                position=column.position,
                import_id=record.id,
                limit=VALUES_LIMIT,
            )
        )
        return dict(rows)

    def _get_earlier(self, record, kind, texts):
        """What the same names stand for in the map that is used, or what somebody chose in an earlier import."""
        if record.map_id:
            lines, state = record.map_id.value_ids, "kept"
        else:
            lines, state = record.origin_id.value_ids.filtered(lambda line: line.state in CHOSEN), "chosen"
        return {
            line.text: {**line._get_meaning(), "state": state}
            for line in lines
            if line.kind == kind and line.text in texts and line._is_usable()
        }

    def _is_worth_keeping(self):
        """Whether a map that is kept should say what the name stands for.

        A source that was recognised by the channels' rules goes on being so: they look at more than its name.
        """
        self.ensure_one()
        states = CHOSEN if self.kind == "source_id" else (*CHOSEN, "found", "guessed")
        return self.state in states and bool(self._get_record())

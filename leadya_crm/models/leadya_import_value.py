from odoo import api, fields, models
from odoo.tools import SQL

from .leadya_import_column import MAPPED_TARGETS

#: A column with more names than this holds no names of records; the map would help nobody.
VALUES_LIMIT = 500


class LeadyaImportValue(models.Model):
    """A name in a file (a source, a status, an owner …) and the record that it stands for here."""

    _name = "leadya.import.value"
    _description = "Import Name"
    _order = "import_id, kind, count desc, id"
    _rec_name = "text"

    import_id = fields.Many2one("leadya.import", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="import_id.company_id")
    kind = fields.Selection(
        [
            ("source_id", "Source"),
            ("channel_id", "Channel"),
            ("stage_id", "Status"),
            ("user_id", "Salesperson"),
            ("team_id", "Sales Team"),
            ("country_id", "Country"),
        ],
        required=True,
        readonly=True,
    )
    text = fields.Char("In the File", required=True, readonly=True)
    count = fields.Integer("Rows", readonly=True)
    state = fields.Selection(
        [("found", "Found"), ("guessed", "Proposed"), ("chosen", "Chosen"), ("unknown", "Unknown")],
        default="unknown",
        required=True,
        readonly=True,
    )
    channel_id = fields.Many2one("leadya.channel", domain="[('company_id', 'in', [company_id, False])]")
    direction = fields.Selection(related="channel_id.direction")
    stage_id = fields.Many2one("crm.stage")
    outcome = fields.Selection(
        [("open", "Open"), ("lost", "Lost"), ("unfit", "Unfit, and lost")],
        default="open",
        required=True,
        help="Lost leads are archived; that a lead is unfit is its triage.",
    )
    lost_reason_id = fields.Many2one("crm.lost.reason", help="Empty: a reason with the status's own name is made.")
    user_id = fields.Many2one(
        "res.users", "Salesperson", domain="[('share', '=', False), ('company_ids', 'in', company_id)]"
    )
    team_id = fields.Many2one("crm.team", "Sales Team", domain="[('company_id', 'in', [company_id, False])]")
    country_id = fields.Many2one("res.country")

    _text_uniq = models.UniqueIndex("(import_id, kind, text)", "Each name of a file stands in its map once.")

    def write(self, vals):
        chosen = {
            "channel_id",
            "stage_id",
            "outcome",
            "user_id",
            "team_id",
            "country_id",
            "lost_reason_id",
        } & vals.keys()
        if chosen and not self.env.context.get("leadya_proposing"):
            self.import_id._check_not_started()
            vals = {**vals, "state": "chosen"}
            self.import_id._reset_test()
        return super().write(vals)

    def _get_record(self):
        """The record that the name stands for; empty when it is unknown. A status's outcome is apart."""
        self.ensure_one()
        return self[self._target_field()]

    def _target_field(self):
        return "channel_id" if self.kind == "source_id" else self.kind

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
        """What somebody chose for the same names in the import whose map is taken over."""
        lines = record.origin_id.value_ids.filtered(
            lambda line: line.kind == kind and line.state == "chosen" and line.text in texts
        )
        names = ("channel_id", "stage_id", "outcome", "lost_reason_id", "user_id", "team_id", "country_id")
        return {
            line.text: {**line._convert_to_write({name: line[name] for name in names}), "state": "chosen"}
            for line in lines
        }

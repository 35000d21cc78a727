from odoo import api, fields, models


class LeadyaImportRow(models.Model):
    """One row of a file, kept as it came, and what became of it.

    Written by the import alone. The content is let go when the row has made a lead: it is on the lead then.
    """

    _name = "leadya.import.row"
    _description = "Import Row"
    _order = "import_id desc, number"
    _rec_name = "number"

    import_id = fields.Many2one("leadya.import", required=True, readonly=True, ondelete="cascade")
    number = fields.Integer("Row", readonly=True, help="As the spreadsheet program shows it.")
    values = fields.Json(readonly=True)
    cut = fields.Json(readonly=True, help="Positions of the cells that were too long.")
    digest = fields.Char(readonly=True, index="btree_not_null", help="Fingerprint of the whole row, to know it again.")
    ref = fields.Char("Identifier", readonly=True)
    state = fields.Selection(
        [
            ("todo", "Waiting"),
            ("created", "New lead"),
            ("joined", "Lead completed"),
            ("known", "Already there"),
            ("rejected", "Rejected"),
            ("undone", "Lead removed"),
            ("kept", "Lead kept"),
        ],
        default="todo",
        required=True,
        readonly=True,
    )
    planned = fields.Selection(
        [("created", "New lead"), ("joined", "Lead completed"), ("known", "Already there"), ("rejected", "Rejected")],
        "In the Dry Run",
        readonly=True,
    )
    code = fields.Char(readonly=True)
    params = fields.Json(readonly=True)
    remark_code = fields.Char(readonly=True, help="Of the first remark.")
    remarks = fields.Json(readonly=True, help="Pairs of a code and its parameters.")
    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null", ondelete="set null")
    stage_id = fields.Many2one(
        "crm.stage",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="In which the lead was made, to see whether it was moved since.",
    )
    reason = fields.Char(compute="_compute_reason")
    remark = fields.Char(compute="_compute_reason")
    content = fields.Char(compute="_compute_content")

    _import_state_idx = models.Index("(import_id, state, number)")
    # By which the dry run finds rows that stand twice in the file.
    _import_ref_idx = models.Index("(import_id, ref) WHERE ref IS NOT NULL")

    @api.depends("code", "params", "remarks")
    @api.depends_context("lang")
    def _compute_reason(self):
        describe = self.env["leadya.import"]._describe
        for row in self:
            row.reason = describe(row.code, row.params) if row.code else False
            row.remark = "; ".join(describe(code, params) for code, params in row.remarks or []) or False

    @api.depends("values")
    def _compute_content(self):
        for row in self:
            row.content = " · ".join(value[:40] for value in row.values or [] if value)[:250] or False

from odoo import fields, models

#: Fields that say what a name stands for.
MEANING = ("channel_id", "stage_id", "outcome", "lost_reason_id", "user_id", "team_id", "country_id")


class LeadyaImportValueMixin(models.AbstractModel):
    """A name in files (a source, a status, an owner …) and the record that it stands for here.

    Models that use it have a ``company_id``: the name stands for a record that this company may use.
    """

    _name = "leadya.import.value.mixin"
    _description = "Name in Spreadsheets"
    _rec_name = "text"
    _check_company_auto = True

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
    )
    text = fields.Char("In the File", required=True)
    channel_id = fields.Many2one(
        "leadya.channel", check_company=True, domain="[('company_id', 'in', [company_id, False])]"
    )
    direction = fields.Selection(related="channel_id.direction")
    stage_id = fields.Many2one("crm.stage")
    outcome = fields.Selection(
        [("open", "Open"), ("lost", "Lost"), ("unfit", "Unfit, and lost")],
        default="open",
        required=True,
        help="Lost leads are archived; that a lead is unfit is its triage.",
    )
    lost_reason_id = fields.Many2one("crm.lost.reason", help="Empty: a reason with the status's own name is made.")
    user_id = fields.Many2one("res.users", "Salesperson", check_company=True, domain=[("share", "=", False)])
    team_id = fields.Many2one(
        "crm.team", "Sales Team", check_company=True, domain="[('company_id', 'in', [company_id, False])]"
    )
    country_id = fields.Many2one("res.country")

    def _get_record(self):
        """The record that the name stands for; empty when it is unknown. A status's outcome is apart."""
        self.ensure_one()
        return self[self._get_record_field()]

    def _get_record_field(self):
        # A source is kept under its own name; what it stands for is the channel that it is counted by.
        return "channel_id" if self.kind == "source_id" else self.kind

    def _get_meaning(self):
        """What the name stands for, as values."""
        self.ensure_one()
        return self._convert_to_write({name: self[name] for name in MEANING})

    def _is_usable(self):
        """Whether what the name stands for is still there, and is for this company to use."""
        field = self._fields[self._get_record_field()]
        record = self[field.name]
        if "active" in record._fields:
            record = record.filtered("active")
        if field.check_company:
            record = record.filtered_domain(record._check_company_domain(self.company_id))
        return bool(record)

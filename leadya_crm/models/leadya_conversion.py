"""The ledger of what advertising platforms are told: a row is added, told once, and never rewritten."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.conversions import PLATFORMS, Row
from .leadya_conversion_goal import EVENTS, PLATFORM_NAMES

KINDS = [("conversion", "Conversion"), ("retraction", "Taken back")]

#: All that becomes of a row once it is there: it is sent, or is not. Leads are merged, too.
CHANGING = {"state", "file_id", "sent_at", "lead_id"}


class LeadyaConversion(models.Model):
    """One event of one lead, or that it came undone, as a platform is told of it.

    Click, name, time and value are kept as they are told: what is taken back later has to be named by the same.
    """

    _name = "leadya.conversion"
    _description = "Offline Conversion"
    _order = "id desc"

    goal_id = fields.Many2one("leadya.conversion.goal", required=True, readonly=True, ondelete="restrict")
    lead_id = fields.Many2one("crm.lead", readonly=True, index="btree_not_null", ondelete="set null")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    platform = fields.Selection(PLATFORM_NAMES, required=True, readonly=True)
    event = fields.Selection(EVENTS, required=True, readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True, default="conversion")
    number = fields.Integer(
        required=True, readonly=True, default=1, help="The second time: it came undone, and then true again."
    )
    conversion_id = fields.Many2one(
        "leadya.conversion", "Takes Back", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    retraction_ids = fields.One2many("leadya.conversion", "conversion_id", "Taken Back By", readonly=True)
    reference = fields.Char(required=True, readonly=True, help="By which the platform knows it again; the order ID.")
    conversion_name = fields.Char("Name There", required=True, readonly=True)
    click_id = fields.Char("Click Identifier", required=True, readonly=True)
    click_at = fields.Datetime("Clicked On", required=True, readonly=True)
    expires_at = fields.Datetime(
        "Send By", required=True, readonly=True, help="Afterwards the platform has forgotten the click."
    )
    happened_at = fields.Datetime("Happened On", required=True, readonly=True)
    value = fields.Monetary(readonly=True)
    has_value = fields.Boolean(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    consent = fields.Selection([("granted", "Granted"), ("denied", "Denied")], readonly=True)
    reason = fields.Selection(
        [("lost", "Lost"), ("spam", "Spam"), ("unfit", "Unfit"), ("undone", "No longer so")],
        readonly=True,
        help="Why it was taken back.",
    )
    taken_back_at = fields.Datetime(readonly=True)
    state = fields.Selection(
        [
            ("todo", "To send"),
            ("sent", "In a file"),
            ("cancelled", "Came undone before it was sent"),
            ("expired", "Too late: the click is forgotten"),
            ("impossible", "This platform takes nothing back"),
        ],
        required=True,
        readonly=True,
        default="todo",
    )
    file_id = fields.Many2one(
        "leadya.conversion.file", "Sent in File", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    sent_at = fields.Datetime("Sent On", readonly=True)

    # No event twice, whatever the number of workers.
    _once = models.UniqueIndex("(lead_id, goal_id, kind, number)", "This event of the lead is in the ledger already.")
    _goal_idx = models.Index("(goal_id, state)")
    _waiting_idx = models.Index("(expires_at, id) WHERE state = 'todo'")

    @api.depends("lead_id", "conversion_name", "kind")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.conversion_name}: {row.lead_id.name or row.reference}"

    def write(self, vals):
        if vals.keys() - CHANGING or not self.env.su:
            raise UserError(self.env._("The ledger of conversions is added to, never rewritten."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The ledger of conversions is added to, never rewritten."))

    # ------------------------------------------------------------
    # FILES
    # ------------------------------------------------------------

    @api.model
    def _get_ready_domain(self, platform, kind, company):
        """What can go into a file now."""
        now = fields.Datetime.now()
        domain = [
            ("state", "=", "todo"),
            ("platform", "=", platform),
            ("kind", "=", kind),
            ("company_id", "=", company.id),
        ]
        if kind == "conversion":
            return [*domain, ("expires_at", ">", now)]
        settled = fields.Datetime.subtract(now, hours=PLATFORMS[platform].settle_hours)
        return [*domain, ("conversion_id.sent_at", "<=", settled)]

    def _prepare_rows(self):
        """The rows as the platform's file has them.

        :rtype: list[Row]
        """
        return [
            Row(
                click_id=row.click_id,
                name=row.conversion_name,
                at=row.happened_at,
                value=f"{row.value:.{row.currency_id.decimal_places}f}" if row.has_value else "",
                currency=row.currency_id.name if row.has_value else "",
                reference=row.conversion_id.reference or row.reference,
                consent=row.consent or "",
                taken_back_at=row.taken_back_at or None,
            )
            for row in self
        ]

"""Ripeness: how urgent it is to the customer, where they stand in buying, and what they need to know now.

Not every lead is ripe. A quote or a discount that comes too early is a price without a need: whoever sends one is
warned, with the reasons (:meth:`CrmLead._ripeness_get_reasons`); nothing is forbidden. The warning comes where a quote
is logged, and, where Odoo's Sales is installed, on the quotation itself.
"""

from odoo import api, fields, models

#: Places in the buying cycle at which a price is what the customer asks for.
BUYING = ("deciding", "buying")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    urgency = fields.Selection(
        [("low", "Can wait"), ("normal", "Normal"), ("high", "Urgent")],
        copy=False,
        tracking=True,
        help="How soon the customer needs it, by their own words.",
    )
    wished_date = fields.Date("Wished By", copy=False, tracking=True, help="When the customer wants to have it.")
    buying_stage = fields.Selection(
        [
            ("unaware", "Sees no need yet"),
            ("interest", "Gathers information"),
            ("comparing", "Compares offers"),
            ("deciding", "Is about to decide"),
            ("buying", "Wants to buy"),
        ],
        "Place in Buying",
        copy=False,
        tracking=True,
        help="Where the customer stands on the way to buying.",
    )
    information_needed = fields.Char(
        "Needs to Know Now", copy=False, help="What the customer is to be told or sent next, before a price."
    )
    ripeness_warning = fields.Char(
        compute="_compute_ripeness_warning", help="Why it is early for a quote or a discount; empty: it is not."
    )

    @api.depends("buying_stage", "readiness", "bant_need", "bant_timeframe", "triage_state", "nurture_resume_at")
    @api.depends_context("lang")
    def _compute_ripeness_warning(self):
        for lead in self:
            lead.ripeness_warning = ", ".join(lead._ripeness_get_reasons())

    def _ripeness_get_reasons(self):
        """Why a quote or a discount would come too early; other modules add theirs.

        :rtype: list[str]
        """
        self.ensure_one()
        return [
            reason
            for holds, reason in (
                (self.nurture_resume_at, self.env._("the lead rests")),
                (self.triage_state == "unfit", self.env._("the lead is unfit")),
                (self.bant_need not in ("confirmed", "open"), self.env._("the need is not known")),
                (self.bant_timeframe not in ("confirmed", "open"), self.env._("the timeframe is not known")),
                (self.readiness == "not_ready", self.env._("the customer is not ready to buy")),
                (
                    self.buying_stage and self.buying_stage not in (*BUYING, "comparing"),
                    self.env._("the customer does not compare offers yet"),
                ),
            )
            if holds
        ]

    def _ripeness_warn(self):
        """Tell the user of the leads that get a quote too early, and keep it in the leads' decisions."""
        early = {lead: reasons for lead in self if (reasons := lead._ripeness_get_reasons())}
        if not early:
            return
        self.env["leadya.decision.log"].sudo()._log(
            [
                {"lead_id": lead.id, "step": "gate", "code": "quoted_early", "params": {"reasons": ", ".join(reasons)}}
                for lead, reasons in early.items()
            ]
        )
        for lead, reasons in list(early.items())[:1]:
            self.env.user._bus_send(
                "simple_notification",
                {
                    "type": "warning",
                    "sticky": True,
                    "title": self.env._("Early for a quote"),
                    "message": self.env._(
                        "%(lead)s is not ripe: %(reasons)s", lead=lead.name, reasons=", ".join(reasons)
                    ),
                },
            )

    def action_log_attempt(self, outcome, *args, **kwargs):
        result = super().action_log_attempt(outcome, *args, **kwargs)
        if outcome == "quote_sent":
            self._ripeness_warn()
        return result

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "urgency", "wished_date", "buying_stage", "information_needed"]

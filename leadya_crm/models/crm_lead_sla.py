"""Corridor, step "clock": what is promised to the lead, and until when."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .leadya_sla_clock import OPEN_STATES, PENDING_STATES, STATES


class CrmLead(models.Model):
    _inherit = "crm.lead"

    sla_category_id = fields.Many2one(
        "leadya.sla.category",
        string="SLA Category",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        copy=False,
        tracking=True,
        help="What kind of lead it is, and so how soon and how often the customer is to be contacted.",
    )
    sla_clock_ids = fields.One2many("leadya.sla.clock", "lead_id", string="Promises")
    sla_deadline = fields.Datetime(
        "Answer By",
        compute="_compute_sla",
        store=True,
        measured=True,
        index="btree_not_null",
        help="When the earliest open promise falls due.",
    )
    sla_state = fields.Selection(
        STATES, string="Promise", compute="_compute_sla", store=True, measured=True, index="btree_not_null"
    )
    first_response_at = fields.Datetime("First Contact", copy=False, readonly=True, measured=True)
    first_response_minutes = fields.Integer(
        "Response Time (minutes)",
        copy=False,
        readonly=True,
        measured=True,
        aggregator="avg",
        help="Minutes on the wall from the lead's arrival to the first attempt to reach the customer. "
        "Odds fall about tenfold after 5 minutes (InsideSales/MIT 2007, a vendor's study).",
    )

    @api.depends("sla_clock_ids.state", "sla_clock_ids.deadline")
    def _compute_sla(self):
        """The open promise that falls due first; without one, a paused one, or the state of the latest."""
        for lead in self:
            clocks = lead.sla_clock_ids
            still_open = clocks.filtered(lambda clock: clock.state in OPEN_STATES).sorted("deadline")
            paused = clocks.filtered(lambda clock: clock.state == "paused")
            latest = clocks.sorted(lambda clock: (clock.start_at, clock.id))[-1:]
            shown = still_open[:1] or paused[:1] or latest
            lead.sla_deadline = still_open[:1].deadline
            lead.sla_state = shown.state

    def write(self, vals):
        closing = not {"active", "stage_id", "probability"}.isdisjoint(vals)
        closed = self._sla_get_closed() if closing else self.browse()
        result = super().write(vals)
        if closing:
            self._sla_cancel_closed()
            (closed - closed._sla_get_closed())._sla_reopen()
        return result

    def _sla_get_closed(self):
        """Those that were won, lost or archived."""
        return self.filtered(lambda lead: not lead.active or lead.won_status != "pending")

    def _sla_cancel_closed(self):
        """Nothing is owed any more to a lead that was won, lost or archived."""
        closed = self.filtered(lambda lead: lead.sla_state in PENDING_STATES)._sla_get_closed()
        if closed:
            closed.sudo().sla_clock_ids._cancel()

    def _sla_reopen(self):
        """Who is worked on again is owed an answer again, from now; what was kept or broken stays as it was."""
        reopened = self.filtered(lambda lead: lead.sla_category_id.sudo().mode == "on" and not lead.next_action_at)
        if reopened and not self.env.context.get("leadya_skip_intake"):
            reopened._leadya_in_corridor()._sla_promise_again()

    def _sla_promise_again(self):
        """Promise an answer from now; the leads are open, and have a category that is on."""
        now = self.env.cr.now().replace(microsecond=0)
        clocks, decisions = [], []
        for category, leads in self.grouped("sla_category_id").items():
            category._prepare_promises(leads, clocks, decisions, start=now)
        answered = self.filtered("first_response_at")
        for values in clocks:
            values["kind"] = "follow_up" if values["lead_id"] in answered._ids else "first_response"
        self.env["leadya.sla.clock"].create(clocks)
        decisions += (self - answered)._leadya_schedule_first_step()
        self.env["leadya.decision.log"]._log(decisions)

    # ------------------------------------------------------------
    # WAITING FOR THE CUSTOMER
    # ------------------------------------------------------------

    def action_wait_for_customer(self, until, reason=None):
        """Let the promises of the leads stand still: the customer is to come back to us.

        They go on by themselves at the given time, and at once when the customer writes or
        somebody logs an attempt.

        :param until: a datetime in UTC or its text, still to come
        :param str reason: what is waited for
        :raises AccessError: where the user may not write one of the leads
        :raises UserError: where the time is none, or is past
        """
        self.check_access("write")
        now = self.env.cr.now().replace(microsecond=0)
        try:
            until = fields.Datetime.to_datetime(until)
        except ValueError as error:
            raise UserError(self.env._("%(text)s is not a time.", text=until)) from error
        if not until or until <= now:
            raise UserError(self.env._("Say until when to wait for the customer; the time must be still to come."))
        self.sudo().sla_clock_ids._pause(now, until, reason)
        self._cadence_wait(until, reason)

    def action_open_wait(self):
        """Ask until when to wait for the customer."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_wait_wizard_action"),
            "context": {"default_lead_ids": self.ids, "dialog_size": "medium"},
        }

    def action_stop_waiting(self):
        """Let paused promises go on now."""
        self.check_access("write")
        self.sudo().sla_clock_ids._resume(self.env.cr.now().replace(microsecond=0))

    # ------------------------------------------------------------
    # CORRIDOR
    # ------------------------------------------------------------

    def _leadya_start_clocks(self):
        """Choose each lead's category, and promise the first answer.

        Leads that were answered, or have had a promise, are left alone: running the
        step again promises nothing twice.
        """
        waiting = self.filtered(
            lambda lead: lead.active
            and lead.won_status == "pending"
            and not lead.first_response_at
            and not any(clock.kind == "first_response" for clock in lead.sla_clock_ids)
        )
        categories = self.env["leadya.sla.category"].search_fetch([("mode", "!=", "off")])
        matched = categories._match_leads(waiting)
        clocks, decisions = [], []
        for category, leads in matched.items():
            if category.mode == "on":
                leads.filtered(lambda lead, category=category: lead.sla_category_id != category).write(
                    {"sla_category_id": category.id}
                )
            category._prepare_promises(leads, clocks, decisions)
        unmatched = waiting - self.browse().concat(*matched.values())
        decisions += [{"lead_id": lead.id, "step": "clock", "code": "no_category"} for lead in unmatched if categories]
        self.env["leadya.sla.clock"].create(clocks)
        return decisions

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "sla_category_id", "first_response_at", "first_response_minutes"]

    def _merge_get_fields_specific(self):
        """The first response to the person is the earliest of all."""

        def earliest(name, leads):
            answered = leads.filtered("first_response_at").sorted("first_response_at")
            return answered[:1][name] or False

        return {
            **super()._merge_get_fields_specific(),
            "first_response_at": earliest,
            "first_response_minutes": earliest,
        }

    def _merge_dependences(self, opportunities):
        """All promises go along; of the open ones of a kind the earliest stays open.

        One whose time runs comes before one that stands still: somebody waits for us. How long a merged lead was in
        its stage says nothing of this one's.
        """
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().sla_clock_ids.filtered(lambda clock: clock.kind == "stage")._cancel()
        clocks = (self | opportunities).sudo().sla_clock_ids
        for kind_clocks in clocks.filtered(lambda clock: clock.state in PENDING_STATES).grouped("kind").values():
            kind_clocks.sorted(lambda clock: (clock.state == "paused", clock.deadline))[1:]._cancel()
        # One open promise of a kind a lead: the others are closed before they move.
        clocks.flush_recordset(["state"])
        opportunities.sudo().sla_clock_ids.write({"lead_id": self.id})
        return result

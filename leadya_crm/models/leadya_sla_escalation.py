"""Escalation: what is done as the time of a promise runs out.

SPECIFICATIONS

A category has steps, each at a share of the promised time: below 100 % to warn, at 100 % the moment at
which the promise breaks, above it for what nobody has done yet. What it promises:

* each step acts once on a promise, however many workers or hosts look after the clocks;
* a promise that was kept, or that waits for the customer, is not escalated;
* a step on trial writes to the decision log what it would have done, and does nothing else;
* what is due is found by index (``leadya.sla.clock.escalation_at``), whatever is stored.
"""

import logging

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools.moments import naive
from .leadya_sla_clock import OPEN_STATES

_logger = logging.getLogger(__name__)

CONCURRENCY_ERRORS = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)


class LeadyaSlaEscalation(models.Model):
    _name = "leadya.sla.escalation"
    _description = "SLA Escalation Step"
    _inherit = ["leadya.automation.mixin"]
    _order = "percent, id"
    _rec_name = "action"

    category_id = fields.Many2one("leadya.sla.category", required=True, index=True, ondelete="cascade")
    percent = fields.Integer(
        "At (% of the Time)", default=100, required=True, help="Share of the promised working time. 100: it is late."
    )
    action = fields.Selection(
        [
            ("ring", "Ring at the salesperson's screen"),
            ("leader", "Task for the team leader"),
            ("reassign", "Give the lead to somebody else"),
        ],
        default="leader",
        required=True,
    )

    _percent_range = models.Constraint(
        "CHECK(percent BETWEEN 1 AND 1000)", "A step comes somewhere between 1 and 1000 % of the promised time."
    )
    _once = models.UniqueIndex("(category_id, percent, action)", "This step is there already.")

    # ------------------------------------------------------------
    # ACTING
    # ------------------------------------------------------------

    def _escalate(self, leads):
        """Act on leads whose promise has come so far, or on trial say what would be done.

        :param leads: crm.lead, with all rights
        """
        self.ensure_one()
        self.env["leadya.decision.log"]._log([self._prepare_decision(lead) for lead in leads])
        if self.mode != "on":
            return
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_escalate_{self.action}")(leads)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:  # whatever a rule, a template or another module throws
            # The other promises must not wait for it, and it must not be tried for ever.
            _logger.exception("Step %s of escalation failed for leads %s", self.id, leads.ids)

    def _prepare_decision(self, lead):
        return {
            "lead_id": lead.id,
            "step": "clock",
            "code": f"escalated_{self.action}",
            "trial": self.mode == "trial",
            "params": {
                "percent": self.percent,
                "user": lead.user_id.name or "",
                "leader": lead.team_id.user_id.name or "",
            },
        }

    def _escalate_ring(self, leads):
        """The owner's open browser rings, and shows the leads until somebody has looked."""
        for user, owned in leads.grouped("user_id").items():
            if user.active:
                user._bus_send(
                    "leadya_crm.ring",
                    {"leads": [{"id": lead.id, "name": lead.name} for lead in owned[:10]], "count": len(owned)},
                )

    def _escalate_leader(self, leads):
        """One task a lead for the team leader, who is told once for all of them."""
        for leader, led in leads.grouped(lambda lead: lead.team_id.user_id).items():
            if leader.active:
                led._cadence_add_task(leader, "escalated")
                led._leadya_notify_user(
                    leader,
                    "leadya_crm.message_leads_breached",
                    lambda env, count: env._("%(count)s leads wait longer than promised", count=count),
                )

    def _escalate_reassign(self, leads):
        """Somebody else gets the leads, by the rules of assignment."""
        leads.filtered("user_id")._leadya_reassign("breach", mode="on")


class LeadyaSlaCategory(models.Model):
    _inherit = "leadya.sla.category"

    escalation_ids = fields.One2many("leadya.sla.escalation", "category_id", copy=True)

    def _get_escalations_after(self, percent):
        """Steps that come after so many percent of the time, those switched off left out."""
        return self.escalation_ids.filtered(lambda step: step.mode != "off" and step.percent > percent).sorted(
            "percent"
        )


class LeadyaSlaClock(models.Model):
    _inherit = "leadya.sla.clock"

    escalation_at = fields.Datetime(help="When the next step of escalation is due.")
    escalated_percent = fields.Integer(default=0, help="Steps up to this share of the time have been taken.")

    # A partial index serves Odoo's queries only where its condition is the query's own.
    _escalation_index = models.Index("(escalation_at, id) WHERE state IN ('running', 'at_risk', 'breached')")

    @api.model_create_multi
    def create(self, vals_list):
        clocks = super().create(vals_list)
        clocks._schedule_escalation()
        return clocks

    def _schedule_escalation(self):
        """Set when the next step of each promise's escalation is due."""
        answers = self.filtered(lambda clock: clock.kind == "first_response")
        for (category, (calendar, _zone)), clocks in answers.grouped(
            lambda clock: (clock.category_id, clock._get_hours())
        ).items():
            clocks._schedule_escalation_of(category, calendar)

    def _schedule_escalation_of(self, category, calendar):
        taken = set(self.mapped("escalated_percent"))
        steps = {percent: category._get_escalations_after(percent)[:1] for percent in taken}
        waiting = self.filtered(lambda clock: steps[clock.escalated_percent])
        (self - waiting).escalation_at = False
        if waiting:
            shares = [steps[clock.escalated_percent].percent / 100 for clock in waiting]
            for clock, moment in zip(waiting, waiting._get_moments_at(calendar, shares), strict=True):
                clock.escalation_at = moment

    def _get_moments_at(self, calendar, shares):
        """When each promise has used a share of its working time; pauses do not count.

        In a calendar that has lost its hours since, the share of the time on the wall.

        :param list[float] shares: 1.0 is the deadline
        :rtype: list[datetime]
        """
        table = self._lay_out(calendar)
        promised = [clock._get_promised_minutes(table) for clock in self]
        legs = [
            clock._get_leg(table, minutes * share) for clock, minutes, share in zip(self, promised, shares, strict=True)
        ]
        stamps = calendar._leadya_plan([begin for begin, _minutes in legs], [minutes for _begin, minutes in legs])
        return [
            naive(stamp)
            if minutes and stamp is not None
            else clock.start_at + (clock.deadline - clock.start_at) * share
            for clock, minutes, share, stamp in zip(self, promised, shares, stamps, strict=True)
        ]

    # ------------------------------------------------------------
    # WHAT TIME BRINGS
    # ------------------------------------------------------------

    def _get_scans(self, now):
        return [*super()._get_scans(now), (self._get_escalation_domain(now), "escalation_at, id", self._flip_escalated)]

    @api.model
    def _get_escalation_domain(self, now):
        return [("state", "in", OPEN_STATES), ("escalation_at", "<=", now)]

    def _flip_escalated(self, clocks):
        """Take each step that has come due, once; several where nobody looked for a while."""
        now = self.env.cr.now()
        while due := clocks.filtered(lambda clock: clock.escalation_at and clock.escalation_at <= now):
            for percent, taking in due.grouped(lambda clock: clock._get_next_percent()).items():
                for category, promised in taking.grouped("category_id").items():
                    promised._take_steps(category, percent)
            due._schedule_escalation()

    def _get_next_percent(self):
        """The share at which the next step comes; 0 where there is none any more."""
        return self.category_id._get_escalations_after(self.escalated_percent)[:1].percent

    def _take_steps(self, category, percent):
        """Take all steps of a category that come at the same share of the time."""
        if percent:
            for step in category._get_escalations_after(percent - 1).filtered(lambda step: step.percent == percent):
                step._escalate(self.lead_id)
            self.escalated_percent = percent

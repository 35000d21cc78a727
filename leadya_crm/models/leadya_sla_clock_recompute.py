"""Promises made before a category was changed stay as they were made, until the admin says otherwise."""

from odoo import fields, models

from ..tools.moments import naive
from .leadya_sla_clock import PENDING_STATES


class LeadyaSlaCategory(models.Model):
    _inherit = "leadya.sla.category"

    def action_recompute_promises(self):
        """Let today's minutes, share of risk, working hours and escalation hold for answers that are still owed.

        Promises that were kept, kept late or cancelled stay as they are.

        :raises AccessError: for anybody but a manager
        """
        self.check_access("write")
        domain = [("category_id", "in", self.ids), ("kind", "=", "first_response"), ("state", "in", PENDING_STATES)]
        changed = self.env["leadya.sla.clock"].sudo().search(domain)._recompute()
        # What is late by the new promise is marked, and told, as everything that is late.
        self.env.ref("leadya_crm.ir_cron_leadya_update_clocks").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s promises run by today's settings", count=len(changed)),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }


class LeadyaSlaClock(models.Model):
    _inherit = "leadya.sla.clock"

    def _recompute(self):
        """Promise anew, from the same start and with the same pauses, what the categories promise today.

        Where the calendar has no hours, nothing can be promised, and all stays as it was.

        :return: the promises that differ now
        """
        changed = self.browse()
        self._renew_zone()
        for (category, (calendar, _zone)), clocks in self.grouped(
            lambda clock: (clock.category_id, clock._get_hours())
        ).items():
            changed |= clocks._recompute_with(category, calendar)
        self._schedule_escalation()
        changed.lead_id._sla_follow_promise()
        self.env["leadya.decision.log"]._log([clock._prepare_recomputed_decision() for clock in changed])
        return changed

    def _recompute_with(self, category, calendar):
        table = self._lay_out(calendar)
        minutes = category.response_minutes
        shares = [minutes] * len(self) + [minutes * category.at_risk_percent / 100] * len(self)
        legs = [clock._get_leg(table, amount) for clock, amount in zip(self + self, shares, strict=True)]
        stamps = calendar._leadya_plan([begin for begin, _left in legs], [left for _begin, left in legs])
        changed = self.browse()
        for clock, deadline, at_risk in zip(self, stamps[: len(self)], stamps[len(self) :], strict=True):
            if deadline is None or at_risk is None:
                continue
            moments = {"deadline": naive(deadline), "at_risk_at": naive(at_risk)}
            if any(clock[name] != moment for name, moment in moments.items()):
                clock.write({**moments, "state": clock._get_state_by(**moments)})
                changed |= clock
        return changed

    def _get_state_by(self, deadline, at_risk_at):
        """What is late is left to the scan, which tells whom it concerns; what it has told of, it tells once."""
        now = self.env.cr.now()
        if self.state == "paused" or (self.state == "breached" and deadline <= now):
            return self.state
        return "at_risk" if at_risk_at <= now else "running"

    def _prepare_recomputed_decision(self):
        return {
            "lead_id": self.lead_id.id,
            "step": "clock",
            "code": "promised_anew",
            "params": {"category": self.category_id.name, "deadline": fields.Datetime.to_string(self.deadline)},
        }


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _sla_follow_promise(self):
        """First calls that were planned for the old promise are planned for the new one."""
        activities = self._cadence_get_activities().filtered(lambda activity: activity.leadya_step == "first_call")
        leads = self._leadya_in_corridor().browse(activities.mapped("res_id"))
        activities.unlink()
        leads.next_action_at = False
        leads._leadya_schedule_first_step()

"""Time in stage: a promise that a lead moves on, for stages that its category limits."""

from odoo import models

from ..tools.moments import naive, utc
from .leadya_sla_clock import PENDING_STATES


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def write(self, vals):
        moving = (
            self.filtered(lambda lead: lead.stage_id.id != vals["stage_id"]) if "stage_id" in vals else self.browse()
        )
        result = super().write(vals)
        if moving:
            moving._stage_clock_move()
        elif vals.get("active"):
            # Opened again: the time in its stage begins anew.
            self._stage_clock_get_limited()._stage_clock_start()
        return result

    def _stage_clock_get_limited(self):
        """Open leads whose category may limit their stage, with all rights."""
        return self.sudo().filtered(lambda lead: lead.sla_category_id and lead.active and lead.won_status == "pending")

    def _leadya_start_clocks(self):
        decisions = super()._leadya_start_clocks()
        self._stage_clock_start()
        return decisions

    def _stage_clock_move(self):
        """The leads left a stage: that promise is kept, or kept late, and the next one starts."""
        with_category = self.filtered("sla_category_id").sudo()
        if not with_category:
            return
        clocks = self.env["leadya.sla.clock"].sudo()
        clocks.search(
            [("lead_id", "in", with_category.ids), ("kind", "=", "stage"), ("state", "in", PENDING_STATES)]
        )._stop(self.env.cr.now().replace(microsecond=0))
        clocks.flush_model(["state"])
        with_category._stage_clock_get_limited()._stage_clock_start()

    def _stage_clock_start(self):
        """Promise that each lead moves on, where its category limits its stage."""
        limits = {
            (limit.category_id, limit.stage_id): limit
            for limit in self.sla_category_id.sudo().filtered(lambda category: category.mode == "on").stage_limit_ids
        }
        limited = self.filtered(
            lambda lead: (lead.sla_category_id, lead.stage_id) in limits
            and not any(clock.kind == "stage" and clock.state in PENDING_STATES for clock in lead.sla_clock_ids)
        )
        values = []
        for (category, hours), leads in limited.grouped(
            lambda lead: (lead.sla_category_id, lead.sla_category_id._get_hours(lead))
        ).items():
            minutes = [limits[category, lead.stage_id].hours * 60 for lead in leads]
            values += leads._stage_clock_prepare(category, *hours, minutes)
        self.env["leadya.sla.clock"].sudo().create(values)

    def _stage_clock_prepare(self, category, calendar, zone, minutes):
        start = self.env.cr.now().replace(microsecond=0)
        starts = [utc(start)] * len(self)
        at_risk = [amount * category.at_risk_percent / 100 for amount in minutes]
        moments = calendar._leadya_plan(starts * 2, minutes + at_risk)
        return [
            {
                "lead_id": lead.id,
                "company_id": lead.company_id.id,
                "category_id": category.id,
                "kind": "stage",
                "time_zone": zone,
                "start_at": start,
                "at_risk_at": naive(risk),
                "deadline": naive(deadline),
            }
            for lead, deadline, risk in zip(self, moments[: len(self)], moments[len(self) :], strict=True)
            if deadline is not None
        ]

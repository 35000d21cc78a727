"""Offline conversions: what of a lead is told to advertising platforms, and when to look again."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.conversions import PLATFORMS, is_click_id
from .crm_lead_qualification import MODEL_CRITERIA
from .leadya_conversion_decide import MILESTONES, Click, Reached

#: Whoever writes one of these may have made an event true, or undone it.
WATCHED = {
    "active",
    "stage_id",
    "probability",
    "triage_state",
    "qualification_model",
    "qualification_score",
    *MODEL_CRITERIA["bant"],
}
#: Outcomes of attempts that move a lead on.
TELLING_OUTCOMES = ("meeting", "met", "quote_sent")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    conversion_mark_ids = fields.One2many(
        "leadya.conversion.mark",
        "lead_id",
        "Lead to Look at for Conversions",
        readonly=True,
        copy=False,
        groups="base.group_system",
    )
    conversion_ids = fields.One2many(
        "leadya.conversion", "lead_id", string="Told to Platforms", readonly=True, groups="leadya_crm.group_marketing"
    )

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        if self.env["leadya.conversion.goal"]._is_watching() and not self.env.context.get("leadya_historic"):
            told = leads.filtered(lambda lead: lead.triage_state == "fit" or lead.won_status == "won")
            self.env["leadya.conversion.mark"]._mark(told)
        return leads

    def write(self, vals):
        result = super().write(vals)
        if not WATCHED.isdisjoint(vals) and not self.env.context.get("leadya_historic"):
            self.env["leadya.conversion.mark"]._mark(self)
        return result

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    def _conversion_get_reached(self):
        """How far each lead came.

        :rtype: dict[int, Reached]
        """
        self.env.flush_all()
        query = self.with_context(active_test=False)._search([("id", "in", self.ids)])
        self._milestone_join(query)
        columns = self._milestone_get_columns()
        names = list(MILESTONES.values())
        rows = self.env.execute_query(
            query.select(SQL.identifier(self._table, "id"), *(columns[name] for name in names))
        )
        spam = self._conversion_get_spam()
        return {
            row[0]: Reached(
                frozenset(name for name, holds in zip(names, row[1:], strict=True) if holds),
                self.browse(row[0])._conversion_get_end(spam),
            )
            for row in rows
        }

    def _conversion_get_end(self, spam):
        """What makes the lead worthless to whoever brought it, "" if nothing."""
        if self in spam:
            return "spam"
        if self.triage_state == "unfit":
            return "unfit"
        return "lost" if self.won_status == "lost" else ""

    def _conversion_get_spam(self):
        """Leads that came by forms, all of whose submissions turned out to be spam."""
        groups = (
            self.env["leadya.submission"]
            .sudo()
            ._read_group([("lead_id", "in", self.ids)], ["lead_id"], ["state:array_agg_distinct"])
        )
        return self.browse(lead.id for lead, states in groups if states == ["spam"])

    def _conversion_get_clicks(self):
        """The clicks by which platforms know each lead: of its touches, else of its own fields.

        An identifier that is none, as a hostile visitor may send it, is no click.

        :return: lead's id → kind → clicks, oldest first
        :rtype: dict[int, dict[str, list[Click]]]
        """
        kinds = [platform.click_kind for platform in PLATFORMS.values()]
        touches = (
            self.env["leadya.touch"]
            .sudo()
            .search_fetch(
                [("lead_id", "in", self.ids), ("click_id_kind", "in", kinds), ("superseded_by_id", "=", False)],
                ["lead_id", "click_id_kind", "click_id", "touched_at", "origin"],
                order="touched_at, id",
            )
        )
        clicks = {lead.id: {} for lead in self}
        for touch in touches.filtered(lambda touch: is_click_id(touch.click_id)):
            click = Click(touch.touched_at, touch.click_id, touch.origin == "page")
            clicks[touch.lead_id.id].setdefault(touch.click_id_kind, []).append(click)
        for lead in self.filtered(lambda lead: lead.click_id_kind in kinds and is_click_id(lead.click_id)):
            clicks[lead.id].setdefault(lead.click_id_kind, [Click(lead.create_date, lead.click_id)])
        return clicks

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        """What was told of a merged lead was told of the one that is left, and is not told again."""
        result = super()._merge_dependences(opportunities)
        ours = {(row.goal_id, row.kind, row.number) for row in self.sudo().conversion_ids}
        for row in opportunities.sudo().conversion_ids:
            if (row.goal_id, row.kind, row.number) not in ours:
                ours.add((row.goal_id, row.kind, row.number))
                row.lead_id = self
        opportunities.sudo().conversion_mark_ids.lead_id = self
        return result


class LeadyaContactAttempt(models.Model):
    _inherit = "leadya.contact.attempt"

    @api.model_create_multi
    def create(self, vals_list):
        attempts = super().create(vals_list)
        attempts._conversion_mark()
        return attempts

    def write(self, vals):
        result = super().write(vals)
        if {"outcome", "lead_id"} & vals.keys():
            self.env["leadya.conversion.mark"]._mark(self.lead_id)
        return result

    def unlink(self):
        leads = self.filtered(lambda attempt: attempt.outcome in TELLING_OUTCOMES).lead_id
        result = super().unlink()
        self.env["leadya.conversion.mark"]._mark(leads)
        return result

    def _conversion_mark(self):
        telling = self.filtered(lambda attempt: attempt.outcome in TELLING_OUTCOMES)
        moments = {attempt.lead_id: attempt.attempted_at for attempt in telling}
        self.env["leadya.conversion.mark"]._mark(telling.lead_id, moments)


class CalendarEvent(models.Model):
    _inherit = "calendar.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        self.env["leadya.conversion.mark"]._mark(events.opportunity_id)
        return events

    def write(self, vals):
        leads = self.opportunity_id if {"active", "opportunity_id"} & vals.keys() else None
        result = super().write(vals)
        if leads is not None:
            self.env["leadya.conversion.mark"]._mark(leads | self.opportunity_id)
        return result

    def unlink(self):
        leads = self.opportunity_id
        result = super().unlink()
        self.env["leadya.conversion.mark"]._mark(leads)
        return result


class LeadyaTouch(models.Model):
    _inherit = "leadya.touch"

    # By which clicks of the last weeks are found.
    _click_idx = models.Index("(click_id_kind, touched_at) WHERE click_id IS NOT NULL")

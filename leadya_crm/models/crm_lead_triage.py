"""Corridor, step "classify": four components, and a verdict with its reason.

The components are those of the lead-SLA method: the customer's need (known or latent),
where the contact came from (inbound or outbound), the organisation's quality and the
readiness to buy. Channel and organisation tell what they can, the triage rules the rest.
"""

from odoo import api, fields, models

from .leadya_triage_rule import COMPONENTS

#: Written by the triage rules; when a person writes them, no rule is the reason any more.
VERDICT_FIELDS = ("triage_state", "triage_quality")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    need_awareness = fields.Selection(
        [("known", "Known"), ("latent", "Latent")],
        copy=False,
        help="Known: the customer knows what is needed. Latent: the need has yet to be shown.",
    )
    source_direction = fields.Selection(
        [("inbound", "Inbound"), ("outbound", "Outbound")],
        string="Direction",
        copy=False,
        index=True,
        help="Inbound: the customer came to us. Outbound: we went to the customer.",
    )
    organization_quality = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")],
        string="Organization's Quality",
        copy=False,
        help="The organization is rated, not the person.",
    )
    readiness = fields.Selection(
        [("ready", "Ready to buy"), ("information", "Wants information"), ("not_ready", "Not ready")],
        copy=False,
        help="How close to buying. Companies find about 3 % ready, 27 % wanting information and 70 % not ready.",
    )
    triage_state = fields.Selection(
        [("todo", "To triage"), ("fit", "Fit"), ("unfit", "Unfit"), ("incomplete", "Incomplete")],
        string="Triage",
        copy=False,
        index=True,
        tracking=True,
        default="todo",
    )
    triage_quality = fields.Selection(
        lambda self: self.env["leadya.triage.quality"]._get_selection(), string="Quality", copy=False, tracking=True
    )
    triage_rule_id = fields.Many2one(
        "leadya.triage.rule", copy=False, index="btree_not_null", ondelete="set null", readonly=True
    )
    triage_reason = fields.Char(compute="_compute_triage_reason")

    @api.constrains("triage_quality")
    def _check_triage_quality(self):
        self.env["leadya.triage.quality"]._check_codes(self)

    @api.depends("triage_state", "triage_rule_id")
    @api.depends_context("lang")
    def _compute_triage_reason(self):
        for lead in self:
            if lead.triage_rule_id:
                lead.triage_reason = lead.triage_rule_id.sudo().name
            elif lead.triage_state in (False, "todo"):
                lead.triage_reason = False
            else:
                lead.triage_reason = self.env._("Set by hand")

    def write(self, vals):
        if any(name in vals for name in VERDICT_FIELDS) and "triage_rule_id" not in vals:
            vals = {**vals, "triage_rule_id": False}
        return super().write(vals)

    def _leadya_classify(self):
        """Propose components, then judge; what a person has set stays as it is."""
        rules = self.env["leadya.triage.rule"].search_fetch([])
        rules._propose_components(self)
        self._classify_from_what_is_known()
        to_judge = self.filtered(lambda lead: lead.triage_rule_id or lead.triage_state in (False, "todo"))
        to_judge._leadya_write_each(rules._judge(to_judge))
        return [lead._classify_prepare_decision() for lead in to_judge]

    def _classify_from_what_is_known(self):
        values = {}
        for lead in self:
            known = {
                "need_awareness": lead.channel_id.need_awareness,
                "readiness": lead.channel_id.readiness,
                "source_direction": lead.channel_id.direction,
                "organization_quality": lead.organization_id.organization_quality
                or lead.partner_id.commercial_partner_id.organization_quality,
            }
            values[lead.id] = {name: value for name, value in known.items() if value and not lead[name]}
        self._leadya_write_each(values)

    def _classify_prepare_decision(self):
        return {
            "lead_id": self.id,
            "step": "classify",
            "code": f"triaged_{self.triage_state or 'todo'}",
            "params": {"rule": self.triage_rule_id.name or ""},
        }

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), *COMPONENTS, "source_direction", *VERDICT_FIELDS, "triage_rule_id"]

    def _merge_get_fields_specific(self):
        """A lead that was judged says more than one that waits for it."""
        return {
            **super()._merge_get_fields_specific(),
            **dict.fromkeys((*VERDICT_FIELDS, "triage_rule_id"), self._triage_merge),
        }

    @api.model
    def _triage_merge(self, name, leads):
        judged = (leads.filtered(lambda lead: lead.triage_state not in (False, "todo")) or leads)[:1]
        return self._fields[name].convert_to_write(judged[name], judged)

from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: The lead's fields that a triage rule can propose, beside the verdict itself.
COMPONENTS = ("need_awareness", "organization_quality", "readiness")


class LeadyaTriageRule(models.Model):
    """Judges leads on arrival: fit, unfit, or not enough information.

    Rules are tried in order. Each rule that takes a lead proposes what it knows of the
    components; the first that carries a verdict decides, and its name is the reason
    that the rep reads on the lead.
    """

    _name = "leadya.triage.rule"
    _description = "Triage Rule"
    _inherit = ["leadya.lead.filter.mixin"]
    _check_company_auto = True

    triage_state = fields.Selection(
        [("fit", "Fit"), ("unfit", "Unfit"), ("incomplete", "Incomplete")],
        string="Verdict",
        help="Empty: the rule only proposes components, and the next rules are tried for the verdict.",
    )
    triage_quality = fields.Selection([("low", "Low"), ("medium", "Medium"), ("high", "High")], string="Quality")
    need_awareness = fields.Selection([("known", "Known"), ("latent", "Latent")], string="Need")
    organization_quality = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")], string="Organization's Quality"
    )
    readiness = fields.Selection(
        [("ready", "Ready to buy"), ("information", "Wants information"), ("not_ready", "Not ready")]
    )

    @api.constrains("triage_state", "triage_quality", *COMPONENTS)
    def _check_says_something(self):
        for rule in self:
            if not any(rule[name] for name in ("triage_state", *COMPONENTS)):
                raise ValidationError(
                    self.env._("%(rule)s: choose a verdict, or a component that the rule proposes.", rule=rule.name)
                )
            if rule.triage_state == "fit" and not rule.triage_quality:
                raise ValidationError(self.env._("%(rule)s: a fit lead needs a quality.", rule=rule.name))
            if rule.triage_state != "fit" and rule.triage_quality:
                raise ValidationError(self.env._("%(rule)s: only a fit lead has a quality.", rule=rule.name))

    @api.model
    def _judge(self, leads):
        """Judge leads: components are written at once, since later rules filter on them; verdicts are returned.

        :return: values to write on each lead id; ``triage_rule_id`` names the rule that decided
        :rtype: dict[int, dict]
        """
        values = {lead.id: {} for lead in leads}
        undecided = leads
        for rule in self.search([]):
            taken = rule._filter_leads(undecided)
            for lead in taken:
                for name in COMPONENTS:
                    if rule[name] and not lead[name]:
                        values[lead.id].setdefault(name, rule[name])
                if rule.triage_state:
                    values[lead.id] |= rule._get_verdict_values()
            if taken and any(rule[name] for name in COMPONENTS):
                # Rules further down may filter on what this one proposed.
                taken._leadya_write_each({lead.id: values[lead.id] for lead in taken})
            if rule.triage_state:
                undecided -= taken
            if not undecided:
                break
        return values

    def _get_verdict_values(self):
        self.ensure_one()
        return {
            "triage_state": self.triage_state,
            "triage_quality": self.triage_quality,
            "triage_rule_id": self.id,
        }

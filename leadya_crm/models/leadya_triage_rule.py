from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: The lead's fields that a triage rule can propose, beside the verdict itself.
COMPONENTS = ("need_awareness", "organization_quality", "readiness")


class LeadyaTriageRule(models.Model):
    """Judges leads on arrival: fit, unfit, or not enough information.

    Rules without a verdict come first: each that takes a lead proposes what it knows of
    the components. What they leave open, channel and organisation fill. Then the rules
    with a verdict are tried in order; the first that takes the lead decides, and its
    name is the reason that the rep reads on the lead.
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
    triage_quality = fields.Selection(lambda self: self.env["leadya.triage.quality"]._get_selection(), string="Quality")
    need_awareness = fields.Selection([("known", "Known"), ("latent", "Latent")], string="Need")
    organization_quality = fields.Selection(
        [("low", "Low"), ("medium", "Medium"), ("high", "High")], string="Organization's Quality"
    )
    readiness = fields.Selection(
        [("ready", "Ready to buy"), ("information", "Wants information"), ("not_ready", "Not ready")]
    )

    _says_something = models.Constraint(
        "CHECK(COALESCE(triage_state, need_awareness, organization_quality, readiness) IS NOT NULL)",
        "Choose a verdict, or a component that the rule proposes.",
    )

    @api.constrains("triage_state", "triage_quality")
    def _check_quality(self):
        self.env["leadya.triage.quality"]._check_codes(self)
        for rule in self:
            if rule.triage_state == "fit" and not rule.triage_quality:
                raise ValidationError(self.env._("%(rule)s: a fit lead needs a quality.", rule=rule.name))
            if rule.triage_state != "fit" and rule.triage_quality:
                raise ValidationError(self.env._("%(rule)s: only a fit lead has a quality.", rule=rule.name))

    def _propose_components(self, leads):
        """Write what the rules without a verdict know of the leads' components.

        :param leads: components that are set already are kept
        """
        for rule in self.filtered(lambda rule: not rule.triage_state):
            taken = rule._filter_leads(leads)
            taken._leadya_write_each({lead.id: rule._get_missing_components(lead) for lead in taken})

    def _judge(self, leads):
        """The verdict of the first rule with one that takes each lead.

        :return: values to write on each lead id; a lead that no rule takes is left out
        :rtype: dict[int, dict]
        """
        matched = self.filtered("triage_state")._match_leads(leads)
        return {
            lead.id: {**rule._get_missing_components(lead), **rule._get_verdict_values()}
            for rule, taken in matched.items()
            for lead in taken
        }

    def _get_missing_components(self, lead):
        self.ensure_one()
        return {name: self[name] for name in COMPONENTS if self[name] and not lead[name]}

    def _get_verdict_values(self):
        self.ensure_one()
        return {
            "triage_state": self.triage_state,
            "triage_quality": self.triage_quality,
            "triage_rule_id": self.id,
        }

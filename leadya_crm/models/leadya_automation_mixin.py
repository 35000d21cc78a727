from odoo import fields, models


class LeadyaAutomationMixin(models.AbstractModel):
    """The switch that everything which acts by itself carries (design.md, section 5).

    * off: nothing happens;
    * trial: what would have been done is written to ``leadya.decision.log``, and
      nothing else is;
    * on: it acts, and says why in the same log.

    New automation starts on trial, so that a company sees it at work on its own leads
    before it lets it act.
    """

    _name = "leadya.automation.mixin"
    _description = "Automation with a Trial Switch"

    mode = fields.Selection(
        [("off", "Off"), ("trial", "On trial"), ("on", "On")],
        default="trial",
        required=True,
        help="Off: does nothing. On trial: records in the decision log what it would do, and changes nothing. "
        "On: acts.",
    )

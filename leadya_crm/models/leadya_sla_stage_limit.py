from odoo import fields, models


class LeadyaSlaStageLimit(models.Model):
    """How long a lead of a category may stay in a stage: no lead stays new over a day (Powerlink P3)."""

    _name = "leadya.sla.stage.limit"
    _description = "Time Limit of a Stage"
    _order = "category_id, id"
    _rec_name = "stage_id"

    category_id = fields.Many2one("leadya.sla.category", required=True, index=True, ondelete="cascade")
    stage_id = fields.Many2one("crm.stage", required=True, index=True, ondelete="cascade")
    hours = fields.Float(
        "At Most (hours)", default=8.0, required=True, help="Working hours from the lead's entry into the stage."
    )

    _once_a_stage = models.UniqueIndex("(category_id, stage_id)", "A category has one limit for a stage.")
    _hours_positive = models.Constraint("CHECK(hours > 0)", "A lead needs some time in a stage.")

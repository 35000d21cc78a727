from odoo import api, fields, models
from odoo.tools import ormcache

#: Fields that say which stage comes after which.
ORDERING = {"sequence", "team_ids"}


class CrmStage(models.Model):
    _inherit = "crm.stage"

    leadya_requirement_ids = fields.One2many("leadya.stage.requirement", "stage_id", string="Protocol")

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        if not ORDERING.isdisjoint(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @ormcache()
    def _leadya_get_order(self):
        """The stages in their order: id, sequence, and the teams whose they are (none: all teams').

        :rtype: tuple[tuple]
        """
        stages = self.sudo().search([])
        return tuple((stage.id, stage.sequence, tuple(stage.team_ids.ids)) for stage in stages)

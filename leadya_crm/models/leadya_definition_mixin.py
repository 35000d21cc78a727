from odoo import api, models


class LeadyaDefinitionMixin(models.AbstractModel):
    """For settings that are kept in memory (``ormcache``): a change forgets what was kept, in all processes."""

    _name = "leadya.definition.mixin"
    _description = "Setting Kept in Memory"

    @api.model_create_multi
    def create(self, vals_list):
        self._forget_definitions()
        return super().create(vals_list)

    def write(self, vals):
        self._forget_definitions()
        return super().write(vals)

    def unlink(self):
        self._forget_definitions()
        return super().unlink()

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        self._forget_definitions()
        return super()._update_field_translations(field_name, translations, digest, source_lang)

    @api.model
    def _forget_definitions(self):
        forget = self.env.registry.clear_cache
        forget()
        # Once more: until the change is committed, others read what was before, and keep it.
        self.env.cr.postcommit.add(forget)

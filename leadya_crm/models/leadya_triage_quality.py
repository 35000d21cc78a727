from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError


class LeadyaTriageQuality(models.Model):
    """How good a fit lead is: low, medium, high, and what an admin adds to them (S7).

    The lead keeps the quality's code, which never changes; name and order are the admin's. Filters, rules and
    categories use the code.
    """

    _name = "leadya.triage.quality"
    _description = "Quality of Fit Leads"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    code = fields.Char(readonly=True, copy=False, help="How filters call it.")
    counts_as_good = fields.Boolean(
        help="Whether the report of fairness counts such leads among the good ones that somebody was given."
    )

    _code_uniq = models.UniqueIndex("(code)", "There is a quality of this code already.")

    @api.model_create_multi
    def create(self, vals_list):
        qualities = super().create(vals_list)
        for quality in qualities.filtered(lambda quality: not quality.code):
            quality.code = f"quality_{quality.id}"
        self.env.registry.clear_cache()
        return qualities

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """What leads or rules are judged by cannot vanish from under them."""
        domain = [("triage_quality", "in", self.mapped("code"))]
        for model in ("crm.lead", "leadya.triage.rule"):
            used = self.env[model].sudo().with_context(active_test=False).search(domain, limit=1)
            if used:
                raise UserError(
                    self.env._(
                        "%(record)s has this quality. Give it, and all others that have it, another one first.",
                        record=used.display_name,
                    )
                )

    @api.model
    def _check_codes(self, records):
        """Odoo itself looks only at selections that are written in code.

        :param records: of a model with ``triage_quality``
        :raises ValidationError: where one of them has a quality that there is not
        """
        codes = {code for code, _name in self._get_selection()}
        for record in records:
            if record.triage_quality and record.triage_quality not in codes:
                raise ValidationError(
                    self.env._("There is no quality with the code %(code)s.", code=record.triage_quality)
                )

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_selection(self):
        """The qualities in their order, as ``selection`` of a field."""
        return [(quality.code, quality.name) for quality in self.sudo().search([]) if quality.code]

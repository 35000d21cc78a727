"""A confirmation that is old is missing information: it has to be asked for again."""

from odoo import api, models
from odoo.tools import format_date


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.depends("criteria_confirmed_at", "criterion_states", "company_id")
    def _compute_missing_information(self):  # pylint: disable=missing-return; a compute returns nothing
        super()._compute_missing_information()

    def _missing_get_gaps(self):
        """Criteria that were confirmed too long ago come after those that were never confirmed."""
        gaps = super()._missing_get_gaps()
        for lead_id, answers in self._criteria_get_aged().items():
            for answer in answers.values():
                gaps[lead_id].append(self._missing_prepare_renewal(answer))
        return gaps

    def _missing_prepare_renewal(self, answer):
        criterion = answer.criterion_id.with_context(lang=self.env.lang)
        values = {"criterion": criterion.name, "date": format_date(self.env, answer.answered_at)}
        return self._missing_prepare_gap(
            f"renewal:{criterion.id}:{answer.id}",
            self.env._("%(criterion)s again (confirmed on %(date)s)", **values),
            self.env._("%(criterion)s was confirmed on %(date)s: is it still so?", **values),
            field=criterion.lead_field,
        )

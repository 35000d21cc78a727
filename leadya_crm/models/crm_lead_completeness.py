"""Which fields of a lead somebody can be asked to fill, and whether they are filled."""

from odoo import api, models
from odoo.tools import is_html_empty

#: Types that hold one value in the table.
FILLABLE_TYPES = (
    "char", "text", "html", "integer", "float", "monetary", "date", "datetime", "selection", "many2one",
)  # fmt: skip

#: What the system or a decision sets, or what every lead has: nobody is asked for it.
NOT_ASKED = {
    "activity_calendar_event_id", "automated_probability", "click_id", "click_id_kind", "color", "company_id",
    "external_ref", "import_origin", "landing_url", "lead_mining_request_id", "lost_reason_id", "message_bounce",
    "name", "nurture_every_months", "nurture_reason_id", "nurture_resume_at", "possible_duplicate_id", "priority",
    "probability", "qualification_model", "referrer_url", "reveal_id", "sla_category_id", "stage_id",
    "suggested_organization_id", "suggested_partner_id", "team_id", "triage_quality", "triage_state", "type", "user_id",
}  # fmt: skip

#: Choices that say that nothing is known.
EMPTY_CHOICES = ("unknown", "todo")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _completeness_get_fields(self):
        """Labels of the fields that somebody can be asked to fill, other modules' and a company's own too.

        :rtype: dict[str, str]
        """
        names = [name for name, field in self._fields.items() if self._completeness_is_asked(field)]
        labels = {name: self._fields[name]._description_string(self.env) for name in names}
        return dict(sorted(labels.items(), key=lambda item: item[1].casefold()))

    @api.model
    def _completeness_is_asked(self, field):
        return (
            field.store
            and field.type in FILLABLE_TYPES
            and not (field.readonly or field.related or field.groups or field.company_dependent)
            and not getattr(field, "measured", False)
            and field.name not in NOT_ASKED
        )

    def _completeness_is_filled(self, name):
        """Whether the field says anything: no amount is none, and a choice of "unknown" says nothing."""
        self.ensure_one()
        value = self[name]
        if self._fields[name].type == "html":
            return not is_html_empty(value)
        if isinstance(value, str):
            return bool(value.strip()) and value not in EMPTY_CHOICES
        return bool(value)

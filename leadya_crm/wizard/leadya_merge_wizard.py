from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date, format_datetime, html2plaintext

#: Merged by Odoo, but nothing that a person compares.
NOT_SHOWN = ("color", "company_id", "create_date", "date_automation_last", "lead_properties", "lang_id")

#: What goes along whole, however much of it there is: shown by its count.
GOES_ALONG = (
    "message_ids",
    "activity_ids",
    "calendar_event_ids",
    "touch_ids",
    "attempt_ids",
    "sla_clock_ids",
    "submission_ids",
)

#: As many as Odoo lets a user merge at once.
MOST_LEADS = 5

#: A description may be a page; its beginning is enough to know it.
TEXT_LENGTH = 120


class LeadyaMergeWizard(models.TransientModel):
    """Shows leads side by side, and what would be kept of which, before they are merged.

    What is kept is what Odoo's own merge would keep: it is asked for, and not written.
    """

    _name = "leadya.merge.wizard"
    _description = "Merge Duplicates"

    lead_ids = fields.Many2many("crm.lead", string="Leads", required=True, context={"active_test": False})
    head_id = fields.Many2one(
        "crm.lead",
        "Lead That Stays",
        compute="_compute_head_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        domain="[('id', 'in', lead_ids)]",
        context={"active_test": False},
        ondelete="cascade",
        help="Proposed as Odoo would choose: the one that is furthest on its way.",
    )
    problem = fields.Char(compute="_compute_comparison", help="Why these leads cannot be merged.")
    comparison = fields.Html(compute="_compute_comparison", sanitize=False)

    @api.depends("lead_ids")
    def _compute_head_id(self):
        for wizard in self:
            leads = wizard.lead_ids._origin
            if wizard.head_id._origin not in leads:
                wizard.head_id = leads._sort_by_confidence_level(reverse=True)[:1]

    @api.depends("lead_ids", "head_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_comparison(self):
        for wizard in self:
            wizard.problem = wizard._get_problem()
            leads = wizard._get_ordered()
            wizard.comparison = 1 < len(leads) <= MOST_LEADS and self.env["ir.qweb"]._render(
                "leadya_crm.leadya_merge_comparison",
                {"leads": leads, "rows": wizard._prepare_rows(leads), "counts": wizard._prepare_counts(leads)},
                minimal_qcontext=True,
            )

    def _get_ordered(self):
        """The leads, first the one that stays, the others as Odoo trusts them."""
        leads = self.lead_ids._origin.with_context(leadya_merge_head=self.head_id._origin.id)
        return leads._sort_by_confidence_level(reverse=True)

    def _get_problem(self):
        leads = self.lead_ids._origin
        if len(leads) < 2:
            return self.env._("Choose at least two leads to merge.")
        if len(leads) > MOST_LEADS:
            return self.env._("At most %(count)s leads are merged at once.", count=MOST_LEADS)
        try:
            leads._merge_check(self.head_id._origin)
        except UserError as error:
            return error.args[0]
        return False

    # ------------------------------------------------------------
    # SIDE BY SIDE
    # ------------------------------------------------------------

    def _prepare_rows(self, leads):
        """What the leads have of each field, and what the one that is left will have.

        :return: fields in which they differ first; label, text of each lead, text that will be, and whether that is
            another than the staying lead's own
        :rtype: list[dict]
        """
        names = [name for name in dict.fromkeys(leads._merge_get_fields()) if self._is_shown(leads, name)]
        merged = leads._merge_data(names)
        rows = []
        for name in names:
            field = leads._fields[name]
            texts = [self._format(field, lead[name], lead) for lead in leads]
            if any(texts):
                result = self._format_merged(field, merged[name], leads[0]) if name in merged else texts[0]
                label = field._description_string(self.env)
                rows.append({"label": label, "texts": texts, "result": result, "changed": result != texts[0]})
        return sorted(rows, key=lambda row: len(set(row["texts"])) == 1)

    @api.model
    def _is_shown(self, leads, name):
        field = leads._fields.get(name)
        return field is not None and name not in NOT_SHOWN and leads._has_field_access(field, "read")

    def _prepare_counts(self, leads):
        rows = []
        for name in GOES_ALONG:
            counts = [len(lead[name]) for lead in leads.sudo()]
            if any(counts):
                label = leads._fields[name]._description_string(self.env)
                rows.append({"label": label, "counts": counts, "result": sum(counts)})
        return rows

    @api.model
    def _format_merged(self, field, value, lead):
        """A value as it would be written, as people read it."""
        cached = field.convert_to_cache(value, lead, validate=False)
        return self._format(field, field.convert_to_record(cached, lead), lead)

    @api.model
    def _format(self, field, value, lead):
        """A value as people read it."""
        if field.relational:
            return ", ".join(value.sudo().mapped("display_name"))
        if not value:
            return ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.type == "datetime":
            return format_datetime(self.env, value, dt_format="short")
        if field.type == "date":
            return format_date(self.env, value)
        if field.type == "monetary":
            currency = lead[field.get_currency_field(lead)]
            return format_amount(self.env, value, currency) if currency else str(value)
        if field.type == "html":
            value = html2plaintext(value)
        text = " ".join(str(value).split())
        return text if len(text) <= TEXT_LENGTH else f"{text[:TEXT_LENGTH]}…"

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_merge(self):
        """Merge the leads, and open the one that is left.

        :raises AccessError: where the user may not write one of the leads
        :raises UserError: where these leads cannot be merged
        """
        self.ensure_one()
        merge = self.lead_ids._leadya_merge(self.head_id)
        return merge.lead_id.redirect_lead_opportunity_view()

    def action_distinct(self):
        """They are not the same customer: propose them to each other no more.

        :raises AccessError: where the user may not write one of the leads
        """
        self.ensure_one()
        self.lead_ids.check_access("write")
        for lead in self.lead_ids.sudo():
            lead._duplicates_set_distinct(self.lead_ids.sudo() - lead)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

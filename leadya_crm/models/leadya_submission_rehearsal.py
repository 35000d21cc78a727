"""Tests of a door: what would become of them is found out by doing it, and taken back."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from .leadya_submission import html_table

#: What a test leaves behind: of the submission itself, and nothing else.
_LASTING_FIELDS = (
    "state",
    "error",
    "refused",
    "sender",
    "understood",
    "unknown_fields",
    "consent_given",
    "consent_text",
    "retry_at",
    "tries",
)
#: What is told of the lead, in this order.
_TOLD_FIELDS = (
    "name",
    "channel_id",
    "keyword_id",
    "triage_state",
    "sla_category_id",
    "sla_deadline",
    "team_id",
    "user_id",
)


class LeadyaSubmission(models.Model):
    _inherit = "leadya.submission"

    outcome_html = fields.Html("What Would Become of It", compute="_compute_outcome_html", sanitize=False)

    @api.depends("outcome")
    @api.depends_context("lang", "tz")
    def _compute_outcome_html(self):
        for submission in self:
            submission.outcome_html = submission.outcome and submission._render_outcome()

    def _rehearse(self, reads=None):
        """Walk the corridor with tests, each in a transaction of its own that is rolled back.

        :param dict reads: see :meth:`_process`
        """
        for submission in self:
            submission._process(reads)
            values = submission._prepare_rehearsal()
            self.env.cr.rollback()
            self.env.invalidate_all()
            submission.write(values)
            self.env["ir.cron"]._commit_progress(1)

    def _prepare_rehearsal(self):
        """What is kept of a test once all that it made is taken back."""
        self.ensure_one()
        values = {name: self[name] for name in _LASTING_FIELDS}
        return {**values, "outcome": self.lead_id and self._describe_lead()}

    def _describe_lead(self):
        """The lead in a form that outlives it: identifiers of what stays, texts of what a test may have made."""
        lead = self.lead_id
        if self.state == "merged":
            return {"joined": lead.display_name}
        told = {
            name: lead._fields[name].convert_to_read(lead[name], lead, use_display_name=False) for name in _TOLD_FIELDS
        }
        told["keyword_id"] = lead.keyword_id.display_name
        told["sla_deadline"] = fields.Datetime.to_string(lead.sla_deadline)
        decisions = [
            {name: log[name] for name in ("step", "code", "params", "trial")}
            for log in lead.decision_log_ids.sorted("id")
        ]
        return {"lead": told, "decisions": decisions}

    def _render_outcome(self):
        """The outcome in the reader's language."""
        self.ensure_one()
        if joined := self.outcome.get("joined"):
            return Markup("<p>%s</p>") % self.env._("It would join the lead “%(lead)s”.", lead=joined)
        lead = self.env["crm.lead"]
        told = self.outcome.get("lead", {})
        labels = {name: lead._fields[name]._description_string(self.env) for name in _TOLD_FIELDS}
        labels["name"] = self.env._("Lead")
        texts = [(labels[name], self._format_told(lead, name, told[name])) for name in _TOLD_FIELDS if told.get(name)]
        items = Markup("").join(Markup("<li>%s</li>") % text for text in self._explain_decisions())
        return Markup('%s<ul class="mt-2 mb-0">%s</ul>') % (html_table(texts), items)

    def _format_told(self, lead, name, value):
        field = lead._fields[name]
        if field.type == "many2one" and isinstance(value, int):
            return self.env[field.comodel_name].sudo().browse(value).exists().display_name or "–"
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return format_datetime(self.env, value) if field.type == "datetime" else value

    def _explain_decisions(self):
        Log = self.env["leadya.decision.log"]
        return [Log.new(decision).explanation for decision in self.outcome.get("decisions", ())]

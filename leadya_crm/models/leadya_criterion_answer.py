from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .crm_lead_measured import is_measuring
from .leadya_criterion import CRITERION_STATES

#: What nobody but the module says of an answer.
STAMPS = ("user_id", "answered_at", "is_current")


class LeadyaCriterionAnswer(models.Model):
    """What is known of a criterion of a lead, who said so and when, and what shows it.

    Answers are never changed: a later one takes the place of an earlier, which stays as history. The one that counts
    is ``is_current``, one a lead and criterion; the lead's own columns say the same (``crm_lead_criterion``).
    """

    _name = "leadya.criterion.answer"
    _description = "Answer to a Criterion"
    _order = "answered_at desc, id desc"
    _rec_name = "criterion_id"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")
    criterion_id = fields.Many2one("leadya.criterion", required=True, index=True, ondelete="cascade")
    state = fields.Selection(CRITERION_STATES, required=True, default="confirmed")
    note = fields.Text("Evidence", help="What was said, or where it is written.")
    message_id = fields.Many2one(
        "mail.message", index="btree_not_null", ondelete="set null", help="The message that shows it."
    )
    message_preview = fields.Char("What the Message Says", related="message_id.preview")
    attachment_ids = fields.Many2many(
        "ir.attachment", "leadya_criterion_answer_attachment_rel", "answer_id", "attachment_id", "Documents"
    )
    user_id = fields.Many2one(
        "res.users",
        "By",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        index=True,
    )
    answered_at = fields.Datetime("On", required=True, readonly=True, default=lambda self: self.env.cr.now())
    is_current = fields.Boolean("Counts", readonly=True, default=True)
    evidence = fields.Integer(
        "How Well Shown",
        compute="_compute_evidence",
        help="How well it is shown: 2 by a document or a message, 1 by a note, 0 by nothing but somebody's word.",
    )

    _current_uniq = models.UniqueIndex(
        "(lead_id, criterion_id) WHERE is_current IS TRUE", "Somebody has just answered this. Try again."
    )

    @api.depends("note", "message_id", "attachment_ids")
    def _compute_evidence(self):
        for answer in self:
            answer.evidence = 2 if answer.message_id or answer.attachment_ids else 1 if answer.note else 0

    @api.constrains("lead_id", "criterion_id")
    def _check_criterion(self):
        """A criterion of the lead's company, whatever its model of qualification: that may change."""
        for answer in self:
            company = answer.criterion_id.company_id
            if company and company != answer.lead_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(criterion)s is a criterion of %(company)s, and not of the lead's company.",
                        criterion=answer.criterion_id.name,
                        company=company.name,
                    )
                )

    @api.constrains("lead_id", "message_id")
    def _check_message(self):
        for answer in self.filtered("message_id"):
            message_sudo = answer.message_id.sudo()
            if (message_sudo.model, message_sudo.res_id) != ("crm.lead", answer.lead_id.id):
                raise ValidationError(self.env._("The message that shows it must be one of the lead's own."))

    @api.model_create_multi
    def create(self, vals_list):
        """Answers take the place of those given before, on the lead too.

        :raises AccessError: where the user may not write the lead
        """
        if not self.env.su:
            vals_list = [{name: vals[name] for name in vals if name not in STAMPS} for vals in vals_list]
        vals_list = self._complete(vals_list)
        leads = self.env["crm.lead"].browse({vals["lead_id"] for vals in vals_list})
        leads.check_access("write")
        if not is_measuring(self.env):
            leads._criteria_take_answers(vals_list)
        # The leads come first: of two who answer at once, the second waits for them and is tried again by Odoo.
        leads.flush_recordset()
        self._retire(vals_list)
        answers = super().create(vals_list)
        for answer in answers:
            self._keep_documents(answer.lead_id, answer.attachment_ids)
        leads._criteria_date_confirmations()
        return answers

    @api.model
    def _complete(self, vals_list):
        """Values with what a context brings; one answer to a criterion of a lead.

        :raises UserError: where there is none, or more
        """
        defaults = self.default_get(["lead_id", "criterion_id", "state"])
        complete = [{**defaults, **vals} for vals in vals_list]
        pairs = {(vals.get("lead_id"), vals.get("criterion_id")) for vals in complete}
        if not all(map(all, pairs)) or len(pairs) < len(complete):
            raise UserError(self.env._("Give one answer to one criterion of a lead at a time."))
        return complete

    @api.model
    def _retire(self, vals_list):
        """Make room for new answers: those that counted count no more."""
        pairs = {(vals["lead_id"], vals["criterion_id"]) for vals in vals_list}
        domain = [("is_current", "=", True), ("lead_id", "in", [lead_id for lead_id, _criterion_id in pairs])]
        current_sudo = self.sudo().search(domain)
        current_sudo.filtered(lambda answer: (answer.lead_id.id, answer.criterion_id.id) in pairs).is_current = False
        current_sudo.flush_recordset(["is_current"])

    @api.model
    def _keep_documents(self, lead, documents):
        """Documents just uploaded become the lead's own; others must be that already.

        :raises UserError: for a document of another record, whose name whoever sees the lead would read
        """
        for document_sudo in documents.sudo():
            if not document_sudo.res_id and document_sudo.create_uid == self.env.user:
                document_sudo.write({"res_model": "crm.lead", "res_id": lead.id})
            elif (document_sudo.res_model, document_sudo.res_id) != ("crm.lead", lead.id):
                raise UserError(self.env._("A document that shows it must be one of the lead's own."))

    def _describe(self):
        """The answer as a screen shows it.

        :rtype: dict
        """
        self.ensure_one()
        return {
            "id": self.id,
            "state": self.state,
            "note": self.note or "",
            "user": self.sudo().user_id.name,
            "date": fields.Datetime.to_string(self.answered_at),
            "is_current": self.is_current,
            "message_id": self.message_id.id,
            "documents": [
                {"id": document_sudo.id, "name": document_sudo.name} for document_sudo in self.sudo().attachment_ids
            ],
        }

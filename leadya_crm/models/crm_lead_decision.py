"""How the customer decides: who asked, which forum, by what process, against whom, by when, on what terms.

How to use: ``leadya_decision_guide`` gives the questions, one at a time or as a whole, with what is known;
``leadya_decision_answer`` answers one. What is not known is a gap among others (``crm_lead_missing``), so that the
next question to ask is shown wherever gaps are.

Asked for where an organization decides (the BANT model, and an organization is named), once there is a need: how a
customer decides about nothing is nobody's question.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .leadya_stakeholder import ROLES

YES_NO = [("yes", "Yes"), ("no", "No")]

FORUMS = [
    ("one", "One person"),
    ("few", "A few people"),
    ("management", "The management"),
    ("board", "The board"),
    ("committee", "A tender committee"),
    ("head_office", "The head office or parent company"),
]

PRICINGS = [
    ("single", "Only our price is asked for"),
    ("quotes", "Quotes are compared"),
    ("shortlist", "Negotiated with a shortlist"),
    ("tender", "Sealed tender"),
    ("auction", "Auction"),
    ("framework", "Framework agreement"),
]

SPECS = [("none", "Neither"), ("spec", "Specification"), ("rfp", "Request for proposal (RFP)")]

THRESHOLD_STATES = [("none", "None"), ("unknown", "Not known"), ("met", "All met"), ("unmet", "Not all met")]

#: The questions in the order in which they are asked: key, field that answers it, and how it is answered.
QUESTIONS = (
    ("asker", "decision_asker_role", "choice"),
    ("forum", "decision_forum", "choice"),
    ("presentation", "decision_presentation", "choice"),
    ("pricing", "decision_pricing", "choice"),
    ("spec", "decision_spec", "choice"),
    ("suppliers", "decision_supplier_count", "number"),
    ("capability", "decision_capability", "choice"),
    ("date", "decision_date", "date"),
    ("thresholds", "decision_has_thresholds", "choice"),
    ("advantages", "decision_threshold_ids", "lines"),
)

#: More suppliers than this bid for nothing.
SUPPLIERS_AT_MOST = 1000


class CrmLead(models.Model):
    _inherit = "crm.lead"

    decision_asker_role = fields.Selection(
        ROLES, "Role of Who Asked", copy=False, tracking=True, help="The part in the decision of the person who asked."
    )
    decision_forum = fields.Selection(FORUMS, "Who Decides", copy=False, tracking=True, help="The deciding forum.")
    decision_forum_note = fields.Char("Who Sits on It", copy=False)
    decision_presentation = fields.Selection(
        YES_NO,
        "Can We Present to It",
        copy=False,
        tracking=True,
        help="Whether a presentation to the deciding forum can be arranged.",
    )
    decision_pricing = fields.Selection(PRICINGS, "How Pricing Is Run", copy=False, tracking=True)
    decision_spec = fields.Selection(SPECS, "Specification or RFP", copy=False, tracking=True)
    decision_spec_document_ids = fields.Many2many(
        "ir.attachment", "crm_lead_decision_document_rel", "lead_id", "attachment_id", "Its Document", copy=False
    )
    decision_supplier_count = fields.Integer(
        "Suppliers Bidding", copy=False, tracking=True, help="All of them, we too. 0: not known."
    )
    decision_capability = fields.Selection(
        YES_NO, "Capability Presentation", copy=False, tracking=True, help="Whether we are asked to show what we can."
    )
    decision_has_thresholds = fields.Selection(
        YES_NO,
        "Threshold Requirements",
        copy=False,
        tracking=True,
        help="Whether a supplier must meet requirements to be considered at all.",
    )
    decision_threshold_ids = fields.One2many("leadya.decision.threshold", "lead_id", "Thresholds")
    decision_threshold_state = fields.Selection(
        THRESHOLD_STATES, "Thresholds Met", compute="_compute_decision_threshold_state", store=True, measured=True
    )

    _decision_supplier_count_range = models.Constraint(
        f"CHECK(COALESCE(decision_supplier_count, 0) BETWEEN 0 AND {SUPPLIERS_AT_MOST})",
        "The number of suppliers can't be negative, nor in the thousands.",
    )

    @api.depends("decision_has_thresholds", "decision_threshold_ids.kind", "decision_threshold_ids.met")
    def _compute_decision_threshold_state(self):
        for lead in self:
            required = lead.decision_threshold_ids.filtered(lambda line: line.kind == "required")
            answers = set(required.mapped("met"))
            if "no" in answers:
                lead.decision_threshold_state = "unmet"
            elif "unknown" in answers or (not required and lead.decision_has_thresholds == "yes"):
                lead.decision_threshold_state = "unknown"
            elif required:
                lead.decision_threshold_state = "met"
            else:
                lead.decision_threshold_state = "none" if lead.decision_has_thresholds == "no" else False

    # ------------------------------------------------------------
    # QUESTIONS
    # ------------------------------------------------------------

    @api.model
    def _decision_get_texts(self):
        """What is asked, in a few words and as a question.

        :return: ``(label, question, hint)`` by key of the question
        :rtype: dict[str, tuple]
        """
        return {
            "asker": (
                self.env._("role of who asked"),
                self.env._("What is your part in this decision?"),
                self.env._("Who asks is often not who decides."),
            ),
            "forum": (
                self.env._("who decides"),
                self.env._("Who decides on this in the end?"),
                self.env._("One person, the management, a committee: and who sits on it."),
            ),
            "presentation": (
                self.env._("presenting to who decides"),
                self.env._("Can we present to those who decide?"),
                self.env._("A supplier whom they have met is judged by more than the price."),
            ),
            "pricing": (
                self.env._("how pricing is run"),
                self.env._("How will you compare prices?"),
                self.env._("Whether it is a tender, a comparison of quotes or a talk changes what we send, and when."),
            ),
            "spec": (
                self.env._("specification or RFP"),
                self.env._("Is there a specification or a request for proposal, and may we see it?"),
                self.env._("Whoever helped to write it has an advantage."),
            ),
            "suppliers": (
                self.env._("number of suppliers"),
                self.env._("How many suppliers have you asked, we included?"),
                self.env._("One: work on the need. Six: decide whether it is worth a proposal."),
            ),
            "capability": (
                self.env._("capability presentation"),
                self.env._("Would you like to see first what we have done for others?"),
                self.env._("Whether suppliers are asked to present what they can."),
            ),
            "date": (
                self.env._("date of decision"),
                self.env._("When will you decide?"),
                self.env._("The day on which it is decided, not the one on which it is needed."),
            ),
            "thresholds": (
                self.env._("threshold requirements"),
                self.env._("What must a supplier meet to be considered at all?"),
                self.env._("Certificates, references, turnover, a place near by."),
            ),
            "advantages": (
                self.env._("advantages to propose as thresholds"),
                self.env._("What should you insist on from every supplier?"),
                self.env._("What we do best, proposed as a requirement while the customer still writes them."),
            ),
        }

    def _decision_is_known(self, key):
        """Whether a question of the decision process is answered."""
        if key == "thresholds":
            return bool(self.decision_has_thresholds or self.decision_threshold_state)
        if key == "advantages":
            return any(line.kind == "proposed" for line in self.decision_threshold_ids)
        name = next(name for question, name, _kind in QUESTIONS if question == key)
        return bool(self[name])

    def _decision_is_asked_for(self):
        """Whether the lead is one of which the decision process should be known."""
        organization = self.partner_name or self.organization_id or self.partner_id.is_company
        return bool(
            organization and self.qualification_model != "ntm" and self.bant_need in ("open", "confirmed")
        )  # fmt: skip

    @api.depends(
        "partner_name",
        "organization_id",
        "partner_id",
        "decision_threshold_ids.kind",
        *(name for _key, name, _kind in QUESTIONS),
    )
    def _compute_missing_information(self):  # pylint: disable=missing-return; a compute returns nothing
        super()._compute_missing_information()

    def _missing_get_gaps(self):
        """What is not known of the decision process comes after what every deal is judged by."""
        gaps = super()._missing_get_gaps()
        texts = self._decision_get_texts()
        for lead in self.filtered(lambda lead: lead._decision_is_asked_for()):
            for key, name, _kind in QUESTIONS:
                if not lead._decision_is_known(key):
                    label, question, _hint = texts[key]
                    gaps[lead.id].append(
                        self._missing_prepare_gap(
                            f"decision:{key}", label, question, field=False if key == "advantages" else name
                        )
                    )
        return gaps

    # ------------------------------------------------------------
    # THE GUIDE
    # ------------------------------------------------------------

    def leadya_decision_guide(self):
        """The questions of the decision process with what is known, for the guide.

        :return: ``questions`` (see :meth:`_decision_describe`), ``next`` (key of the first that is open, or False),
            ``thresholds`` and ``documents``
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        texts = self._decision_get_texts()
        return {
            "questions": [self._decision_describe(key, name, kind, texts[key]) for key, name, kind in QUESTIONS],
            "next": next((key for key, _name, _kind in QUESTIONS if not self._decision_is_known(key)), False),
            "thresholds": self.decision_threshold_ids.read(["name", "kind", "met"], load=None),
            "documents": [
                {"id": document.id, "name": document.name} for document in self.sudo().decision_spec_document_ids
            ],
        }

    def _decision_describe(self, key, name, kind, texts):
        """A question for the guide.

        :rtype: dict
        """
        label, question, hint = texts
        choices = self._fields[name]._description_selection(self.env) if kind == "choice" else []
        value = False if kind == "lines" else self[name]
        return {
            "key": key,
            "kind": kind,
            "label": label,
            "question": question,
            "hint": hint,
            "choices": [{"value": value, "label": label} for value, label in choices],
            "value": fields.Date.to_string(value) if kind == "date" else value,
            "known": self._decision_is_known(key),
        }

    def leadya_decision_answer(self, key, value):
        """Answer a question of the decision process; False takes an answer back.

        :param str key: of a question with a value of its own (see ``QUESTIONS``)
        :param value: a choice, a number or a date, as the question has it
        :return: see :meth:`leadya_decision_guide`
        :raises AccessError: where the user may not write the lead
        :raises UserError: for a question or an answer that there is not
        """
        self.ensure_one()
        self.check_access("write")
        name = next((name for question, name, kind in QUESTIONS if question == key and kind != "lines"), None)
        if not name:
            raise UserError(self.env._("The decision process has no such question."))
        try:
            self.write({name: value})
        except ValueError as error:
            raise UserError(self.env._("That is no answer to this question.")) from error
        return self.leadya_decision_guide()

    def leadya_decision_add_threshold(self, name, kind):
        """Add a requirement of the customer, or an advantage of ours to propose as one.

        :param str kind: "required" or "proposed"
        :return: see :meth:`leadya_decision_guide`
        :raises UserError: where it says nothing
        """
        self.ensure_one()
        self.check_access("write")
        name = str(name or "").strip()
        if not name or kind not in ("required", "proposed"):
            raise UserError(self.env._("Say what a supplier has to meet."))
        values = {"decision_threshold_ids": [fields.Command.create({"name": name, "kind": kind})]}
        if kind == "required":
            values["decision_has_thresholds"] = "yes"
        self.write(values)
        return self.leadya_decision_guide()

    def leadya_decision_set_threshold(self, threshold_id, met):
        """Say whether we meet a requirement; None takes it away.

        :param int threshold_id: of the lead's thresholds
        :param str met: "unknown", "yes", "no", or None
        :return: see :meth:`leadya_decision_guide`
        :raises UserError: for a threshold that the lead has not
        """
        self.ensure_one()
        self.check_access("write")
        if threshold_id not in self.decision_threshold_ids.ids:
            raise UserError(self.env._("This requirement is gone: somebody has taken it away."))
        update = fields.Command.update(threshold_id, {"met": met}) if met else fields.Command.delete(threshold_id)
        self.write({"decision_threshold_ids": [update]})
        return self.leadya_decision_guide()

    def leadya_decision_add_documents(self, attachment_ids):
        """Keep documents of the lead as its specification or RFP.

        :return: see :meth:`leadya_decision_guide`
        :raises UserError: for documents that are not the lead's own
        """
        self.ensure_one()
        self.check_access("write")
        self.write({"decision_spec_document_ids": [fields.Command.link(number) for number in attachment_ids]})
        return self.leadya_decision_guide()

    @api.constrains("decision_spec_document_ids")
    def _check_decision_documents(self):
        """A document of another record would show its name to whoever sees the lead."""
        for lead in self:
            self.env["leadya.criterion.answer"]._keep_documents(lead, lead.decision_spec_document_ids)

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        """What is known of a merged lead's decision process is known of this one's, where nothing was."""
        names = [name for _key, name, kind in QUESTIONS if kind != "lines" and name != "decision_date"]
        return [*super()._merge_get_fields(), *names, "decision_forum_note"]

    def _merge_dependences(self, opportunities):
        """Thresholds and documents of a merged lead are those of this one."""
        result = super()._merge_dependences(opportunities)
        lead_sudo, others_sudo = self.sudo(), opportunities.sudo()
        known = {line._get_key(): line for line in lead_sudo.decision_threshold_ids}
        for line in others_sudo.decision_threshold_ids:
            same = known.setdefault(line._get_key(), line)
            if same == line:
                line.lead_id = self
            elif same.met == "unknown":
                same.met = line.met
        lead_sudo.decision_spec_document_ids |= others_sudo.decision_spec_document_ids
        return result

"""What is known of a lead, criterion by criterion, with evidence.

How to use: ``_criteria_get_states`` tells the states of a batch of leads without a query of its own;
``leadya_answer`` answers a criterion; ``leadya_qualification`` describes all of it for a screen.

How it works: the state of a criterion is a column of the lead: one of ``bant_*`` for those that ship with the
module, a key of ``criterion_states`` for those that an admin has added. Whoever writes a column, from the form,
a list, an import or by RPC, gives an answer (``leadya.criterion.answer``), with the name and the time; whoever gives
an answer, with its evidence, writes the column. So both say the same, and the history is whole.

A confirmation ages: after as many days as the company's setting says it is asked for again. The lead keeps the day of
the oldest confirmation that stands, so that who has to ask again is found by that alone.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .crm_lead_measured import is_measuring
from .leadya_criterion import CRITERION_STATES, MODEL_CRITERIA

BANT = MODEL_CRITERIA["bant"]
ANSWERED = {*BANT, "criterion_states"}
STATES = dict(CRITERION_STATES)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    criterion_answer_ids = fields.One2many("leadya.criterion.answer", "lead_id", "Answers to Criteria", readonly=True)
    criterion_states = fields.Json(
        "Added Criteria",
        copy=False,
        help="Technical: states of the criteria that an admin has added, by their number.",
    )
    criteria_confirmed_at = fields.Datetime(
        "Confirmed Since",
        copy=False,
        readonly=True,
        measured=True,
        help="When the oldest confirmation that stands was given.",
    )
    criteria_aged = fields.Boolean(
        "To Be Confirmed Again",
        compute="_compute_criteria_aged",
        search="_search_criteria_aged",
        help="A criterion was confirmed longer ago than the company's setting lets it stand.",
    )

    _criteria_confirmed_idx = models.Index("(criteria_confirmed_at) WHERE criteria_confirmed_at IS NOT NULL")

    @api.depends("criteria_confirmed_at", "company_id")
    def _compute_criteria_aged(self):
        for lead in self:
            limit = lead._criteria_get_age_limit()
            confirmed = lead.criteria_confirmed_at
            lead.criteria_aged = bool(limit and confirmed and confirmed < limit)

    @api.model
    def _search_criteria_aged(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = []
        for company in self.env["res.company"].sudo().search([("leadya_evidence_days", ">", 0)]):
            company_ids = [company.id, False] if company == self.env.company else [company.id]
            limit = self.env.cr.now() - timedelta(days=company.leadya_evidence_days)
            domains.append([("company_id", "in", company_ids), ("criteria_confirmed_at", "<", limit)])
        return fields.Domain.OR(domains)

    # ------------------------------------------------------------
    # READING
    # ------------------------------------------------------------

    def _criteria_get_plan(self):
        """The criteria by which the lead is judged, in the order in which they are asked.

        :rtype: tuple[Criterion]
        """
        return self.env["leadya.criterion"]._get_plan(self.qualification_model or "bant", self.company_id.id)

    def _criteria_get_state(self, criterion):
        """The state of one criterion of :meth:`_criteria_get_plan`."""
        if criterion.lead_field:
            return self[criterion.lead_field] or "unknown"
        return (self.criterion_states or {}).get(str(criterion.id), "unknown")

    def _criteria_get_states(self):
        """States of the criteria that the leads are judged by, read from the leads' own columns.

        :return: by lead and by criterion: "unknown", "open", "confirmed" or "failed"
        :rtype: dict[int, dict[int, str]]
        """
        return {
            lead.id: {
                criterion.id: lead._criteria_get_state(criterion)
                for criterion in lead._criteria_get_plan()
                if criterion.id
            }
            for lead in self
        }

    def _criteria_get_age_limit(self):
        """What was confirmed before this moment has to be confirmed again; None where nothing ages."""
        days = (self.company_id or self.env.company).sudo().leadya_evidence_days
        return self.env.cr.now() - timedelta(days=days) if days else None

    def _criteria_get_current(self):
        """The answers that count.

        :return: answers by lead and by criterion, read with all rights
        :rtype: dict[int, dict[int, leadya.criterion.answer]]
        """
        found = {lead.id: {} for lead in self}
        answers_sudo = self.env["leadya.criterion.answer"].sudo()
        for answer in answers_sudo.search([("lead_id", "in", self.ids), ("is_current", "=", True)]):
            found[answer.lead_id.id][answer.criterion_id.id] = answer
        return found

    def _criteria_get_aged(self):
        """Criteria that were confirmed too long ago.

        :return: answers to be given again, by lead and by criterion; none is looked for where none can be
        :rtype: dict[int, dict[int, leadya.criterion.answer]]
        """
        aged = self.filtered("criteria_aged")
        current = aged._criteria_get_current() if aged else {}
        states = aged._criteria_get_states()
        found = {lead.id: {} for lead in self}
        for lead in aged:
            limit = lead._criteria_get_age_limit()
            for criterion_id, answer in current[lead.id].items():
                if states[lead.id].get(criterion_id) == "confirmed" and answer.answered_at < limit:
                    found[lead.id][criterion_id] = answer
        return found

    # ------------------------------------------------------------
    # ANSWERING
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """What a lead comes with is answered by whoever made it."""
        vals_list = [
            {**vals, "criterion_states": self._criteria_check_states(vals["criterion_states"])}
            if vals.get("criterion_states")
            else vals
            for vals in vals_list
        ]
        leads = super().create(vals_list)
        if not is_measuring(self.env):
            stated = [lead.id for lead, vals in zip(leads, vals_list, strict=True) if ANSWERED & vals.keys()]
            leads.browse(stated)._criteria_record_changes({})
        return leads

    def write(self, vals):
        """Whoever writes the state of a criterion gives an answer."""
        if not ANSWERED & vals.keys() or is_measuring(self.env):
            return super().write(vals)
        before = {lead.id: lead._criteria_read_columns() for lead in self}
        if "criterion_states" in vals:
            stated = self._criteria_check_states(vals["criterion_states"])
            for lead in self:
                # What is not named stays as it was.
                super(CrmLead, lead).write({**vals, "criterion_states": {**(lead.criterion_states or {}), **stated}})
        else:
            super().write(vals)
        self._criteria_record_changes(before)
        return True

    @api.model
    def _criteria_check_states(self, states):
        """States of added criteria, as they come from outside.

        :raises ValidationError: for what is none
        """
        known = self.env["leadya.criterion"].sudo().with_context(active_test=False).search([("lead_field", "=", False)])
        names = {str(criterion_id) for criterion_id in known.ids}
        if not isinstance(states or {}, dict) or any(
            name not in names or state not in STATES for name, state in (states or {}).items()
        ):
            raise ValidationError(self.env._("A criterion that there is not, or a state that it can't have."))
        return dict(states or {})

    def _criteria_read_columns(self):
        """What the lead's columns say, whatever its model of qualification.

        :return: states by column, or by number of an added criterion
        :rtype: dict
        """
        columns = {name: self[name] or "unknown" for name in BANT}
        return {**columns, **{int(key): state for key, state in (self.criterion_states or {}).items()}}

    def _criteria_record_changes(self, before):
        """Keep an answer for each column that has changed.

        :param dict before: what :meth:`_criteria_read_columns` said of each lead; nothing: all was unknown
        """
        changes = []
        for lead in self:
            old = before.get(lead.id, {})
            for key, state in lead._criteria_read_columns().items():
                if state != old.get(key, "unknown"):
                    changes.append((lead, key, state))
        if not changes:
            return
        criteria = self.env["leadya.criterion"].sudo().with_context(active_test=False).search([])
        numbers = {criterion.lead_field or criterion.id: criterion.id for criterion in criteria}
        self.env["leadya.criterion.answer"].sudo().with_context(**self._leadya_measuring().env.context).create(
            [
                {"lead_id": lead.id, "criterion_id": numbers[key], "state": state}
                for lead, key, state in changes
                if key in numbers
            ]
        )

    def _criteria_take_answers(self, vals_list):
        """Write what is answered to the columns of the leads.

        :param list[dict] vals_list: values of answers
        :raises UserError: for a state or a criterion that there is not
        """
        criteria = self.env["leadya.criterion"].sudo().browse({vals["criterion_id"] for vals in vals_list}).exists()
        columns = {criterion.id: criterion.lead_field for criterion in criteria}
        stated = {lead.id: {} for lead in self}
        for vals in vals_list:
            if vals["criterion_id"] not in columns or vals["state"] not in STATES:
                raise UserError(self.env._("A criterion that there is not, or a state that it can't have."))
            stated[vals["lead_id"]][vals["criterion_id"]] = vals["state"]
        for lead in self:
            states = stated[lead.id]
            values = {columns[key]: state for key, state in states.items() if columns[key]}
            added = {str(key): state for key, state in states.items() if not columns[key]}
            if added:
                values["criterion_states"] = {**(lead.criterion_states or {}), **added}
            lead._leadya_measuring().write(values)

    def _criteria_date_confirmations(self):
        """Keep the day of the oldest confirmation that stands."""
        domain = [("lead_id", "in", self.ids), ("is_current", "=", True), ("state", "=", "confirmed")]
        answers_sudo = self.env["leadya.criterion.answer"].sudo()
        oldest = dict(answers_sudo._read_group(domain, ["lead_id"], ["answered_at:min"]))
        leads_sudo = self.sudo()
        for moment, leads in leads_sudo.grouped(lambda lead: oldest.get(lead, False)).items():
            leads.criteria_confirmed_at = moment

    def leadya_answer(self, criterion_id, state, note=None, message_id=None, attachment_ids=None):
        """Answer a criterion of the lead, with what shows it; the same answer again renews it.

        :param int criterion_id: of ``leadya.criterion``
        :param str state: "unknown", "open", "confirmed" or "failed"
        :param str note: the evidence in words
        :param int message_id: of the lead's messages
        :param list[int] attachment_ids: of the lead's documents
        :return: see :meth:`leadya_qualification`
        :raises AccessError: where the user may not write the lead
        :raises UserError: for a criterion that the lead is not judged by
        """
        self.ensure_one()
        self.check_access("write")
        if criterion_id not in [criterion.id for criterion in self._criteria_get_plan() if criterion.id]:
            raise UserError(self.env._("This lead is not judged by that criterion."))
        if state not in STATES:
            raise UserError(self.env._("A criterion is unknown, open, confirmed or failed."))
        self.env["leadya.criterion.answer"].create(
            {
                "lead_id": self.id,
                "criterion_id": criterion_id,
                "state": state,
                "note": note,
                "message_id": message_id,
                "attachment_ids": [fields.Command.set(attachment_ids or [])],
            }
        )
        return self.leadya_qualification()

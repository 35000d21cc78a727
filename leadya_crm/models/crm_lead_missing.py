"""Missing information: what is not known of a lead, and the question to ask next.

SPECIFICATIONS

A *gap* is something that somebody asks to be known and that is not:

* ``contact``: there is no way to reach the customer;
* ``criterion:<id>``: a criterion of the lead's qualification model is neither confirmed nor failed;
* ``field:<name>``: a field is empty that the lead's category, its stage or the next stage asks for.

Other concerns add theirs by extending :meth:`CrmLead._missing_get_gaps`. Gaps come in the order in which to ask.

A gap closes by itself when what was missing is filled in. What cannot be known is marked so, with the reason, and is
asked for no more; what was learned in words is recorded against the gap (``leadya.clarification``). All leads are
looked at together: the number of queries grows with neither leads nor gaps.
"""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .leadya_criterion import MODEL_CRITERIA

#: Nobody needs more words for what was learned; a pasted book is not a clarification.
NOTE_LENGTH = 5000


class CrmLead(models.Model):
    _inherit = "crm.lead"

    clarification_ids = fields.One2many("leadya.clarification", "lead_id", "Clarifications", readonly=True)
    missing_information = fields.Char(compute="_compute_missing_information", help="What is still to be asked.")
    next_question = fields.Char(
        "Ask Next", compute="_compute_missing_information", help="The first of what is missing, as it can be asked."
    )

    @api.depends(
        "qualification_model",
        "bant_budget",
        "bant_authority",
        "bant_need",
        "bant_timeframe",
        "criterion_states",
        "criteria_confirmed_at",
        "email_from",
        "phone",
        "stage_id",
        "team_id",
        "sla_category_id",
        "clarification_ids",
    )
    @api.depends_context("lang")
    def _compute_missing_information(self):
        gaps = self._missing_get_open()
        for lead in self:
            lead.missing_information = ", ".join(gap["label"] for gap in gaps[lead.id])
            lead.next_question = gaps[lead.id][0]["question"] if gaps[lead.id] else False

    # ------------------------------------------------------------
    # GAPS
    # ------------------------------------------------------------

    def _missing_get_gaps(self):
        """What is not known of each lead, in the order in which to ask for it.

        To add a concern's own, extend the lists that ``super()`` returns.

        :return: by the lead's id, dicts with ``key`` (unique on the lead), ``label`` (a few words), ``question`` (as
            it can be asked) and, where a field of the lead answers it, ``field`` (else False)
        :rtype: dict[int, list[dict]]
        """
        gaps = {lead.id: [] for lead in self}
        for lead in self:
            if not lead.email_from and not lead.phone:
                gaps[lead.id].append(
                    self._missing_prepare_gap(
                        "contact", self.env._("a way to reach the customer"), self.env._("How can we reach you?")
                    )
                )
        aged = self._origin._criteria_get_aged()
        for lead in self:
            gaps[lead.id] += lead._missing_get_criteria_gaps(aged.get(lead._origin.id, ()))
            gaps[lead.id] += lead._missing_get_field_gaps()
        return gaps

    def _missing_get_criteria_gaps(self, aged):
        """Criteria of the lead's model that are neither confirmed nor failed, or were confirmed too long ago.

        :param aged: ids of the latter
        """
        self.ensure_one()
        gaps = []
        plan = self._criteria_get_plan()
        criteria_sudo = self.env["leadya.criterion"].sudo()
        ids = [criterion.id for criterion in plan if criterion.id]
        for criterion in plan:
            # Together: one query names them all.
            record = criteria_sudo.browse(criterion.id or []).with_prefetch(ids)
            label = record.name or self._fields[criterion.lead_field]._description_string(self.env)
            if criterion.id in aged:
                label = self.env._("%(criterion)s (to be confirmed again)", criterion=label)
            elif self._criteria_get_state(criterion) in ("confirmed", "failed"):
                continue
            key = f"criterion:{criterion.id or criterion.lead_field}"
            gaps.append(self._missing_prepare_gap(key, label, record.question or label, field=criterion.lead_field))
        return gaps

    def _missing_get_field_gaps(self):
        """Empty fields that the lead's category, its stage or the next one asks for."""
        self.ensure_one()
        asked = {
            **{question.field_name: question.question for question in self.sla_category_id.sudo().question_ids},
            **{point.field_name: point.note for point in self._missing_get_points()},
        }
        labels = self._completeness_get_fields() if asked else {}
        return [
            self._missing_prepare_gap(f"field:{name}", labels[name], question or labels[name], field=name)
            for name, question in asked.items()
            if name in labels and name not in MODEL_CRITERIA["bant"] and not self._completeness_is_filled(name)
        ]

    def _missing_get_points(self):
        """Fields that the lead's stage asks for, and the stage that comes after it."""
        points = self.env["leadya.stage.requirement"]
        found = [points._get_points(stage, self.team_id) for stage in (self.stage_id, self._missing_get_next_stage())]
        return points.concat(*found).filtered(lambda point: point.kind == "field")

    def _missing_get_next_stage(self):
        """The stage that the team's leads go to from here."""
        ids = self.env["crm.stage"]._leadya_get_order()
        following = [
            stage_id
            for stage_id, sequence, team_ids in ids
            if (sequence, stage_id) > (self.stage_id.sequence, self.stage_id.id)
            and (not team_ids or self.team_id.id in team_ids)
        ]
        return self.env["crm.stage"].browse(following[:1])

    @api.model
    def _missing_prepare_gap(self, key, label, question, field=False):
        return {"key": key, "label": label, "question": question, "field": field}

    def _missing_get_open(self):
        """The gaps that are still worth asking about: those that cannot be known are left out.

        :rtype: dict[int, list[dict]]
        """
        gaps, marks = self._missing_get_gaps(), self._missing_get_marks()
        return {
            lead.id: [gap for gap in gaps[lead.id] if marks.get((lead._origin.id, gap["key"])) != "unknowable"]
            for lead in self
        }

    def _missing_get_marks(self):
        """How the latest clarification of each gap reads.

        :return: kinds of clarification by lead id and key
        :rtype: dict[tuple, str]
        """
        rows = self.env["leadya.clarification"].sudo().search_fetch(
            [("lead_id", "in", self._origin.ids)], ["lead_id", "gap_key", "kind"], order="id"
        )  # fmt: skip
        return {(row.lead_id.id, row.gap_key): row.kind for row in rows}

    def _qualification_get_gaps(self):
        """Labels of what is not known of the lead, in the order in which to ask for it.

        :rtype: list[str]
        """
        self.ensure_one()
        return [gap["label"] for gap in self._missing_get_open()[self.id]]

    # ------------------------------------------------------------
    # CLARIFICATIONS
    # ------------------------------------------------------------

    def leadya_missing(self):
        """What is missing on the lead, and what was said about it, for the screen.

        :return: ``gaps`` (see :meth:`_missing_get_gaps`, each with ``unknowable``) and ``history``: dicts with
            ``label``, ``kind``, ``note``, ``user`` and ``date`` (in UTC)
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        marks = self._missing_get_marks()
        gaps = [
            {**gap, "unknowable": marks.get((self.id, gap["key"])) == "unknowable"}
            for gap in self._missing_get_gaps()[self.id]
        ]
        return {"gaps": gaps, "history": [self._missing_describe(row) for row in self.clarification_ids]}

    @api.model
    def _missing_describe(self, clarification):
        kinds = dict(clarification._fields["kind"]._description_selection(self.env))
        return {
            "id": clarification.id,
            "label": clarification.label,
            "kind": kinds[clarification.kind],
            "note": clarification.note or "",
            "user": clarification.sudo().user_id.name,
            "date": fields.Datetime.to_string(clarification.create_date),
        }

    def leadya_missing_clarify(self, gap_key, kind, note, source="customer"):
        """Record what was learned about something that is missing, or why it cannot be known.

        :param str gap_key: of a gap that the lead has
        :param str kind: clarified, unknowable, or reopened (what could not be known can be asked again)
        :param str note: what was learned, or why it cannot be known; not needed to reopen
        :param str source: customer, outside or colleague
        :return: see :meth:`leadya_missing`
        :raises AccessError: where the user may not write the lead
        :raises UserError: where nothing of the kind is missing, or nothing was said
        """
        self.ensure_one()
        self.check_access("write")
        gap = next((gap for gap in self._missing_get_gaps()[self.id] if gap["key"] == gap_key), None)
        if not gap:
            raise UserError(self.env._("Nothing of this kind is missing on %(lead)s.", lead=self.display_name))
        note = str(note or "").strip()[:NOTE_LENGTH]
        if not note and kind != "reopened":
            raise UserError(self.env._("Say what was learned, or why it cannot be known."))
        # Clarifications are history: a rep adds them here, and cannot say by whom or when.
        self.env["leadya.clarification"].sudo().create(
            {
                "lead_id": self.id,
                "gap_key": gap_key,
                "label": gap["label"],
                "kind": kind,
                "note": note,
                "source": source,
                "user_id": self.env.uid,
            }
        )
        self.invalidate_recordset(["clarification_ids"])
        return self.leadya_missing()

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_dependences(self, opportunities):
        """What was learned in a merged lead is known in this one."""
        result = super()._merge_dependences(opportunities)
        opportunities.sudo().clarification_ids.lead_id = self
        return result

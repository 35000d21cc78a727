"""The qualification of a lead in full, for the screens: each criterion, what it counts, what shows it, who said so."""

from odoo import models

from .crm_lead_qualification import STATE_WORTH

#: Answers of a criterion that are shown; older ones are in the history.
HISTORY_SHOWN = 5


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def leadya_qualification(self):
        """What is known of the lead, criterion by criterion, and how the score comes about.

        :return: ``score``, ``criteria`` (see :meth:`_criteria_describe`), ``contradictions`` (sentences),
            ``age_days`` (for how long a confirmation stands; 0: for good) and ``may_write``
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        return {
            "score": self.qualification_score,
            "criteria": self._criteria_describe(),
            "contradictions": self._qualification_get_contradictions()[self.id],
            "age_days": (self.company_id or self.env.company).sudo().leadya_evidence_days,
            "may_write": self.has_access("write"),
        }

    def _criteria_describe(self):
        """Each criterion of the lead's plan.

        :return: dicts with ``id``, ``field`` (column of the lead, or False), ``name``, ``question``, ``confirmed_by``
            (what confirms it), ``state``, ``state_label``, ``points`` of ``most`` percent, ``aged``, and ``answers``,
            the latest first
        :rtype: list[dict]
        """
        plan = [criterion for criterion in self._criteria_get_plan() if criterion.id]
        criteria = self.env["leadya.criterion"].sudo().browse([criterion.id for criterion in plan])
        answers = self.env["leadya.criterion.answer"].search([("lead_id", "=", self.id)]).grouped("criterion_id")
        aged = self._criteria_get_aged()[self.id]
        labels = dict(self._fields["bant_need"]._description_selection(self.env))
        whole = sum(criterion.weight for criterion in plan) or 1
        described = []
        for criterion, record in zip(plan, criteria, strict=True):
            state = self._criteria_get_state(criterion)
            own = answers.get(record.with_env(self.env), self.env["leadya.criterion.answer"])
            described.append(
                {
                    "id": criterion.id,
                    "field": criterion.lead_field,
                    "name": record.name,
                    "question": record.question or "",
                    "confirmed_by": record.description or "",
                    "state": state,
                    "state_label": labels[state],
                    "points": round(100 * criterion.weight * STATE_WORTH[state] / whole, 1),
                    "most": round(100 * criterion.weight / whole, 1),
                    "aged": criterion.id in aged,
                    "answers": [answer._describe() for answer in own[:HISTORY_SHOWN]],
                    "answer_count": len(own),
                }
            )
        return described

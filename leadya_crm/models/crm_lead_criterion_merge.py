"""Merging what is known: of each criterion the better-evidenced answer counts, and all of the history stays.

A settled answer, confirmed or failed, goes before a talk that has begun, and that before nothing; among settled ones
the better shown (a document or a message, then a note, then somebody's word), then the later.
"""

from datetime import datetime

from odoo import models

from .leadya_criterion import MODEL_CRITERIA

SETTLED = {"unknown": 0, "open": 1, "confirmed": 2, "failed": 2}


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _merge_get_fields_specific(self):
        """States of criteria are those of the answers that count."""

        found = {}

        def best(leads):
            if leads not in found:
                found[leads] = leads._criteria_get_best()
            return found[leads]

        def best_state(name, leads):
            return best(leads)[name][0]

        def best_added(_name, leads):
            return {str(key): state for key, (state, _answer) in best(leads).items() if isinstance(key, int)} or False

        return {
            **super()._merge_get_fields_specific(),
            **dict.fromkeys(MODEL_CRITERIA["bant"], best_state),
            "criterion_states": best_added,
        }

    def _merge_dependences(self, opportunities):
        """The history of every lead is that of the one that is left; one answer a criterion counts."""
        best = (self | opportunities)._criteria_get_best()
        result = super()._merge_dependences(opportunities)
        answers_sudo = (self | opportunities).sudo().criterion_answer_ids
        if not answers_sudo:
            return result
        counting = answers_sudo.browse().union(*(answer for _state, answer in best.values() if answer))
        (answers_sudo - counting).filtered("is_current").is_current = False
        answers_sudo.flush_recordset()
        (answers_sudo - self.sudo().criterion_answer_ids).lead_id = self
        self._criteria_date_confirmations()
        return result

    def _criteria_get_best(self):
        """Of each criterion the state that is shown best among the leads, and the answer that shows it.

        What a column says without an answer, as on leads older than answers, is somebody's word without a date.

        :return: ``(state, answer)`` by column, or by number of an added criterion
        :rtype: dict[str | int, tuple]
        """
        current = self._criteria_get_current() if self.sudo().criterion_answer_ids else {}
        nothing = self.env["leadya.criterion.answer"].sudo()
        best = {}
        for lead in self:
            answers = {
                answer.criterion_id.lead_field or number: answer for number, answer in current.get(lead.id, {}).items()
            }
            for key, state in lead._criteria_read_columns().items():
                answer = answers.get(key, nothing)
                if answer.state != state:
                    answer = nothing
                rank = (SETTLED[state], answer.evidence, answer.answered_at or datetime.min)
                if key not in best or rank > best[key][0]:
                    best[key] = (rank, state, answer)
        return {key: (state, answer) for key, (_rank, state, answer) in best.items()}

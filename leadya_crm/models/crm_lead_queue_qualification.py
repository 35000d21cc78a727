"""Qualifying from the work queue: criteria set by one key during the call, and the question to ask next."""

from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _queue_describe(self):
        return {**super()._queue_describe(), **self._queue_describe_qualification()}

    def _queue_describe_qualification(self):
        """What the queue's screen shows of the qualification.

        :return: ``criteria`` (dicts with ``id``, ``name`` and ``state``), ``qualification_score``,
            ``missing_information``, ``next_question`` and ``contradictions``
        :rtype: dict
        """
        self.ensure_one()
        states = self._criteria_get_states()[self.id]
        criteria = self.env["leadya.criterion"].sudo().browse(states)
        return {
            "criteria": [
                {"id": criterion.id, "name": criterion.name, "state": states[criterion.id]} for criterion in criteria
            ],
            "qualification_score": self.qualification_score,
            "missing_information": self.missing_information or "",
            "next_question": self.next_question or "",
            "contradictions": self._qualification_get_contradictions()[self.id],
        }

    def leadya_queue_qualify(self, criterion_id=None, state=None):
        """Answer a criterion from the queue; without one, only tell how the qualification stands.

        :param int criterion_id: of ``leadya.criterion``
        :param str state: see :meth:`leadya_answer`
        :return: see :meth:`_queue_describe_qualification`
        :raises AccessError: where the user may not write the lead
        :raises UserError: see :meth:`leadya_answer`
        """
        self.ensure_one()
        self.check_access("read")
        if criterion_id:
            self.leadya_answer(criterion_id, state)
        return self._queue_describe_qualification()

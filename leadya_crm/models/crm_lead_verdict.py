"""The decision on a lead: drop it, let it rest, or go on, with a reason from the list that an admin keeps.

How to use: ``action_decide`` decides; the dialog that asks (``static/src/decide``) is reached from the queue, the card,
the form and the list. To drop is to lose, to nurture is to let rest: both are done as Odoo and the module do them
otherwise. What was decided last stands on the lead, all of it in its history.
"""

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .leadya_decision_reason import DECISIONS

NOTE_LENGTH = 5000


class CrmLead(models.Model):
    _inherit = "crm.lead"

    verdict = fields.Selection(
        DECISIONS, "Decision", copy=False, readonly=True, measured=True, tracking=True, help="What was decided last."
    )
    verdict_reason_id = fields.Many2one(
        "leadya.decision.reason",
        "Reason of the Decision",
        copy=False,
        readonly=True,
        measured=True,
        tracking=True,
        index="btree_not_null",
        ondelete="set null",
    )
    verdict_at = fields.Datetime("Decided On", copy=False, readonly=True, measured=True)

    @api.model
    def leadya_decision_reasons(self):
        """The reasons that can be chosen, for the dialog.

        :return: dicts with ``id``, ``name`` and ``rest_months``, by decision
        :rtype: dict[str, list[dict]]
        """
        domain = [("company_id", "in", [False, *self.env.companies.ids])]
        reasons = self.env["leadya.decision.reason"].search_fetch(domain, ["name", "decision", "rest_months"])
        return {
            decision: [
                {"id": reason.id, "name": reason.name, "rest_months": reason.rest_months}
                for reason in reasons
                if reason.decision == decision
            ]
            for decision, _label in DECISIONS
        }

    def action_open_decision(self):
        """Ask what becomes of the leads."""
        return {"type": "ir.actions.client", "tag": "leadya_decide", "params": {"lead_ids": self.ids}}

    def action_decide(self, decision, reason_id, note=None, rest_months=None):
        """Drop the leads, let them rest, or go on with them.

        :param str decision: drop, nurture or proceed
        :param int reason_id: of a ``leadya.decision.reason`` of this decision
        :param str note: what else is to be said
        :param int rest_months: for how long they rest; None: as the reason says
        :raises AccessError: where the user may not write one of the leads
        :raises UserError: for a reason of another decision, or leads that are closed
        """
        self.check_access("write")
        reason = self._verdict_get_reason(decision, reason_id)
        self._verdict_check_open()
        if note := str(note or "").strip()[:NOTE_LENGTH]:
            self._track_set_log_message(note)
        self._leadya_measuring().write(
            {"verdict": decision, "verdict_reason_id": reason.id, "verdict_at": fields.Datetime.now()}
        )
        getattr(self, f"_verdict_{decision}")(reason, rest_months)
        self.env["leadya.decision.log"].sudo()._log(
            [lead._verdict_prepare_log(decision, reason, note) for lead in self]
        )
        return True

    def _verdict_get_reason(self, decision, reason_id):
        reason = self.env["leadya.decision.reason"].search(
            [("id", "=", int(reason_id or 0)), ("decision", "=", decision)]
        )
        if not reason:
            raise UserError(self.env._("Choose a reason from the list."))
        return reason

    def _verdict_check_open(self):
        closed = self.filtered(lambda lead: not lead.active or lead.won_status != "pending")
        if closed:
            raise UserError(self.env._("%(lead)s is closed: nothing is to be decided.", lead=closed[0].name))

    def _verdict_drop(self, reason, _rest_months):
        self.action_set_lost(lost_reason_id=reason.lost_reason_id.id)

    def _verdict_nurture(self, reason, rest_months):
        for lead, months in self._nurture_get_months(rest_months or reason.rest_months).items():
            day = fields.Date.context_today(lead) + relativedelta(months=months)
            lead._leadya_start_nurture(day, reason.lost_reason_id)

    def _verdict_proceed(self, _reason, _rest_months):
        """Whoever goes on with a lead that rests takes it back into work."""
        self._leadya_end_nurture("reopened")

    def _verdict_prepare_log(self, decision, reason, note):
        codes = {True: f"decided_{decision}_note", False: f"decided_{decision}"}
        params = {"user": self.env.user.name, "reason": reason.name, "note": note or ""}
        return {"lead_id": self.id, "step": "decision", "code": codes[bool(note)], "params": params}

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "verdict", "verdict_reason_id", "verdict_at"]

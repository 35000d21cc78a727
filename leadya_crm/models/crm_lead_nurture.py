"""Nurture: leads that are not ripe rest until a day, and come back by themselves.

How to use: ``action_nurture`` asks the rep; ``_leadya_start_nurture`` is for code that
knows. Whoever hears from the customer meanwhile calls ``_leadya_end_nurture``.

How it works: a lead is in nurture while ``nurture_resume_at`` is set. It stays open, in
its stage and with its owner, but nothing is owed to it: the module's planned calls and
running promises end, and the day of its return is its next action. A scheduled action
finds by index what is due, and gives each owner a call. A lead of the pool comes back every
``nurture_every_months``: whenever its call leads to nothing, or nobody can be reached, it rests again.
The effects hang on ``write``, so that a mass edit or an automation rule puts leads to rest as the
dialog does.
"""

import logging

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .crm_lead_cadence import CALL
from .leadya_contact_attempt import UNANSWERED

_logger = logging.getLogger(__name__)

#: One transaction wakes at most so many leads; each gets an activity and a decision.
BATCH_SIZE = 200

#: Nobody knows of a customer for longer.
MAX_MONTHS = 120

#: Why a lead leaves nurture; the decision's code is the reason after ``nurture_``.
NURTURE_ENDS = ("due", "wrote_again", "reopened", "reached")

#: Outcomes after which the customer has still not been spoken to, and so rests on.
STILL_RESTING = (*UNANSWERED, "wrong_number")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    nurture_resume_at = fields.Datetime(
        "In Nurture Until",
        copy=False,
        tracking=True,
        help="The lead rests until then: nothing is promised or planned. It then comes back to its owner by itself.",
    )
    nurture_reason_id = fields.Many2one(
        "crm.lost.reason",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
        help="Why not now. The same list says why a lead was lost.",
    )

    nurture_every_months = fields.Integer(
        "Call Every (Months)",
        copy=False,
        help="A lead of the pool rests again for so many months whenever a call leads to nothing. 0: it rests once.",
    )

    _nurture_every_months_positive = models.Constraint(
        "CHECK(nurture_every_months IS NULL OR nurture_every_months BETWEEN 0 AND 120)",
        "A lead of the pool is called again after at least one month, and within ten years.",
    )
    # Serves the scheduled action, whatever the number of leads.
    _nurture_resume_idx = models.Index("(nurture_resume_at, id) WHERE nurture_resume_at IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._nurture_complete(vals) for vals in vals_list])

    def write(self, vals):
        to_rest = self.browse()
        if vals.get("nurture_resume_at"):
            to_rest = self.filtered(lambda lead: not lead.nurture_resume_at)
        result = super().write(self._nurture_complete(vals))
        to_rest._nurture_end_work()
        if not {"active", "stage_id", "probability"}.isdisjoint(vals):
            self._nurture_end_closed()
        return result

    @api.model
    def _nurture_complete(self, vals):
        """Nobody is left without a next action: a resting lead's is its return."""
        if "nurture_resume_at" not in vals or "next_action_at" in vals:
            return vals
        return {**vals, "next_action_at": vals["nurture_resume_at"]}

    def _nurture_end_work(self):
        """Nobody is to call, and nothing is owed: planned calls and open promises end."""
        if self:
            self_sudo = self.sudo()
            self_sudo._cadence_get_activities().unlink()
            self_sudo.sla_clock_ids._cancel()

    def _nurture_end_closed(self):
        """What was won, lost or archived does not come back."""
        closed = self.filtered(
            lambda lead: lead.nurture_resume_at and (not lead.active or lead.won_status != "pending")
        )
        if closed:
            closed.sudo().with_context(mail_notrack=True).write({"nurture_resume_at": False})

    # ------------------------------------------------------------
    # ROTTING
    # ------------------------------------------------------------

    def _get_rotting_depends_fields(self):
        return [*super()._get_rotting_depends_fields(), "nurture_resume_at"]

    def _get_rotting_domain(self):
        """A lead that rests on purpose does not rot."""
        return super()._get_rotting_domain() & Domain("nurture_resume_at", "=", False)

    # ------------------------------------------------------------
    # INTO NURTURE
    # ------------------------------------------------------------

    def action_nurture(self):
        """Ask until when the leads rest, and why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Nurture"),
            "res_model": "leadya.nurture.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_lead_ids": self.ids, "dialog_size": "medium"},
        }

    def _leadya_start_nurture(self, day, reason=None):
        """Put open leads to rest until the first working moment of a day.

        :param date day: on which, or on the first working day after which, each comes back
        :param reason: a crm.lost.reason
        :raises UserError: where a lead is closed, or the day has passed
        """
        if day <= fields.Date.context_today(self):
            raise UserError(self.env._("A lead rests until a day to come."))
        closed = self.filtered(lambda lead: not lead.active or lead.won_status != "pending")
        if closed:
            raise UserError(self.env._("%(lead)s is closed, and cannot rest.", lead=closed[0].display_name))
        reason_id = reason.id if reason else False
        for (calendar, _zone), leads in self.grouped(lambda lead: lead.sla_category_id.sudo()._get_hours(lead)).items():
            moment = calendar._leadya_get_opening(day)
            leads.write({"nurture_resume_at": moment, "nurture_reason_id": reason_id})
        self.env["leadya.decision.log"]._log([lead._nurture_prepare_decision("nurtured") for lead in self])

    def _nurture_get_months(self, months=None):
        """For how many months each lead rests: as was said, or as it always does.

        :raises UserError: where neither says it
        """
        months_by_lead = {lead: months or lead.nurture_every_months for lead in self}
        for lead, count in months_by_lead.items():
            if not isinstance(count, int) or not 1 <= count <= MAX_MONTHS:
                raise UserError(self.env._("Say for how many months %(lead)s rests.", lead=lead.display_name))
        return months_by_lead

    def _nurture_rest(self, months):
        """Rest (again) for some months, for the reason there was."""
        self.ensure_one()
        day = fields.Date.context_today(self) + relativedelta(months=months)
        self._leadya_start_nurture(day, self.nurture_reason_id)

    def _cadence_use_up(self):
        """A lead of the pool that cannot be reached this time rests again."""
        if not self.nurture_every_months:
            return super()._cadence_use_up()
        self._cadence_log_used_up()
        return self._nurture_rest(self.nurture_every_months)

    def _nurture_prepare_decision(self, code):
        self.ensure_one()
        params = {
            "user": self.env.user.name,
            "deadline": fields.Datetime.to_string(self.nurture_resume_at),
            "reason": self.sudo().nurture_reason_id.name or "",
        }
        if not self.nurture_reason_id:
            code = {"nurtured": "nurtured_plain"}.get(code, code)
        return {"lead_id": self.id, "step": "nurture", "code": code, "params": params}

    # ------------------------------------------------------------
    # OUT OF NURTURE
    # ------------------------------------------------------------

    def action_end_nurture(self):
        """Take leads back into work before their day.

        :raises AccessError: where the user may not write one of the leads
        """
        self.check_access("write")
        self._leadya_end_nurture("reopened")

    def _leadya_end_nurture(self, reason):
        """Take leads back into work; whoever owns them gets a call to make now.

        Leads that are not in nurture are left alone.

        :param str reason: of ``NURTURE_ENDS``: due (its day has come), wrote_again (the
            customer did), reopened (by hand) or reached (the customer was spoken to)
        :return: the leads that were in nurture
        """
        ended = self._nurture_leave(reason)
        ended_sudo = ended.sudo()
        ended_sudo.filtered(lambda lead: not lead.user_id)._leadya_run_steps(["assign"])
        steps = [
            (lead.with_context(leadya_step_user=user.id), CALL, self.env.cr.now().replace(microsecond=0), step)
            for lead in ended_sudo
            if (user := lead._nurture_get_caller())
            for step in [f"nurture_{reason}"]
        ]
        ended_sudo._cadence_schedule(steps)
        return ended

    def _nurture_leave(self, reason):
        """End nurture and record why; the next step is the caller's."""
        resting = self.filtered("nurture_resume_at")
        decisions = [lead._nurture_prepare_decision(f"nurture_{reason}") for lead in resting]
        # The decision says it, in the reader's language; a tracked value would repeat it.
        resting.sudo().with_context(mail_notrack=True).write({"nurture_resume_at": False})
        self.env["leadya.decision.log"]._log(decisions)
        return resting

    def _nurture_get_caller(self):
        """Who works on a lead that comes back: its owner, else the team's leader."""
        return (self.user_id | self.team_id.user_id).filtered("active")[:1]

    @api.model
    def _get_nurture_due_domain(self, now):
        return Domain("nurture_resume_at", "<=", now)

    @api.model
    def _cron_resume_nurture(self):
        """Bring back the leads whose day has come.

        Rows that another worker holds are left to it. What cannot be brought back, because
        another module refuses, is logged and does not keep the others.
        """
        failed = self.browse()
        while True:
            domain = self._get_nurture_due_domain(self.env.cr.now()) & Domain("id", "not in", failed.ids)
            leads = self.search(domain, order="nurture_resume_at, id", limit=BATCH_SIZE).try_lock_for_update()
            if not leads:
                break
            failed |= leads._nurture_resume_safely()
            remaining = self.search_count(domain & Domain("id", "not in", leads.ids), limit=BATCH_SIZE)
            if not self.env["ir.cron"]._commit_progress(len(leads), remaining=remaining):
                break

    def _nurture_resume_safely(self):
        """Bring the leads back, together or else one by one; those that failed."""
        try:
            with self.env.cr.savepoint():
                self._leadya_end_nurture("due")
        except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError):
            # The scheduler runs the action again.
            raise
        except Exception:  # whatever another module throws
            if len(self) > 1:
                return self.browse().concat(*(lead._nurture_resume_safely() for lead in self))
            _logger.exception("Lead %s could not be brought back from nurture", self.id)
            return self
        return self.browse()

    # ------------------------------------------------------------
    # WHILE IN NURTURE
    # ------------------------------------------------------------

    def _leadya_start_clocks(self):
        """Nothing is promised to a lead that rests."""
        return super(CrmLead, self.filtered(lambda lead: not lead.nurture_resume_at))._leadya_start_clocks()

    def _cadence_apply(self, attempt):
        """Who was spoken to, or asked to be called, rests no more."""
        if attempt.outcome not in STILL_RESTING:
            self._nurture_leave("reached")
        return super()._cadence_apply(attempt)

    def _cadence_set_next_step(self, attempt):
        """A try without an answer leaves a resting lead at rest."""
        return None if self.nurture_resume_at else super()._cadence_set_next_step(attempt)

    @api.model
    def _cadence_get_summary(self, step, local, user):
        env = self.with_context(lang=user.lang).env
        returns = {
            "nurture_due": env._("Back from nurture: call"),
            "nurture_wrote_again": env._("Wrote again while in nurture: call"),
            "nurture_reopened": env._("Taken back from nurture: call"),
            "nurture_reached": env._("Spoken to while in nurture: call"),
        }
        return returns.get(step) or super()._cadence_get_summary(step, local, user)

    # ------------------------------------------------------------
    # MERGE
    # ------------------------------------------------------------

    def _merge_get_fields(self):
        return [*super()._merge_get_fields(), "nurture_resume_at", "nurture_reason_id", "nurture_every_months"]

    def _merge_get_fields_specific(self):
        """What is worked on in one lead is worked on; only where all rest does the merged one, until the first day."""
        return {
            **super()._merge_get_fields_specific(),
            "nurture_resume_at": lambda name, leads: all(leads.mapped(name)) and min(leads.mapped(name)),
        }

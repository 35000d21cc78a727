"""When leads are offered again: nobody was found, the owner is gone, the promise broke.

The scheduled action finds all of it by index: leads that wait (``assign_retry_at``), and
leads with an open promise whose owner is away. It is started at once by what lets a lead
find somebody (a pause ends, a member joins), and runs every few minutes for what only
time brings. Leads that were there before the assignment was switched on are left alone.
"""

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .leadya_sla_clock import OPEN_STATES

CRON = "leadya_crm.ir_cron_leadya_assign"

#: Small enough to be a short transaction for those who work on the leads meanwhile, large
#: enough for the notices to come as one a rep.
BATCH_SIZE = 500

#: A lead for which nobody else was found is not asked about again for so long.
PATIENCE_HOURS = 1


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # ------------------------------------------------------------
    # BY HAND, AND FOR AUTOMATION RULES
    # ------------------------------------------------------------

    def action_leadya_reassign(self):
        """Give leads that a manager chose to somebody else than their owner.

        :raises AccessError: where the user may not write the leads, or is no manager
        """
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales manager can have leads given to somebody else."))
        self.check_access("write")
        self._leadya_reassign("asked", mode="on")

    def _leadya_reassign(self, reason, mode=None):
        """Seek somebody else for leads that have an owner, by the rules that take them.

        The owner keeps a lead for which nobody is found.

        :param str reason: breach, absent, archived or asked
        :param str mode: on or trial: what has called this decides whether it acts, and the
            company's least busy member is the last resort (for an escalation, say). Without
            it only the rules that ask for it are, and each by its own mode.
        :return: the leads that have another owner now
        """
        leads = self.filtered(lambda lead: lead.user_id and lead._assign_is_open()).try_lock_for_update(
            allow_referencing=True
        )
        # Another worker may have been faster before the lock.
        leads.invalidate_recordset(["user_id"])
        owners = {lead.id: lead.user_id for lead in leads}
        # Another owner is news in the history of the lead.
        leads_sudo = leads._leadya_in_corridor(mail_notrack=False)
        decisions = []
        for company, company_leads in leads_sudo.grouped(lambda lead: lead.company_id or self.env.company).items():
            decisions += company_leads._reassign_in_company(company, reason, mode)
        self.env["leadya.decision.log"]._log(decisions)
        moved = leads.filtered(lambda lead: lead.user_id != owners[lead.id])
        moved._assignment_hand_over()
        return moved

    def _reassign_in_company(self, company, reason, mode):
        rules = self.env["leadya.assignment.rule"]._get_acting(company)
        if mode is None:
            name = "reassign_breach" if reason == "breach" else "reassign_absent"
            rules, default_mode = rules.filtered(name), "off"
        else:
            default_mode = mode
            rules = rules.filtered(lambda rule: rule.mode == "on" or rule.mode == mode)
        owners = {lead.id: lead.user_id.name for lead in self}
        decisions = self._assign_in_company(company, rules=rules, default_mode=default_mode, trial=mode == "trial")
        # What was decided of a lead is told after the reason for asking.
        acted = {decision["lead_id"] for decision in decisions if not decision["trial"]}
        reasons = [
            {
                "lead_id": lead_id,
                "step": "assign",
                "code": f"reassigned_{reason}",
                "params": {"owner": owners[lead_id]},
                "trial": lead_id not in acted,
            }
            for lead_id in dict.fromkeys(decision["lead_id"] for decision in decisions)
        ]
        return [*reasons, *decisions]

    # ------------------------------------------------------------
    # SCHEDULED ACTION
    # ------------------------------------------------------------

    @api.model
    def _assign_wake(self):
        """Have the scheduled action look at once."""
        cron = self.env.ref(CRON, raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _cron_assign(self):
        """Offer waiting leads again, and leads of owners who are away to others.

        Rows that another worker holds are left to it; each batch is committed.
        """
        # Moments are stored to the second.
        started = self.env.cr.now().replace(microsecond=0)
        for get_domain, order, offer in (
            (self._get_waiting_domain, "assign_retry_at, id", self._offer_waiting),
            (self._get_deserted_domain, "sla_deadline, id", self._offer_deserted),
        ):
            domain = get_domain(started)
            offered = set()
            while domain and (leads := self._offer_batch(domain, order, offer, offered)):
                offered.update(leads)

    def _offer_batch(self, domain, order, offer, offered):
        """Offer one batch and commit.

        :param set offered: ids of leads that this run has offered already
        :return: ids of the leads offered; none where no more are left, or the time is up
        """
        domain &= Domain("id", "not in", list(offered))
        leads = self.search(domain, order=order, limit=BATCH_SIZE).try_lock_for_update(allow_referencing=True)
        if not leads:
            return []
        offer(leads)
        remaining = self.search_count(domain & Domain("id", "not in", leads.ids), limit=BATCH_SIZE)
        in_time = self.env["ir.cron"]._commit_progress(len(leads), remaining=remaining)
        return leads.ids if in_time else []

    @api.model
    def _get_waiting_domain(self, now):
        return Domain("user_id", "=", False) & Domain("assign_retry_at", "<", now) & self._get_open_domain()

    @api.model
    def _get_open_domain(self):
        return Domain("active", "=", True) & Domain("won_status", "=", "pending")

    def _offer_waiting(self, leads):
        # Who waits longest comes first: each goes to the end of the queue.
        leads.assign_retry_at = self.env.cr.now()
        decisions = leads._leadya_in_corridor()._leadya_assign()
        # That there is still nobody has been said.
        given = leads.filtered("user_id")
        self.env["leadya.decision.log"]._log(
            [decision for decision in decisions if decision["lead_id"] in set(given.ids)]
        )
        given._leadya_run_steps(["first_step"])

    @api.model
    def _get_deserted_domain(self, now):
        """Leads whose answer is promised for a time at which their owner is not there."""
        asking = Domain("mode", "!=", "off") & Domain("reassign_absent", "=", True)
        if not self.env["leadya.assignment.rule"].search_count(asking, limit=1):
            return None
        away = self.env["res.users"]._leadya_find_away(now)
        back = away._leadya_get_return(now)
        due = Domain.OR(
            Domain("user_id", "=", user.id)
            & (Domain("sla_deadline", "<", back[user.id]) if user.active and user.id in back else Domain.TRUE)
            for user in away
        )
        since = fields.Datetime.subtract(now, hours=PATIENCE_HOURS)
        asked = Domain("code", "in", ("reassigned_absent", "reassigned_archived")) & Domain("create_date", ">", since)
        return (
            due
            & Domain("sla_state", "in", OPEN_STATES)
            & self._get_open_domain()
            & Domain("decision_log_ids", "not any", asked)
        )

    def _offer_deserted(self, leads):
        for active, active_leads in leads.grouped(lambda lead: lead.user_id.active).items():
            active_leads._leadya_reassign("absent" if active else "archived")

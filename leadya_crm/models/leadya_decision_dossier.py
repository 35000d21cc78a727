"""Assignments in the decision log: by which rule, to whom, and how every candidate stood.

The dossier is part of the decision, on trial as well, so that a trial changes nothing but
the log; it is trimmed with it.
"""

from odoo import api, fields, models


class LeadyaDecisionLog(models.Model):
    _inherit = "leadya.decision.log"

    assignment_rule_id = fields.Many2one("leadya.assignment.rule", index="btree_not_null", ondelete="set null")
    user_id = fields.Many2one(
        "res.users", string="Given To", ondelete="set null", help="Who got the lead, or on trial would have got it."
    )
    dossier = fields.Json(prefetch=False, help="How every candidate stood; see _prepare_dossier.")

    _turn_index = models.Index("(assignment_rule_id, user_id, id) WHERE trial IS NOT TRUE")

    def _get_templates(self):
        return {
            **super()._get_templates(),
            "assigned_by_rule": self.env._("%(rule)s gives it to %(user)s of %(team)s: %(why)s"),
            "assigned_instead": self.env._("%(rule)s gives it to %(user)s of %(team)s, not to %(actual)s: %(why)s"),
            "rule_nobody": self.env._("%(rule)s finds nobody and passes it on: %(why)s"),
            "reassigned_absent": self.env._("%(owner)s is away while an answer is promised: somebody else is sought"),
            "reassigned_archived": self.env._("%(owner)s has left: somebody else is sought"),
            "reassigned_breach": self.env._("%(owner)s has not kept the promise: somebody else is sought"),
            "reassigned_asked": self.env._("Taken from %(owner)s: somebody else is sought"),
            "reassigned_nobody": self.env._("Stays with %(owner)s: nobody else is free to take it"),
        }

    def _get_readable_params(self):
        params = super()._get_readable_params()
        if isinstance(params.get("why"), list):
            params["why"] = ", ".join(self._describe_cause(*cause) for cause in params["why"])
        return params

    @api.model
    def _describe_cause(self, code, params=None):
        """One reason for or against somebody, in the reader's language.

        :param str code: of ``_get_cause_templates`` or ``_get_obstacle_labels``
        :param dict params: what fills the template's blanks; of obstacles, their ``count``
        """
        label = self._get_obstacle_labels().get(code)
        if label:
            return f"{label}: {params['count']}" if params else label
        return self._get_cause_templates().get(code, code) % (params or {})

    def _get_cause_templates(self):
        """Why somebody got a lead."""
        return {
            "rep": self.env._("serves the customer already"),
            "preferred": self.env._("prefers such leads"),
            "skills": self.env._("knows %(skills)s"),
            "turn": self.env._("is next in turn"),
            "open_against": self.env._("%(load)s open against %(other)s of %(user)s"),
            "only": self.env._("is the only one who can take it"),
            "no_members": self.env._("it has no members"),
        }

    def _get_obstacle_labels(self):
        """Why a candidate did not get a lead."""
        return {
            "behind": self.env._("another came first"),
            "archived": self.env._("archived"),
            "absent": self.env._("away"),
            "paused": self.env._("paused"),
            "off_hours": self.env._("outside working hours"),
            "no_capacity": self.env._("no capacity"),
            "full_month": self.env._("month's capacity used up"),
            "full_day": self.env._("day's capacity used up"),
            "full_open": self.env._("too many open leads"),
            "company": self.env._("may not see leads of this company"),
            "team_filter": self.env._("not taken by the team's filter"),
            "filter": self.env._("not taken by the member's filter"),
            "other_team": self.env._("in another team"),
            "owner": self.env._("has it already"),
            "skill": self.env._("lacks a skill"),
            "language": self.env._("does not speak the language"),
            "not_rep": self.env._("does not serve the customer"),
            "territory": self.env._("serves another territory"),
        }

    # ------------------------------------------------------------
    # DOSSIER
    # ------------------------------------------------------------

    @api.model
    def _prepare_dossier(self, verdict):
        """How every candidate stood, small enough to be kept for each lead.

        :param verdict: tools.assignment.Verdict
        :return: best first, lists of user id, reason ("" for who got it), leads in 30 days,
            capacity, open leads, capacity at once, and the other factors by name
        :rtype: list[list]
        """
        return [
            [
                standing.member.user_id,
                standing.reason,
                standing.load,
                standing.member.capacity,
                standing.open_load,
                standing.member.open_capacity,
                standing.factors,
            ]
            for standing in verdict.standings
        ]

    def _read_dossier(self):
        """The dossier in the reader's language, for the lead's page.

        :return: one dictionary a candidate, best first
        :rtype: list[dict]
        """
        self.ensure_one()
        rows = self.dossier or []
        users = self.env["res.users"].with_context(active_test=False).sudo().browse([row[0] for row in rows]).exists()
        names = {user.id: user.name for user in users}
        labels = self._get_obstacle_labels()
        return [
            {
                "user_id": user_id,
                "name": names.get(user_id, ""),
                "chosen": not reason,
                "reason": labels.get(reason, reason),
                "load": load,
                "capacity": capacity,
                "open_load": open_load,
                "open_capacity": open_capacity,
                "skill": round(100 * factors["skill"]) if "skill" in factors else None,
                "territory": factors.get("territory"),
                "rep": bool(factors.get("rep")),
                "preferred": bool(factors.get("preferred")),
            }
            for user_id, reason, load, capacity, open_load, open_capacity, factors in rows
        ]


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.readonly
    def leadya_read_dossiers(self):
        """Who could have got the lead, each time that it was given or was to be: for its page.

        :return: the latest first; each with ``title``, ``date``, ``trial`` and ``candidates``
        :rtype: list[dict]
        :raises AccessError: where the user may not read the lead
        """
        self.ensure_one()
        self.check_access("read")
        # Whoever sees the lead may see why it is whose it is, colleagues' load and all.
        logs_sudo = (
            self.env["leadya.decision.log"]
            .sudo()
            .search([("lead_id", "=", self.id), ("step", "=", "assign"), ("dossier", "!=", False)], limit=20)
        )
        return [
            {
                "id": log.id,
                "title": log.explanation,
                "date": fields.Datetime.to_string(log.create_date),
                "trial": log.trial,
                "candidates": log._read_dossier(),
            }
            for log in logs_sudo
        ]

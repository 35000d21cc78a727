"""How far leads came: judged fit, qualified, met, quoted, won; in the words that every report uses.

One place says what each step means, so that the figures of a keyword, the funnel and the pivot agree.
"""

from odoo import api, models
from odoo.tools import SQL

#: From this share of confirmed criteria on (percent) a fit lead counts as qualified.
QUALIFIED_SCORE = 50


class LeadyaContactAttempt(models.Model):
    _inherit = "leadya.contact.attempt"

    # The few attempts among many that moved a lead on, with nothing else of the table read.
    _milestone_index = models.Index("(lead_id, outcome) WHERE outcome IN ('meeting', 'met', 'quote_sent')")


class LeadyaSlaClock(models.Model):
    _inherit = "leadya.sla.clock"

    _late_answer_index = models.Index("(lead_id) WHERE kind = 'first_response' AND state IN ('met_late', 'breached')")


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # Every report asks for the leads of a span.
    _arrival_index = models.Index("(create_date) WHERE merged_into_id IS NULL")

    @api.model
    def _milestone_join(self, query):
        """Join what milestones are read from to a query on leads.

        :param query: as ``_search`` gives it; changed in place
        """
        lead_id = SQL.identifier(self._table, "id")
        # Looked up lead by lead in small indexes: grouping the evidence of all times took longer than the rest. Without
        # OFFSET each use of a milestone would look again.
        progress = SQL(
            "(SELECT %s AS met, %s AS quoted OFFSET 0)",
            self._milestone_exists(self._milestone_get_meetings(lead_id)),
            self._milestone_exists(self._milestone_get_quotes(lead_id)),
        )
        query.add_join("LEFT JOIN", "progress", SQL("LATERAL %s", progress), SQL("TRUE"))
        late = SQL(
            "(SELECT DISTINCT lead_id FROM leadya_sla_clock"
            " WHERE kind = 'first_response' AND state IN ('met_late', 'breached'))"
        )
        query.add_join("LEFT JOIN", "late_answer", late, SQL("late_answer.lead_id = %s", lead_id))

    @api.model
    def _milestone_exists(self, queries):
        return SQL("(%s)", SQL(" OR ").join(SQL("EXISTS (%s)", query) for query in queries))

    @api.model
    def _milestone_get_meetings(self, lead_id):
        """What proves a meeting of a lead, arranged or held; others add theirs.

        :param SQL lead_id: the lead's column
        :rtype: list[SQL]
        """
        return [
            SQL("SELECT FROM leadya_contact_attempt WHERE lead_id = %s AND outcome IN ('meeting', 'met')", lead_id),
            SQL(
                "SELECT FROM calendar_event WHERE opportunity_id = %s AND active AND leadya_reminder IS NOT TRUE",
                lead_id,
            ),
        ]

    @api.model
    def _milestone_get_quotes(self, lead_id):
        """What proves a quote to a lead; see :meth:`_milestone_get_meetings`."""
        proofs = [SQL("SELECT FROM leadya_contact_attempt WHERE lead_id = %s AND outcome = 'quote_sent'", lead_id)]
        if "opportunity_id" in self.env.get("sale.order", self.browse())._fields:
            proofs.append(
                SQL("SELECT FROM sale_order WHERE opportunity_id = %s AND state IN ('sent', 'sale', 'done')", lead_id)
            )
        return proofs

    @api.model
    def _milestone_get_columns(self):
        """What each milestone is, over a query that :meth:`_milestone_join` has joined.

        ``judged``: triage said fit or unfit. ``fit``: triage said fit. ``qualified``: fit, and half of the criteria
        are confirmed or there was a meeting or quote; or won. ``met``: a meeting was arranged or held.
        ``quoted``: a quote was sent. ``won``: closed as won. ``late``: answered, or still waiting, after the promise.

        :rtype: dict[str, SQL]
        """
        columns = {name: SQL.identifier(self._table, name) for name in ("triage_state", "won_status")}
        won = SQL("(%s IS NOT DISTINCT FROM 'won')", columns["won_status"])
        fit = SQL("(%s IS NOT DISTINCT FROM 'fit')", columns["triage_state"])
        met, quoted = SQL("progress.met"), SQL("progress.quoted")
        score = SQL("COALESCE(%s, 0) >= %s", SQL.identifier(self._table, "qualification_score"), QUALIFIED_SCORE)
        return {
            "judged": SQL("COALESCE(%s IN ('fit', 'unfit'), FALSE)", columns["triage_state"]),
            "fit": fit,
            "qualified": SQL("((%s AND (%s OR %s OR %s)) OR %s)", fit, score, met, quoted, won),
            "met": met,
            "quoted": quoted,
            "won": won,
            "late": SQL("late_answer.lead_id IS NOT NULL"),
        }

    @api.model
    def _milestone_get_funnel(self):
        """The steps of the funnel 8-4-2-1, each with those who came further: a won lead had its quote, logged or not.

        :rtype: dict[str, SQL]
        """
        columns = self._milestone_get_columns()
        quoted = SQL("(%s OR %s)", columns["quoted"], columns["won"])
        return {
            "relevant": SQL("((%s AND %s) OR %s)", columns["fit"], columns["met"], quoted),
            "quoted": quoted,
            "won": columns["won"],
        }

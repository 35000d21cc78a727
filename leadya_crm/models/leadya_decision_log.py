import json
import logging

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime
from odoo.tools.constants import GC_UNLINK_LIMIT

_logger = logging.getLogger(__name__)

#: After this many days a decision is of no use to the rep or the manager any more.
KEEP_DAYS = 180


class LeadyaDecisionLog(models.Model):
    """Why the module did, or on trial would have done, what it did to a lead.

    What is stored is a code and its parameters, not a sentence: everybody reads the
    decision in their own language, see :meth:`_get_templates`.
    """

    _name = "leadya.decision.log"
    _description = "Lead Decision"
    _order = "id desc"
    _rec_name = "explanation"

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    # As it was when the decision was taken: following the lead's would cost each change of an
    # owner a search here. Who may see it is decided by the lead's own (see the record rule).
    company_id = fields.Many2one("res.company", readonly=True, index="btree_not_null")
    step = fields.Selection(
        [
            ("attribute", "Attribution"),
            ("link", "Linking"),
            ("classify", "Triage"),
            ("assign", "Assignment"),
            ("clock", "Promise"),
            ("first_step", "Next step"),
            ("attempt", "Contact attempt"),
            ("nurture", "Nurture"),
            ("convert", "Conversion"),
            ("gate", "Stage gate"),
            ("decision", "Decision"),
        ],
        required=True,
        index=True,
    )
    code = fields.Char(required=True, help="Technical name of the sentence; see the templates in the source.")
    params = fields.Json()
    trial = fields.Boolean("On Trial", help="What would have been done; nothing was changed.")
    explanation = fields.Char(compute="_compute_explanation")

    @api.depends("code", "params", "trial")
    @api.depends_context("lang", "tz")
    def _compute_explanation(self):
        templates = self._get_templates()
        for log in self:
            template = templates.get(log.code)
            if not template:
                log.explanation = log.code
                continue
            try:
                text = template % log._get_readable_params()
            except (KeyError, TypeError, ValueError):
                # A template that has grown since the decision was taken: show what is known.
                _logger.info("Decision %s does not fill its template %s", log.id, log.code)
                text = log.code
            log.explanation = self.env._("On trial: %(decision)s", decision=text) if log.trial else text

    def _get_readable_params(self):
        """The parameters, moments in the reader's time zone and way of writing them."""
        params = dict(self.params or {})
        if params.get("deadline"):
            params["deadline"] = format_datetime(self.env, params["deadline"])
        return params

    @api.model
    def _get_reasons(self):
        """By what somebody was recognised, in a few words by code; see ``crm_lead_proposal``.

        :rtype: dict[str, str]
        """
        return {
            "partner_by_email": self.env._("same e-mail %(value)s"),
            "partner_by_phone": self.env._("same phone %(value)s"),
            "partner_by_name": self.env._("name alike"),
            "partner_by_colleague": self.env._("of the same organization"),
            "organization_by_contact": self.env._("it is the contact's"),
            "organization_by_domain": self.env._("same domain %(value)s"),
            "organization_by_name": self.env._("name alike"),
        }

    def _get_templates(self):
        """Sentences by code, in the reader's language; other modules add their own.

        :rtype: dict[str, str]
        """
        return {
            # attribution
            "channel_by_click_id": self.env._("Channel %(channel)s: the address carries %(value)s"),
            "channel_by_medium": self.env._("Channel %(channel)s: the medium is %(value)s"),
            "channel_by_source": self.env._("Channel %(channel)s: the source is %(value)s"),
            "channel_by_referrer": self.env._("Channel %(channel)s: the visitor came from %(value)s"),
            "channel_by_default": self.env._("Channel %(channel)s: a visit without any mark of where it came from"),
            "channel_unknown": self.env._("Channel unknown: no rule knows %(value)s"),
            "touch_corrected": self.env._("%(user)s corrected the visit of %(deadline)s, and the lead shows it"),
            "niche": self.env._("Market niche %(niche)s: the first that takes the lead"),
            # linking
            "organization_by_domain": self.env._("Organization %(partner)s: same domain %(value)s"),
            "organization_by_name": self.env._("Organization %(partner)s: name alike, %(value)s"),
            "organization_by_contact": self.env._("Organization %(partner)s: it is the contact's"),
            "partner_by_email": self.env._("Probably %(partner)s: same e-mail %(value)s"),
            "partner_by_name": self.env._("Probably %(partner)s: name alike, %(value)s"),
            "partner_by_colleague": self.env._("Probably %(partner)s: of the same organization"),
            "partner_by_phone": self.env._("Probably %(partner)s: same phone %(value)s"),
            "duplicate_by_email": self.env._("Perhaps the same person as in %(lead)s: same e-mail %(value)s"),
            "duplicate_by_phone": self.env._("Perhaps the same person as in %(lead)s: same phone %(value)s"),
            # triage
            "triaged_fit": self.env._("Fit: %(rule)s"),
            "triaged_unfit": self.env._("Unfit: %(rule)s"),
            "triaged_incomplete": self.env._("Incomplete: %(rule)s"),
            "triaged_todo": self.env._("Not triaged: no rule takes this lead"),
            # assignment
            "assigned": self.env._(
                "Given to %(user)s of %(team)s: %(load)s of %(capacity)s leads in 30 days, "
                "the least busy of %(candidates)s"
            ),
            "assigned_preferred": self.env._(
                "Given to %(user)s of %(team)s, who prefers such leads: %(load)s of %(capacity)s leads in 30 days"
            ),
            "assigned_leader": self.env._("Given to %(user)s, who leads %(team)s: no member is free to take it"),
            "assigned_nobody": self.env._("Given to nobody: no member of %(team)s is free to take it"),
            "assigned_no_team": self.env._("Given to nobody: no sales team takes such leads"),
            # promise
            "promised": self.env._("%(category)s: answer within %(minutes)s working minutes, by %(deadline)s"),
            "promised_there": self.env._(
                "%(category)s: answer within %(minutes)s working minutes of the customer's day (%(zone)s), "
                "by %(deadline)s"
            ),
            "promised_anew": self.env._("%(category)s: promised anew, answer by %(deadline)s"),
            "no_category": self.env._("No promise: no category takes this lead"),
            "no_hours": self.env._(
                "No promise: the calendar of %(category)s has no working hours in the coming months"
            ),
            "breached": self.env._("Promise broken: nobody tried to reach the customer by %(deadline)s"),
            "escalated_ring": self.env._("At %(percent)s%% of the promised time: %(user)s's screen rings"),
            "escalated_leader": self.env._("At %(percent)s%% of the promised time: a task for %(leader)s"),
            "escalated_reassign": self.env._(
                "At %(percent)s%% of the promised time: the lead is given to somebody else"
            ),
            # next step
            "first_step": self.env._("First call for %(user)s by %(deadline)s"),
            "bounced": self.env._("Mail to %(address)s came back: no more is offered until the address is corrected"),
            "opted_out": self.env._("The customer wants no more contact: nobody is chased"),
            "attempts_used_up": self.env._("%(attempts)s attempts without an answer: decide how to go on"),
            # stage gate
            "gate_refused": self.env._("Not let into %(stage)s: %(missing)s is missing"),
            "gate_overridden": self.env._("%(user)s let it into %(stage)s without %(missing)s: %(reason)s"),
            "quoted_early": self.env._("A quote before the lead is ripe: %(reasons)s"),
            # decision
            "decided_drop": self.env._("%(user)s drops it: %(reason)s"),
            "decided_drop_note": self.env._("%(user)s drops it: %(reason)s. %(note)s"),
            "decided_nurture": self.env._("%(user)s lets it rest: %(reason)s"),
            "decided_nurture_note": self.env._("%(user)s lets it rest: %(reason)s. %(note)s"),
            "decided_proceed": self.env._("%(user)s goes on with it: %(reason)s"),
            "decided_proceed_note": self.env._("%(user)s goes on with it: %(reason)s. %(note)s"),
            # nurture
            "nurtured": self.env._("%(user)s lets it rest until %(deadline)s: %(reason)s"),
            "nurtured_plain": self.env._("%(user)s lets it rest until %(deadline)s"),
            "nurture_due": self.env._("Back from nurture: its day has come"),
            "nurture_wrote_again": self.env._("Back from nurture: the customer wrote again"),
            "nurture_reopened": self.env._("Taken back from nurture by %(user)s"),
            "nurture_reached": self.env._("Back from nurture: %(user)s spoke to the customer"),
        }

    @api.model
    def _log(self, decisions):
        """Record decisions, as a batch.

        :param list[dict] decisions: values with ``lead_id``, ``step``, ``code`` and, where
            the sentence has blanks, ``params``; ``trial`` where nothing was done
        """
        if not decisions:
            return
        leads = self.env["crm.lead"].browse([decision["lead_id"] for decision in decisions])
        rows = [
            {**decision, "company_id": lead.company_id.id or None}
            for decision, lead in zip(decisions, leads.sudo(), strict=True)
        ]
        self._insert_rows(rows)
        leads.invalidate_recordset(["decision_log_ids"], flush=False)

    @api.model
    def _insert_rows(self, rows):
        """Write decisions by one statement: through the ORM they would cost a tenth of what the leads themselves do.

        :param list[dict] rows: values of stored fields; what a row doesn't name stays empty
        """
        names = sorted({"trial"}.union(*rows))
        # An empty field is False in Odoo, and nothing in the database; a switch is off in both.
        empty = {name: False if self._fields[name].type == "boolean" else None for name in names}
        columns = SQL(", ").join(SQL.identifier(name) for name in names)
        types = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL(self._fields[name].column_type[0])) for name in names
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO leadya_decision_log (%(columns)s, create_uid, create_date, write_uid, write_date)
                SELECT %(columns)s, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM ROWS FROM (jsonb_to_recordset(%(rows)s::jsonb) AS (%(types)s))
                       WITH ORDINALITY AS decision(%(columns)s, position)
                 ORDER BY position
                """,
                columns=columns,
                types=types,
                rows=json.dumps([{name: row.get(name) or empty[name] for name in names} for row in rows]),
                uid=self.env.uid,
                now=self.env.cr.now(),
            )
        )

    @api.autovacuum
    def _gc_old_decisions(self):
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        old = self.sudo().search([("create_date", "<", limit)], limit=GC_UNLINK_LIMIT)
        old.unlink()
        return len(old), len(old) == GC_UNLINK_LIMIT

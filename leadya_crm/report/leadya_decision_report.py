from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_lead_decision import QUESTIONS
from ..models.leadya_criterion import MODEL_CRITERIA

#: Quantile of the normal distribution for an interval that holds in 95 of 100 cases.
Z = 1.959964

#: Numbers of suppliers bidding, from which on.
SUPPLIER_BANDS = [(1, "one"), (2, "few"), (4, "several"), (7, "many")]

#: What the answers are read from: question, and a field of the lead; the band of suppliers has none of its own.
SOURCES = (
    *((key, name) for key, name, kind in QUESTIONS if kind == "choice" and key != "thresholds"),
    ("suppliers", False),
    ("thresholds", "decision_threshold_state"),
    *((name, name) for name in MODEL_CRITERIA["bant"]),
)


class LeadyaDecisionReport(models.Model):
    """Which answers go with winning: one row an answer of a lead that is closed, won or lost.

    ``win_rate`` averages to the share of won leads among those with an answer. Few cases say little: beside the share
    stands the interval in which it lies in 95 of 100 such samples (Wilson's score interval, E. B. Wilson 1927; it
    holds for few cases and for shares near 0 and 100 % too). It is worked out for whatever group is looked at.

    What goes with winning need not be its cause.
    """

    _name = "leadya.decision.report"
    _description = "Winning Answers"
    _auto = False
    _order = "question, answer, id"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    channel_id = fields.Many2one("leadya.channel", readonly=True)
    date_closed = fields.Datetime("Closed On", readonly=True)
    question = fields.Selection(selection="_get_questions", readonly=True)
    answer = fields.Selection(selection="_get_answers", readonly=True)
    won = fields.Integer("Won Leads", readonly=True)
    win_rate = fields.Float("Won (%)", aggregator="avg", readonly=True)
    win_low = fields.Float(
        "At Least (%)",
        aggregator="avg",
        readonly=True,
        help="Lower end of Wilson's 95 % interval of the share of won leads.",
    )
    win_high = fields.Float(
        "At Most (%)",
        aggregator="avg",
        readonly=True,
        help="Upper end of Wilson's 95 % interval of the share of won leads.",
    )

    def _get_questions(self):
        leads = self.env["crm.lead"]
        return [
            (question, leads._fields[name or "decision_supplier_count"]._description_string(self.env))
            for question, name in SOURCES
        ]

    def _get_answers(self):
        """Answers of all questions, each under the name of its own."""
        leads, answers = self.env["crm.lead"], []
        for question, name in SOURCES:
            choices = leads._fields[name]._description_selection(self.env) if name else self._get_supplier_bands()
            answers += [(f"{question}:{value}", label) for value, label in choices]
        return answers

    def _get_supplier_bands(self):
        return [
            ("one", self.env._("Only we")),
            ("few", self.env._("2 or 3")),
            ("several", self.env._("4 to 6")),
            ("many", self.env._("7 or more")),
        ]

    # ------------------------------------------------------------
    # SQL
    # ------------------------------------------------------------

    @property
    def _table_query(self):
        answers = [
            SQL("(%s, %s, %s)", number, question, self._get_answer_sql(name))
            for number, (question, name) in enumerate(SOURCES)
        ]
        return SQL(
            """
            SELECT lead.id * 64 + told.number AS id, lead.id AS lead_id, lead.company_id, lead.user_id, lead.team_id,
                   lead.channel_id, lead.date_closed, told.question, told.question || ':' || told.answer AS answer,
                   (lead.won_status = 'won')::int AS won,
                   CASE lead.won_status WHEN 'won' THEN 100.0 ELSE 0.0 END AS win_rate,
                   NULL::float AS win_low, NULL::float AS win_high
              FROM crm_lead AS lead
CROSS JOIN LATERAL (VALUES %(answers)s) AS told (number, question, answer)
             WHERE lead.won_status IN ('won', 'lost') AND lead.merged_into_id IS NULL AND told.answer IS NOT NULL
            """,
            answers=SQL(", ").join(answers),
        )

    def _get_answer_sql(self, name):
        if name:
            return SQL("%s::text", SQL.identifier("lead", name))
        cases = [
            SQL("WHEN lead.decision_supplier_count >= %s THEN %s", least, band)
            for least, band in reversed(SUPPLIER_BANDS)
        ]
        return SQL("CASE %s END", SQL(" ").join(cases))

    def _read_group_select(self, aggregate_spec, query):
        """Ends of Wilson's interval for the group."""
        signs = {"win_low:avg": SQL("-"), "win_high:avg": SQL("+")}
        if aggregate_spec not in signs:
            return super()._read_group_select(aggregate_spec, query)
        won = self._field_to_sql(self._table, "won", query)
        return SQL(
            "100 * (AVG(%(won)s) + %(zz)s / (2 * COUNT(*)) %(sign)s %(z)s * SQRT(AVG(%(won)s) * (1 - AVG(%(won)s))"
            " / COUNT(*) + %(zz)s / (4.0 * COUNT(*) * COUNT(*)))) / (1 + %(zz)s / COUNT(*))",
            won=won,
            sign=signs[aggregate_spec],
            z=Z,
            zz=Z * Z,
        )

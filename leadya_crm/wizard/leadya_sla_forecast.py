from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models

from ..models.leadya_sla_clock import OPEN_STATES
from ..tools.forecast import forecast
from ..tools.moments import naive, utc

#: Minutes that a contact takes, where a rep has logged none.
DEFAULT_MINUTES = 10
#: Days of logged attempts from which a rep's own minutes are taken.
SAMPLE_DAYS = 30
#: Attempts that a rep must have logged with their minutes, for the mean to say anything.
SAMPLE_SIZE = 5
#: Promises of a day and a night; what is due later has a day of its own.
HORIZON_HOURS = 24


class LeadyaSlaForecast(models.TransientModel):
    """Which running promises will break, from each rep's open work and remaining working minutes.

    How it works: the open promises of a rep are taken in the order of their deadlines, each for as many
    minutes as that rep's contacts took on average in the last 30 days, in that rep's working hours from now
    on. A promise whose turn comes after its deadline will break, unless somebody else takes the lead.
    """

    _name = "leadya.sla.forecast"
    _description = "Forecast of Promises"
    _order = "user_id, deadline, id"
    _rec_name = "lead_id"

    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    category_id = fields.Many2one("leadya.sla.category", "SLA Category", readonly=True)
    deadline = fields.Datetime(readonly=True)
    expected_at = fields.Datetime("Their Turn", readonly=True, help="When the salesperson will come to it.")
    verdict = fields.Selection(
        [("late", "Late already"), ("breaks", "Will break"), ("kept", "Will be kept")], readonly=True
    )
    late_minutes = fields.Integer(
        "Minutes Late", readonly=True, aggregator=None, help="On the wall, from the deadline to its turn."
    )

    @api.model
    def action_open(self):
        """Work the forecast out anew, and show it.

        Everybody sees the leads that their own rights let them see.
        """
        self.sudo().search([("create_uid", "=", self.env.uid)]).unlink()
        self.create(self._prepare_lines())
        action = self.env["ir.actions.act_window"]._for_xml_id("leadya_crm.leadya_sla_forecast_action")
        return {**action, "domain": [("create_uid", "=", self.env.uid)]}

    @api.model
    def _prepare_lines(self):
        now = self.env.cr.now().replace(microsecond=0)
        by_user = defaultdict(list)
        for clock in self._search_clocks(now):
            by_user[clock.lead_id.user_id].append(clock)
        minutes = self._get_minutes_each(by_user, now)
        lines = []
        for user, clocks in by_user.items():
            lines += self._prepare_lines_of(user, clocks, minutes.get(user, DEFAULT_MINUTES), now)
        return lines

    @api.model
    def _search_clocks(self, now):
        return self.env["leadya.sla.clock"].search(
            [
                ("state", "in", OPEN_STATES),
                ("kind", "!=", "stage"),
                ("deadline", "<=", now + timedelta(hours=HORIZON_HOURS)),
                ("lead_id.user_id", "!=", False),
            ],
            order="deadline, id",
        )

    @api.model
    def _get_minutes_each(self, users, now):
        """Mean minutes of a contact, of those who have logged enough of them."""
        rows = self.env["leadya.contact.attempt"]._read_group(
            [
                ("user_id", "in", [user.id for user in users]),
                ("minutes", ">", 0),
                ("attempted_at", ">=", now - timedelta(days=SAMPLE_DAYS)),
            ],
            ["user_id"],
            ["minutes:avg", "__count"],
        )
        return {user: average for user, average, count in rows if count >= SAMPLE_SIZE}

    @api.model
    def _prepare_lines_of(self, user, clocks, minutes_each, now):
        calendar = user.sudo().resource_calendar_id or user.company_id.resource_calendar_id
        table = calendar._leadya_work_time(utc(now), utc(now) + timedelta(days=14))
        turns = forecast(table, utc(now), minutes_each, len(clocks))
        return [
            self._prepare_line(user, clock, turn and naive(turn), now)
            for clock, turn in zip(clocks, turns, strict=True)
        ]

    @api.model
    def _prepare_line(self, user, clock, turn, now):
        breaks = not turn or turn > clock.deadline
        return {
            "user_id": user.id,
            "team_id": clock.lead_id.team_id.id,
            "lead_id": clock.lead_id.id,
            "category_id": clock.category_id.id,
            "deadline": clock.deadline,
            "expected_at": turn,
            "verdict": "late" if clock.deadline <= now else "breaks" if breaks else "kept",
            "late_minutes": max(0, (turn - clock.deadline).total_seconds() // 60) if turn else 0,
        }

"""Which events of leads are told to which advertising platform, with which value.

SPECIFICATIONS

* A goal names an event (qualified, meeting, quote, won), a platform, what the platform calls it, and its value.
* Whatever changes a lead puts it on a list (``leadya.conversion.mark``). A scheduled action takes leads from that list,
  in batches, and holds what is true of them against the ledger (``leadya.conversion``).
* An event is told once. What comes undone before it was told is never told; what was told is taken back, where the
  platform takes anything back.
* Nothing leaves by itself: a marketer makes a file, and uploads it.
* A new goal is off, and looks at nothing of the past unless it is asked to.
"""

from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, format_date

from ..tools.conversions import MAX_NAME_LENGTH, PLATFORMS, is_conversion_name

PLATFORM_NAMES = [("google", "Google Ads"), ("microsoft", "Microsoft Advertising"), ("yandex", "Yandex")]
EVENTS = [("qualified", "Qualified"), ("meeting", "Meeting"), ("quote", "Quote"), ("won", "Won")]


class LeadyaConversionGoal(models.Model):
    _name = "leadya.conversion.goal"
    _description = "Conversion Goal"
    _inherit = ["leadya.automation.mixin", "leadya.alert.mixin"]
    _order = "company_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    mode = fields.Selection(default="off")
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    platform = fields.Selection(PLATFORM_NAMES, required=True, default="google")
    event = fields.Selection(
        EVENTS,
        required=True,
        default="qualified",
        help="Qualified: fit, and half of the criteria confirmed, or met, or quoted. Meeting: arranged or held. "
        "Quote: sent. Won: closed as won.",
    )
    conversion_name = fields.Char(
        "Name There",
        required=True,
        help="As the platform calls it, letter by letter. In Google and Microsoft the name of the conversion goal, "
        "in Yandex the identifier of the goal.",
    )
    value_rule = fields.Selection(
        [
            ("none", "No value"),
            ("fixed", "The same for each"),
            ("revenue", "The lead's expected revenue"),
            ("share", "A share of the expected revenue"),
        ],
        "Value",
        required=True,
        default="none",
    )
    value_amount = fields.Monetary("Amount")
    value_percent = fields.Float("Percent", default=10.0)
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="In which values are told; expected revenue is converted by the rate of the day.",
    )
    retract_lost = fields.Boolean(
        "Take Back When Lost",
        default=True,
        help="What was told of a lead that is lost later is taken back. Of spam, and of what turns out unfit, "
        "it always is.",
    )
    consent_covers_ads = fields.Boolean(
        "Consent Covers Advertising",
        help="The consent text of your forms says that data may be used for advertising: then it is told to Google "
        "as granted. Where a visitor refused storage, it is told as denied in any case; otherwise nothing is said.",
    )
    warn_days = fields.Integer(
        "Warn Before", default=7, help="So many days before a platform forgets a click, the responsible person is told."
    )
    conversion_ids = fields.One2many("leadya.conversion", "goal_id", readonly=True)
    todo_count = fields.Integer("To Send", compute="_compute_counts")
    sent_count = fields.Integer("Sent", compute="_compute_counts")

    _identity = models.UniqueIndex(
        "(company_id, platform, conversion_name, event) WHERE active IS TRUE",
        "There is such a goal already: the same event under the same name.",
    )
    _value_not_negative = models.Constraint(
        "CHECK(COALESCE(value_amount, 0) >= 0 AND COALESCE(value_percent, 0) >= 0)", "A value cannot be negative."
    )
    _warn_days_range = models.Constraint("CHECK(warn_days BETWEEN 0 AND 60)", "Warn up to 60 days before.")

    @api.depends("platform", "event", "conversion_name")
    @api.depends_context("lang")
    def _compute_name(self):
        platforms = dict(self._fields["platform"]._description_selection(self.env))
        for goal in self:
            goal.name = f"{platforms.get(goal.platform, '')}: {goal.conversion_name or ''}"

    @api.depends("conversion_ids.state")
    def _compute_counts(self):
        groups = self.env["leadya.conversion"]._read_group(
            [("goal_id", "in", self.ids)], ["goal_id", "state"], ["__count"]
        )
        counts = {(goal.id, state): count for goal, state, count in groups}
        for goal in self:
            goal.todo_count = counts.get((goal._origin.id, "todo"), 0)
            goal.sent_count = counts.get((goal._origin.id, "sent"), 0)

    @api.constrains("conversion_name")
    def _check_conversion_name(self):
        for goal in self:
            if not is_conversion_name(goal.conversion_name):
                raise ValidationError(
                    self.env._(
                        "“%(name)s” cannot stand in a file: a name is one line of at most %(limit)s characters, and "
                        "begins with none of = + - @.",
                        name=goal.conversion_name,
                        limit=MAX_NAME_LENGTH,
                    )
                )

    # ------------------------------------------------------------
    # CRUD
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        self.env.registry.clear_cache()
        if {"platform", "company_id"} & vals.keys():
            self._check_untold(vals)
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_told(self):
        if self.sudo().conversion_ids:
            raise UserError(self.env._("The ledger has entries of this goal: archive it instead."))

    def _check_untold(self, vals):
        """What was told was told to one platform, in the name of one company."""
        for goal in self:
            moved = vals.get("platform", goal.platform) != goal.platform
            moved = moved or vals.get("company_id", goal.company_id.id) != goal.company_id.id
            if moved and goal.sudo().conversion_ids:
                raise UserError(
                    self.env._("The ledger has entries of “%(goal)s”: make another goal instead.", goal=goal.name)
                )

    # ------------------------------------------------------------
    # WATCHING
    # ------------------------------------------------------------

    @api.model
    @tools.ormcache()
    def _is_watching(self):
        """Whether any goal of any company is on trial or on; asked whenever a lead changes, so it costs nothing."""
        return bool(self.sudo().search_count([("mode", "!=", "off")], limit=1))

    def action_collect_past(self):
        """Look at leads whose clicks the platform still remembers, too."""
        self.check_access("write")
        for goal in self:
            if goal.mode == "off":
                raise UserError(self.env._("Switch “%(goal)s” on, or on trial, first.", goal=goal.name))
            goal._mark_past()
        self.env.ref("leadya_crm.ir_cron_leadya_collect_conversions").sudo()._trigger()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Leads of past clicks are looked at in the background."),
            },
        }

    def _mark_past(self):
        """Put on the list whoever came by a click that is still remembered: found by the index on clicks."""
        self.ensure_one()
        platform = PLATFORMS[self.platform]
        self.env["leadya.touch"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO leadya_conversion_mark (lead_id, marked_at)
                SELECT DISTINCT touch.lead_id, %(now)s::timestamp
                  FROM leadya_touch AS touch
                  JOIN crm_lead AS lead ON lead.id = touch.lead_id
                 WHERE touch.click_id IS NOT NULL AND touch.click_id_kind = %(kind)s AND touch.touched_at >= %(since)s
                   AND (lead.company_id IS NULL OR lead.company_id = %(company)s)
                """,
                now=fields.Datetime.now(),
                kind=platform.click_kind,
                since=fields.Datetime.now() - timedelta(days=platform.window_days),
                company=self.company_id.id,
            )
        )

    # ------------------------------------------------------------
    # ALERTS
    # ------------------------------------------------------------

    def _get_alerts(self):
        """What the platform will soon refuse, because it forgets the click."""
        waiting, open_leads = self._get_closing_rows(), self._get_closing_leads()
        alerts = {goal.id: {} for goal in self}
        for goal in self:
            if goal.id in waiting:
                count, first = waiting[goal.id]
                alerts[goal.id]["file"] = self.env._(
                    "Conversions that wait for a file: %(count)s. From %(day)s on the platform refuses the first "
                    "of them",
                    count=count,
                    day=format_date(self.env, first),
                )
            if goal.id in open_leads:
                alerts[goal.id]["clicks"] = self.env._(
                    "Open leads whose clicks the platform forgets within %(days)s days: %(count)s. "
                    "What they come to later cannot be told",
                    count=open_leads[goal.id],
                    days=goal.warn_days,
                )
        return alerts

    def _get_closing_rows(self):
        """Conversions that wait, and whose click is soon forgotten.

        :return: goal's id → their number, and when the first is forgotten
        """
        now = fields.Datetime.now()
        found = {}
        for days, goals in self.grouped("warn_days").items():
            domain = [
                ("state", "=", "todo"),
                ("kind", "=", "conversion"),
                ("expires_at", "<=", now + timedelta(days=days)),
                ("goal_id", "in", goals.ids),
            ]
            groups = self.env["leadya.conversion"]._read_group(domain, ["goal_id"], ["__count", "expires_at:min"])
            found.update({goal.id: (count, first) for goal, count, first in groups})
        return found

    def _get_closing_leads(self):
        """Open leads whose last click is forgotten within the days of warning, and that are not told of yet.

        :return: goal's id → their number
        """
        now = fields.Datetime.now()
        found = {}
        self.env["leadya.touch"].flush_model()
        for goal in self.filtered(lambda goal: goal.mode == "on"):
            platform = PLATFORMS[goal.platform]
            first = now - timedelta(days=platform.window_days)
            self.env.cr.execute(
                SQL(
                    """
                    SELECT COUNT(DISTINCT lead.id)
                      FROM leadya_touch AS touch
                      JOIN crm_lead AS lead ON lead.id = touch.lead_id
                     WHERE touch.click_id IS NOT NULL AND touch.click_id_kind = %(kind)s
                       AND touch.touched_at BETWEEN %(first)s AND %(last)s
                       AND lead.active AND lead.won_status = 'pending'
                       AND (lead.company_id IS NULL OR lead.company_id = %(company)s)
                       AND NOT EXISTS (SELECT FROM leadya_touch AS later
                                        WHERE later.lead_id = lead.id AND later.click_id IS NOT NULL
                                          AND later.click_id_kind = %(kind)s AND later.touched_at > %(last)s)
                       AND NOT EXISTS (SELECT FROM leadya_conversion AS told
                                        WHERE told.lead_id = lead.id AND told.goal_id = %(goal)s)
                    """,
                    kind=platform.click_kind,
                    first=first,
                    last=first + timedelta(days=goal.warn_days),
                    company=goal.company_id.id,
                    goal=goal.id,
                )
            )
            (count,) = self.env.cr.fetchone()
            if count:
                found[goal.id] = count
        return found

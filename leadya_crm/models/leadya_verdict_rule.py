"""By which rules keywords are judged.

SPECIFICATIONS

* A rule says for which keywords it is (all, brand, generic; of a company), how many days are looked at, what makes a
  lead good, and the limits. The first rule in order that takes a keyword judges it.
* A keyword is compared with all keywords of the same rule together: "the account".
* Off: its keywords keep the verdict they have. On trial: they are judged, and what the marketer would have been told
  is noted on the rule. On: the marketer gets an activity when verdicts change, one for each rule until it is done.
* Verdicts are of a company: another one may judge the same keyword by its own money and leads.
"""

import logging

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..tools.verdict import Figures, Limits, judge
from .leadya_keyword_verdict import VERDICTS

_logger = logging.getLogger(__name__)

#: Keywords written in one go.
BATCH = 1000
#: As many changed keywords are named; of more the number is told.
NAMED = 20
ALERT = "verdict"
#: A first verdict is news only where something is to be done.
NEWS = ("scale", "stop")


class LeadyaVerdictRule(models.Model):
    _name = "leadya.verdict.rule"
    _description = "Verdict Rule"
    _inherit = ["leadya.automation.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    mode = fields.Selection(
        tracking=True,
        help="Off: keywords keep their verdicts. On trial: keywords are judged; what the marketer would be told is "
        "noted here. On: the marketer gets an activity when verdicts change.",
    )
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    user_id = fields.Many2one(
        "res.users",
        string="Marketer",
        default=lambda self: self.env.user,
        domain="[('share', '=', False)]",
        ondelete="set null",
        copy=False,
        help="Is told when verdicts change.",
    )
    scope = fields.Selection(
        [("all", "All keywords"), ("brand", "Brand keywords"), ("generic", "Generic keywords")],
        default="all",
        required=True,
        help="Who searches the brand's own name buys more often: a rule of its own keeps generic keywords from being "
        "compared with that.",
    )
    days = fields.Integer(default=60, required=True, help="How many days up to today are looked at.")
    measure = fields.Selection(
        [("fit", "Fit, by triage"), ("qualified", "Qualified"), ("won", "Won")],
        string="A Good Lead Is",
        default="fit",
        required=True,
        help="Fit is known soonest: leads that triage has not judged yet are not counted.",
    )
    confidence = fields.Float(
        "Certainty (%)",
        default=90,
        required=True,
        digits=(16, 1),
        help="How sure a keyword must be better or worse than the account. The interval is Wilson's score (1927).",
    )
    min_leads = fields.Integer(
        "Least Leads", default=5, required=True, help="With fewer good or bad ones there is not enough data."
    )
    stop_ratio = fields.Float(
        "Stop After",
        default=2.0,
        required=True,
        help="Times the account's cost of a good lead: what is spent before a bad keyword is to stop.",
    )
    dear_ratio = fields.Float(
        "Too Dear From",
        default=1.5,
        required=True,
        help="Times the account's cost of a good lead: from there on a keyword is to be watched.",
    )
    scale_ratio = fields.Float(
        "Scale Up To",
        default=1.0,
        required=True,
        help="Times the account's cost of a good lead: a dearer keyword gets no more money.",
    )
    target_rate = fields.Float(
        "Target Rate (%)", help="Compared with in place of the account's rate; 0: the account's."
    )
    target_cost = fields.Float(
        digits=(16, 2),
        help="Of a good lead, in the company's currency; compared with in place of what the account pays; 0: that.",
    )

    _check_days = models.Constraint("CHECK(days BETWEEN 1 AND 730)", "Look at 1 to 730 days.")
    _check_confidence = models.Constraint(
        "CHECK(confidence >= 50 AND confidence < 100)", "Certainty is from 50 to under 100 percent."
    )
    _check_limits = models.Constraint(
        "CHECK(min_leads >= 1 AND stop_ratio >= 0 AND dear_ratio >= 0 AND scale_ratio >= 0"
        " AND target_rate >= 0 AND target_rate <= 100 AND target_cost >= 0)",
        "Limits can't be negative, and at least one lead is needed.",
    )

    # ------------------------------------------------------------
    # JUDGING
    # ------------------------------------------------------------

    @api.model
    def _cron_judge(self):
        """Judge the keywords of every company; a company's trouble must not keep the others from it."""
        companies = self.env["res.company"].search([])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(companies))
        for company in companies:
            try:
                self._judge_company(company, commit=lambda: cron._commit_progress(0))
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Keywords of company %s could not be judged", company.id)
            cron._commit_progress(1)

    def action_judge(self):
        """Judge the keywords of the current company now.

        :raises AccessError: for whoever is no manager
        """
        if not self.env.user.has_group("sales_team.group_sale_manager"):
            raise AccessError(self.env._("Only a sales manager has keywords judged."))
        count = self.sudo()._judge_company(self.env.company)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%(count)s keywords were judged.", count=count),
                "next": self.env["ir.actions.actions"]._for_xml_id("leadya_crm.leadya_keywords_screen_action"),
            },
        }

    @api.model
    def _judge_company(self, company, commit=lambda: None):
        """Judge all keywords that a company's rules take.

        :param commit: called after each batch
        :return: how many were judged
        :rtype: int
        """
        rules = self.sudo().with_company(company).with_context(allowed_company_ids=company.ids, active_test=True)
        rules = rules.search([("company_id", "in", [False, company.id])])
        left = self.env["leadya.keyword"].sudo().with_company(company).search([])
        count = 0
        for rule in rules:
            keywords = rule._filter_keywords(left)
            left -= keywords
            if rule.mode != "off":
                count += rule._judge_keywords(keywords, commit)
        return count

    def _filter_keywords(self, keywords):
        self.ensure_one()
        if self.scope == "all":
            return keywords
        brand = keywords.filtered("is_brand")
        return brand if self.scope == "brand" else keywords - brand

    def _judge_keywords(self, keywords, commit):
        """Judge the rule's keywords, batch by batch.

        Keywords of which nothing is known, and that have no verdict to take back, are left alone.

        :return: how many were judged
        """
        self.ensure_one()
        facts = self._get_keyword_figures(keywords)
        account = Figures(*map(sum, zip(*facts.values(), strict=True))) if facts else Figures(0, 0, 0, 0)
        known = keywords.filtered(lambda keyword: keyword.id in facts or keyword.verdict)
        limits = self._get_limits()
        for start in range(0, len(known), BATCH):
            batch = known[start : start + BATCH]
            changed = batch._take_verdicts(
                {
                    keyword: (judge(figures, account, limits), figures)
                    for keyword in batch
                    for figures in [facts.get(keyword.id, Figures(0, 0, 0, 0))]
                },
                self,
            )
            self._tell_changes(changed)
            commit()
        return len(known)

    def _get_keyword_figures(self, keywords):
        """Figures of the rule's keywords in its days.

        :rtype: dict[int, Figures]
        """
        trials = "judged" if self.measure == "fit" else "leads"
        rows = self.env["leadya.attribution.figures"]._get_keyword_rows(self.days)
        ids = set(keywords.ids)
        return {
            row["key"]: Figures(row["cost"], row["leads"], row[trials], row[self.measure])
            for row in rows
            if row["key"] in ids
        }

    def _get_limits(self):
        return Limits(
            confidence=self.confidence / 100,
            min_trials=self.min_leads,
            stop_ratio=self.stop_ratio,
            dear_ratio=self.dear_ratio,
            scale_ratio=self.scale_ratio,
            target_rate=self.target_rate / 100 or None,
            target_cost=self.target_cost or None,
        )

    # ------------------------------------------------------------
    # TELLING
    # ------------------------------------------------------------

    def _tell_changes(self, changed):
        """One activity for the marketer, to which further changes are added until it is done.

        :param dict changed: keyword → its verdict before
        """
        news = {keyword: before for keyword, before in changed.items() if before or keyword.verdict in NEWS}
        user = self.user_id if self.user_id.active else self.env.ref("base.user_admin")
        if not news:
            return
        rule = self.with_context(lang=user.lang)
        note = rule._describe_changes(news)
        if self.mode == "trial":
            rule._message_log(body=rule.env._("On trial, %(user)s would have been told:", user=user.name) + note)
            return
        told = rule.activity_ids.filtered(lambda activity: activity.leadya_alert == ALERT)[:1]
        if told:
            told.note = (told.note or Markup()) + note
            return
        summary = rule.env._("Verdicts on keywords have changed")
        rule.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=user.id,
            automated=True,
            leadya_alert=ALERT,
        )

    def _describe_changes(self, news):
        """The changed keywords with the reasons, those that cost most first.

        :rtype: Markup
        """
        labels = dict(self.env["leadya.keyword"]._fields["verdict"]._description_selection(self.env))
        keywords = self.env["leadya.keyword"].browse([keyword.id for keyword in news])
        keywords = keywords.sorted(lambda keyword: -keyword._get_spent())
        before = {keyword.id: verdict for keyword, verdict in news.items()}
        lines = Markup().join(
            Markup("<li><b>%s</b>: %s → %s. %s</li>")
            % (
                keyword.display_name,
                labels.get(before[keyword.id], "–"),
                labels[keyword.verdict],
                keyword.verdict_reason,
            )
            for keyword in keywords[:NAMED]
        )
        more = len(keywords) - NAMED
        if more > 0:
            lines += Markup("<li>%s</li>") % self.env._("and %(count)s more", count=more)
        return Markup("<ul>%s</ul>") % lines


assert {code for code, _label in VERDICTS} >= set(NEWS)

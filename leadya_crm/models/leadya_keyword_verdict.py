"""A keyword's verdict and its reason, for each company."""

import json

from odoo import api, fields, models
from odoo.tools import format_amount

VERDICTS = [
    ("scale", "Scale"),
    ("keep", "Keep"),
    ("watch", "Watch"),
    ("stop", "Stop"),
    ("not_enough_data", "Not enough data"),
]


class LeadyaKeyword(models.Model):
    _inherit = "leadya.keyword"

    verdict = fields.Selection(
        VERDICTS,
        company_dependent=True,
        readonly=True,
        copy=False,
        help="What to do with the keyword, by the rules of Verdict Rules.",
    )
    verdict_at = fields.Datetime("Judged On", company_dependent=True, readonly=True, copy=False)
    verdict_facts = fields.Text(
        company_dependent=True, readonly=True, copy=False, groups="leadya_crm.group_marketing", help="Technical."
    )
    verdict_reason = fields.Char(
        "Why", compute="_compute_verdict_reason", groups="leadya_crm.group_marketing", compute_sudo=True
    )

    @api.depends("verdict_facts")
    @api.depends_context("lang", "company")
    def _compute_verdict_reason(self):
        sentences = self._get_verdict_sentences()
        for keyword in self:
            facts = json.loads(keyword.verdict_facts or "{}")
            sentence = sentences.get((facts.get("code"), facts.get("measure")))
            keyword.verdict_reason = sentence % self._read_facts(facts) if sentence else False

    def _take_verdicts(self, verdicts, rule):
        """Store what was judged.

        :param dict verdicts: keyword → (Verdict, Figures)
        :param rule: leadya.verdict.rule by which it was judged
        :return: the keywords whose verdict is another than before, with that one
        :rtype: dict
        """
        changed = {}
        for keyword, (verdict, figures) in verdicts.items():
            facts = self._write_facts(verdict, figures, rule)
            if keyword.verdict != verdict.verdict:
                changed[keyword] = keyword.verdict
            if keyword.verdict_facts != facts or keyword in changed:
                keyword.write({"verdict": verdict.verdict, "verdict_facts": facts, "verdict_at": fields.Datetime.now()})
        return changed

    @api.model
    def _write_facts(self, verdict, figures, rule):
        """What the reason tells, as text that everybody reads in their own language later."""
        facts = {
            "code": verdict.code,
            "measure": rule.measure if verdict.code not in ("no_lead", "nothing") else None,
            "days": rule.days,
            "needed": rule.min_leads,
            **{name: _round(value) for name, value in figures._asdict().items()},
            **{name: _round(getattr(verdict, name)) for name in ("low", "high", "rate", "cost")},
            "price": _round(figures.cost_per_good),
        }
        return json.dumps(facts, sort_keys=True)

    def _get_spent(self):
        self.ensure_one()
        return json.loads(self.sudo().verdict_facts or "{}").get("spent") or 0.0

    @api.model
    def _read_facts(self, facts):
        """Facts as texts of the reader's language."""
        currency = self.env.company.currency_id
        money = {
            name: format_amount(self.env, facts[name], currency) if facts.get(name) is not None else "–"
            for name in ("spent", "cost", "price")
        }
        shares = {
            name: self.env._("%(share)s %%", share=round(100 * facts[name])) if facts.get(name) is not None else "–"
            for name in ("low", "high", "rate")
        }
        counts = {name: f"{facts.get(name) or 0:g}" for name in ("leads", "trials", "good", "days", "needed")}
        return {**money, **shares, **counts}

    @api.model
    def _get_verdict_sentences(self):
        """Reason by what was found and what makes a lead good.

        :rtype: dict[tuple, str]
        """
        return {
            ("nothing", None): self.env._("No cost and no lead in %(days)s days"),
            ("no_lead", None): self.env._(
                "%(spent)s spent and no lead in %(days)s days; the account pays %(cost)s for one"
            ),
            ("few", "fit"): self.env._(
                "%(spent)s spent; leads judged by triage in %(days)s days: %(trials)s, needed for a verdict: %(needed)s"
            ),
            ("few", "qualified"): self.env._(
                "%(spent)s spent; leads in %(days)s days: %(trials)s, needed for a verdict: %(needed)s"
            ),
            ("few", "won"): self.env._(
                "%(spent)s spent; leads in %(days)s days: %(trials)s, needed for a verdict by won ones: %(needed)s"
            ),
            ("none", "fit"): self.env._(
                "%(spent)s spent, %(trials)s leads, none fit in %(days)s days; the account's rate is %(rate)s"
            ),
            ("none", "qualified"): self.env._(
                "%(spent)s spent, %(trials)s leads, none qualified in %(days)s days; the account's rate is %(rate)s"
            ),
            ("none", "won"): self.env._(
                "%(spent)s spent, %(trials)s leads, none won in %(days)s days; the account's rate is %(rate)s"
            ),
            ("rate", "fit"): self.env._(
                "%(spent)s spent, %(good)s of %(trials)s leads fit in %(days)s days, which says %(low)s to %(high)s;"
                " the account's rate is %(rate)s"
            ),
            ("rate", "qualified"): self.env._(
                "%(spent)s spent, %(good)s of %(trials)s leads qualified in %(days)s days, which says %(low)s to"
                " %(high)s; the account's rate is %(rate)s"
            ),
            ("rate", "won"): self.env._(
                "%(spent)s spent, %(good)s of %(trials)s leads won in %(days)s days, which says %(low)s to %(high)s;"
                " the account's rate is %(rate)s"
            ),
            ("dear", "fit"): self.env._(
                "%(spent)s spent in %(days)s days, %(price)s for each of %(good)s fit leads; the account pays %(cost)s"
            ),
            ("dear", "qualified"): self.env._(
                "%(spent)s spent in %(days)s days, %(price)s for each of %(good)s qualified leads; the account pays"
                " %(cost)s"
            ),
            ("dear", "won"): self.env._(
                "%(spent)s spent in %(days)s days, %(price)s for each of %(good)s leads won; the account pays %(cost)s"
            ),
        }


def _round(value):
    return value if value is None else round(float(value), 4)

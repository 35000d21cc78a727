"""What is to be told of one lead for one goal: nothing new, that something happened, or that it did not after all."""

from datetime import datetime, timedelta
from typing import NamedTuple

from odoo import models

from ..tools.conversions import PLATFORMS

#: Events, and the milestones that stand for them, see ``crm_lead_milestone``.
MILESTONES = {"qualified": "qualified", "meeting": "met", "quote": "quoted", "won": "won"}


class Click(NamedTuple):
    """A visit by which a platform knows the lead."""

    at: datetime
    click_id: str
    #: The visitor refused storage: personal data are not for advertising.
    refused: bool = False


class Reached(NamedTuple):
    """How far a lead came."""

    #: Names of milestones.
    milestones: frozenset
    #: spam, unfit, lost, or "".
    end: str


class Outcome(NamedTuple):
    """What was decided for a lead and a goal."""

    goal: models.BaseModel
    lead: models.BaseModel
    #: Of the decision log.
    code: str
    #: Of a row to be added to the ledger.
    vals: dict | None = None
    #: A row that is not to be sent any more.
    cancelled: models.BaseModel | None = None

    def prepare_decision(self):
        """Values of ``leadya.decision.log``; reps read it, so it says nothing of money."""
        params = {"goal": self.goal.name, "goal_id": self.goal.id}
        return {"lead_id": self.lead.id, "step": "convert", "code": self.code, "params": params}


class LeadyaConversionGoal(models.Model):
    _inherit = "leadya.conversion.goal"

    def _decide(self, lead, reached, clicks, moment, entry=None):
        """What is to be told of a lead.

        :param Reached reached: how far it came
        :param dict clicks: kind → clicks of the lead, oldest first
        :param datetime moment: when the lead changed last
        :param entry: the last conversion of this lead and goal in the ledger
        :rtype: Outcome | None
        """
        self.ensure_one()
        holds = self._holds(reached)
        standing = bool(entry) and entry._is_standing()
        if holds and not standing:
            return self._decide_conversion(lead, clicks, moment, entry)
        if not holds and standing:
            return self._decide_retraction(lead, reached.end or "undone", moment, entry)
        return None

    def _holds(self, reached):
        """Whether the event happened, on a lead that is worth something."""
        ends = ("spam", "unfit", "lost") if self.retract_lost else ("spam", "unfit")
        return MILESTONES[self.event] in reached.milestones and reached.end not in ends

    def _decide_conversion(self, lead, clicks, moment, entry):
        happened = (lead.date_closed if self.event == "won" else None) or moment
        platform = PLATFORMS[self.platform]
        click = next((click for click in reversed(clicks.get(platform.click_kind, ())) if click.at <= happened), None)
        if not click:
            return None
        number = entry.number + 1 if entry else 1
        expires = click.at + timedelta(days=platform.window_days)
        late = expires <= max(happened, self.env.cr.now())
        vals = {
            **self._prepare_entry(lead, click, number),
            "expires_at": expires,
            "happened_at": happened,
            "state": "expired" if late else "todo",
            **self._prepare_value(lead, happened),
        }
        return Outcome(self, lead, "conversion_late" if late else "conversion_found", vals)

    def _prepare_entry(self, lead, click, number):
        return {
            "goal_id": self.id,
            "lead_id": lead.id,
            "company_id": self.company_id.id,
            "platform": self.platform,
            "event": self.event,
            "kind": "conversion",
            "number": number,
            "reference": f"leadya-{self.id}-{lead.id}-{number}",
            "conversion_name": self.conversion_name,
            "click_id": click.click_id,
            "click_at": click.at,
            "consent": self._get_consent(lead, click),
        }

    def _get_consent(self, lead, click):
        if click.refused:
            return "denied"
        return "granted" if self.consent_covers_ads and lead.consent_at else False

    def _prepare_value(self, lead, happened):
        """The value that is told, in the goal's currency."""
        amount = {
            "none": 0.0,
            "fixed": self.value_amount,
            "revenue": lead.expected_revenue,
            "share": lead.expected_revenue * self.value_percent / 100,
        }[self.value_rule]
        if self.value_rule in ("revenue", "share"):
            currency = lead.company_currency or self.company_id.currency_id
            amount = currency._convert(amount, self.currency_id, self.company_id, happened.date())
        # An expected revenue of nothing says that nobody knows, not that it is worth nothing.
        has_value = self.value_rule == "fixed" or amount > 0
        return {"has_value": has_value, "value": amount, "currency_id": self.currency_id.id if has_value else False}

    def _decide_retraction(self, lead, reason, moment, entry):
        if entry.state == "todo":
            return Outcome(self, lead, "conversion_cancelled", cancelled=entry)
        if entry.state == "expired":
            return None
        names = ("conversion_name", "click_id", "click_at", "expires_at", "happened_at", "number", "platform", "event")
        vals = {
            **{name: entry[name] for name in names},
            "goal_id": self.id,
            "lead_id": lead.id,
            "company_id": self.company_id.id,
            "kind": "retraction",
            "conversion_id": entry.id,
            "reference": f"{entry.reference}-back",
            "reason": reason,
            "taken_back_at": max(moment, entry.happened_at),
            "state": "todo" if PLATFORMS[self.platform].retracts else "impossible",
        }
        return Outcome(self, lead, f"conversion_back_{reason}", vals)


class LeadyaDecisionLog(models.Model):
    _inherit = "leadya.decision.log"

    def _get_templates(self):
        return {
            **super()._get_templates(),
            "conversion_found": self.env._("Goes into the next file: “%(goal)s”"),
            "conversion_late": self.env._("Not told, the platform has forgotten the click: “%(goal)s”"),
            "conversion_cancelled": self.env._("Not told after all, it came undone: “%(goal)s”"),
            "conversion_back_spam": self.env._("Taken back, it is spam: “%(goal)s”"),
            "conversion_back_unfit": self.env._("Taken back, it is unfit: “%(goal)s”"),
            "conversion_back_lost": self.env._("Taken back, it is lost: “%(goal)s”"),
            "conversion_back_undone": self.env._("Taken back, it is no longer so: “%(goal)s”"),
        }

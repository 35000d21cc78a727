"""Channels, and the rules by which a touch is recognised as a channel's own.

How to use: an admin orders rules under a channel; ``leadya.channel._recognise`` gives
for each touch the channel of the first rule that takes it, and what made it do so.

How it works: a rule has up to four conditions, each a comma-separated list of patterns
(``*`` stands for anything). Conditions left empty do not count; all others must hold.
The rules are read once per batch and tried in Python: there are some dozens of them.
"""

from fnmatch import fnmatchcase
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.urls import CLICK_ID_KINDS, host_of, parse_tracking

#: Conditions of a rule and the value of a touch that each looks at, most telling first:
#: the first of them that a rule uses is given as the reason.
CONDITIONS = {"click_ids": "click_id_kind", "mediums": "medium", "sources": "source", "referrers": "referrer"}

#: What a touch is recognised by.
RAW_VALUES = (*CONDITIONS.values(), "landing_url")


class Recognition(NamedTuple):
    """What ``_recognise`` found for one touch."""

    channel: models.BaseModel
    code: str
    value: str

    def prepare_decision(self, lead_id):
        """The decision, as values of ``leadya.decision.log``."""
        return {
            "lead_id": lead_id,
            "step": "attribute",
            "code": self.code,
            "params": {"channel": self.channel.name or "", "value": self.value},
        }


class LeadyaChannel(models.Model):
    _name = "leadya.channel"
    _description = "Marketing Channel"
    _inherit = ["leadya.lead.count.mixin"]
    _lead_field = "channel_id"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: shared by all companies.")
    color = fields.Integer()
    direction = fields.Selection(
        [("inbound", "Inbound"), ("outbound", "Outbound")],
        default="inbound",
        required=True,
        help="Inbound: the customer came to us. Outbound: we went to the customer.",
    )
    is_paid = fields.Boolean("Paid", help="Each lead of this channel costs advertising money.")
    need_awareness = fields.Selection(
        [("known", "Known"), ("latent", "Latent")],
        help="What the channel usually tells of the customer's need: somebody who searched knows it, "
        "somebody who was called out of the blue may not.",
    )
    readiness = fields.Selection(
        [("ready", "Ready to buy"), ("information", "Wants information"), ("not_ready", "Not ready")],
        help="What the channel usually tells of the readiness to buy.",
    )
    monthly_cost = fields.Monetary(
        groups="leadya_crm.group_marketing",
        help="Fixed cost a month, such as a stand or a subscription; 0 if there is none.",
    )
    reach = fields.Integer(help="How many people the channel reaches in a month, by its own figures.")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    rule_ids = fields.One2many("leadya.channel.rule", "channel_id", string="Rules", copy=True)
    test_url = fields.Char("Try an Address", store=False, help="Paste the address of a visit to see its channel.")
    test_referrer = fields.Char(
        "Coming From", store=False, help="The page that the visitor came from, where the browser tells it."
    )
    test_result = fields.Char(compute="_compute_test_result")

    @api.depends("company_id")
    def _compute_currency_id(self):
        for channel in self:
            channel.currency_id = (channel.company_id or self.env.company).currency_id

    @api.depends("test_url", "test_referrer")
    def _compute_test_result(self):
        for channel in self:
            if not (channel.test_url or channel.test_referrer):
                channel.test_result = False
                continue
            visit = {"referrer": channel.test_referrer, "landing_url": channel.test_url}
            [found] = self._recognise([{**vars(parse_tracking(channel.test_url)), **visit}])
            log = self.env["leadya.decision.log"].new(
                {"code": found.code, "params": {"channel": found.channel.display_name, "value": found.value}}
            )
            channel.test_result = log.explanation

    @api.model
    def _recognise(self, touches, company=None):
        """The channel of each touch, by the first rule that takes it.

        :param list[dict] touches: raw values with any of ``click_id_kind``, ``medium``,
            ``source``, ``referrer`` (address or host) and ``landing_url``
        :param company: rules of other companies do not count; all rules if not given
        :return: one :class:`Recognition` per touch, in the same order; an unknown
            source has no channel, and code ``channel_unknown``
        :rtype: list[Recognition]
        """
        rules = self.env["leadya.channel.rule"].sudo()._load(company)
        # In a batch the same few sources come again and again.
        found = {}
        keys = [tuple(touch.get(name) or "" for name in RAW_VALUES) for touch in touches]
        for key, touch in zip(keys, touches, strict=True):
            if key not in found:
                found[key] = self._recognise_one(touch, rules)
        return [found[key] for key in keys]

    def _recognise_one(self, touch, rules):
        values = {
            "click_id_kind": (touch.get("click_id_kind") or "").strip().lower(),
            "medium": (touch.get("medium") or "").strip().casefold(),
            "source": (touch.get("source") or "").strip().casefold(),
            "referrer": host_of(touch.get("referrer")),
        }
        if values["referrer"] == host_of(touch.get("landing_url")):
            # A page of the same site says nothing about where the visitor came from.
            values["referrer"] = ""
        for rule in rules:
            if rule.matches(values):
                return Recognition(self.browse(rule.channel_id), *rule.reason(values))
        if not any(values.values()) and touch.get("landing_url"):
            return Recognition(self._get_direct().filtered("active"), "channel_by_default", "")
        value = next(filter(None, values.values()), "")
        return Recognition(self.browse(), "channel_unknown", value)

    @api.model
    def _get_direct(self):
        """The channel of visits without any mark of where they came from; empty where it was deleted."""
        return self.browse(self.env["ir.model.data"]._xmlid_to_res_id("leadya_crm.channel_direct"))


class CompiledRule(NamedTuple):
    """A rule, ready to be tried on many touches without the ORM."""

    channel_id: int
    patterns: dict

    def matches(self, values):
        return all(
            any(fnmatchcase(values[CONDITIONS[name]], pattern) for pattern in patterns)
            for name, patterns in self.patterns.items()
        )

    def reason(self, values):
        name = next(name for name in CONDITIONS if name in self.patterns)
        code = {"click_ids": "click_id", "mediums": "medium", "sources": "source", "referrers": "referrer"}[name]
        return f"channel_by_{code}", values[CONDITIONS[name]]


class LeadyaChannelRule(models.Model):
    _name = "leadya.channel.rule"
    _description = "Channel Recognition Rule"
    _order = "sequence, id"
    _rec_name = "channel_id"

    channel_id = fields.Many2one("leadya.channel", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="channel_id.company_id")
    sequence = fields.Integer(
        default=10, help="Rules of all channels are tried in this order; the first that fits wins."
    )
    click_ids = fields.Char("Click Identifiers", help="For instance: gclid, gbraid, wbraid")
    mediums = fields.Char(
        help="Patterns of utm_medium, separated by commas; * stands for anything. For instance: cpc, ppc, paid*"
    )
    sources = fields.Char(help="Patterns of utm_source or of the source's name. For instance: google*, cold call")
    referrers = fields.Char(
        help="Patterns of the host that the visitor came from. For instance: google.*, *.walla.co.il"
    )

    _has_condition = models.Constraint(
        "CHECK(COALESCE(click_ids, mediums, sources, referrers) IS NOT NULL)",
        "A rule without any condition would take every lead.",
    )

    @api.constrains("click_ids")
    def _check_click_ids(self):
        for rule in self:
            unknown = set(self._split(rule.click_ids)) - {*CLICK_ID_KINDS, "*"}
            if unknown:
                raise ValidationError(
                    self.env._(
                        "No such click identifier: %(unknown)s. Known are %(known)s.",
                        unknown=", ".join(sorted(unknown)),
                        known=", ".join(CLICK_ID_KINDS),
                    )
                )

    @api.model
    def _split(self, patterns):
        return [part.strip().casefold() for part in (patterns or "").split(",") if part.strip()]

    @api.model
    def _load(self, company=None):
        """All rules in order, ready for use.

        :rtype: list[CompiledRule]
        """
        domain = [("channel_id.active", "=", True)]
        if company is not None:
            domain.append(("channel_id.company_id", "in", [False, *company.ids]))
        rules = self.search_fetch(domain, ["channel_id", *CONDITIONS])
        return [
            CompiledRule(
                rule.channel_id.id,
                {name: patterns for name in CONDITIONS if (patterns := self._split(rule[name]))},
            )
            for rule in rules
        ]

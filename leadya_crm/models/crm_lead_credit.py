"""The leads behind a figure, as a domain that a client can keep: short, whatever their number."""

import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class CrmLead(models.Model):
    _inherit = "crm.lead"

    credited_to = fields.Char(
        compute="_compute_credited_to",
        search="_search_credited_to",
        exportable=False,
        help="Technical: by which the leads behind a figure of marketing are found; see write_credit.",
    )

    def _compute_credited_to(self):
        """It is there to search by."""
        self.credited_to = False

    @api.model
    def _search_credited_to(self, operator, value):
        """Leads that have credit on a key, in a span, under an attribution model."""
        if operator != "in":
            return NotImplemented
        queries = [self._credit_get_leads(text) for text in value]
        return Domain.OR([Domain("id", "in", query) for query in queries])

    @api.model
    def _credit_get_leads(self, text):
        try:
            given = json.loads(text)
            key = given.pop("key")
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(self.env._("“%(text)s” names no figure.", text=text)) from error
        return self.env["leadya.attribution.figures"]._get_credited_leads(given, key)


def write_credit(options, key):
    """The text by which the leads behind a figure are searched."""
    asked = {name: getattr(options, name) for name in ("dimension", "model", "niche_id", "team_id")}
    asked["company"] = options.company_ids[0] if len(options.company_ids) == 1 else None
    span = {name: fields.Date.to_string(getattr(options, name)) for name in ("date_from", "date_to")}
    known = {name: value for name, value in asked.items() if value}
    return json.dumps({**known, **span, "key": key}, ensure_ascii=False, sort_keys=True)

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.assignment import Territory


class LeadyaTerritory(models.Model):
    """A part of the world that some members of a team serve.

    All that a territory names must hold for a lead. Of several that hold, the closest
    counts: a postal prefix before a state, a state before a country.
    """

    _name = "leadya.territory"
    _description = "Sales Territory"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one("res.company", index="btree_not_null", help="Empty: for all companies.")
    country_ids = fields.Many2many("res.country", string="Countries")
    state_ids = fields.Many2many("res.country.state", string="States")
    postal_prefixes = fields.Char(
        help="Beginnings of postal codes, with commas between them: 61, 62 takes 6100 and 6299.",
    )
    member_ids = fields.Many2many(
        "crm.team.member", "leadya_member_territory_rel", "territory_id", "member_id", string="Served by"
    )

    @api.constrains("country_ids", "state_ids", "postal_prefixes")
    def _check_names_something(self):
        for territory in self:
            if not (territory.country_ids or territory.state_ids or territory._get_prefixes()):
                raise ValidationError(
                    self.env._("%(territory)s needs a country, a state or a postal code.", territory=territory.name)
                )

    def _get_prefixes(self):
        self.ensure_one()
        prefixes = (normalize_postcode(part) for part in (self.postal_prefixes or "").split(","))
        return tuple(prefix for prefix in prefixes if prefix)

    def _prepare(self):
        """The territory as the assignment compares it.

        :rtype: Territory
        """
        self.ensure_one()
        return Territory(frozenset(self.country_ids.ids), frozenset(self.state_ids.ids), self._get_prefixes())


def normalize_postcode(text):
    """Postal codes are compared without spaces and hyphens, in capitals."""
    return (text or "").replace(" ", "").replace("-", "").upper()

from odoo import fields, models


class CrmTeam(models.Model):
    _inherit = "crm.team"

    qualification_model = fields.Selection(
        [("bant", "BANT"), ("ntm", "NTM")],
        default="bant",
        required=True,
        help="BANT: budget, authority, need, timeframe. NTM: need, timeframe and money, where whoever asks may sign.",
    )

    def _leadya_filter_leads(self, leads):
        """Leads that are the team's already, or that it may take from elsewhere: it handles
        such leads, does not skip automatic assignment, and its own filter takes them.
        """
        self.ensure_one()
        own = leads.filtered(lambda lead: lead.team_id == self)
        if self.assignment_optout:
            return own
        others = (leads - own).filtered(lambda lead: self.use_leads if lead.type == "lead" else self.use_opportunities)
        return own | others._leadya_search_within(self.assignment_domain)

    def _assign_and_convert_leads(self, *args, **kwargs):
        """Handing out leads by the dozen makes no contacts of the people around them: somebody does, in time."""
        return super(CrmTeam, self.with_context(leadya_people_later=True))._assign_and_convert_leads(*args, **kwargs)

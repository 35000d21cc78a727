from odoo import fields, models

from ..tools.candidates import Candidate


class CrmTeam(models.Model):
    _inherit = "crm.team"

    qualification_model = fields.Selection(
        [("bant", "BANT"), ("ntm", "NTM")],
        default="bant",
        required=True,
        help="BANT: budget, authority, need, timeframe. NTM: need, timeframe and money, where whoever asks may sign.",
    )

    def _leadya_get_candidates(self, leads):
        """Members who may take some of the leads, with their filters already tried.

        :return: per team a list of :class:`Candidate`
        :rtype: dict
        """
        members = self.crm_team_member_ids.filtered(
            lambda member: member.active and not member.assignment_optout and member.assignment_max > 0
        )
        available = members.user_id._leadya_filter_available()
        members = members.filtered(lambda member: member.user_id in available)
        loads = members._get_lead_from_date(fields.Datetime.subtract(self.env.cr.now(), days=30))
        last = members._leadya_get_last_assignments()
        candidates = {team: [] for team in self}
        for team, team_members in members.grouped("crm_team_id").items():
            team_leads = team._leadya_filter_leads(leads)
            for member in team_members:
                load = loads.get((member.user_id.id, team.id), 0)
                candidates[team].append(
                    Candidate(
                        share=load / member.assignment_max,
                        last_at=last.get(member.user_id.id, 0.0),
                        member_id=member.id,
                        user_id=member.user_id.id,
                        load=load,
                        capacity=member.assignment_max,
                        taken=member._leadya_filter_leads(team_leads),
                        preferred=member._leadya_filter_preferred(team_leads),
                    )
                )
        return candidates

    def _leadya_filter_leads(self, leads):
        """Leads that are the team's already, or that its own filter takes."""
        self.ensure_one()
        own = leads.filtered(lambda lead: lead.team_id == self)
        free = leads.filtered(lambda lead: not lead.team_id)
        return own | free._leadya_search_within(self.assignment_domain)

"""Odoo's conversion, which knows whose lead it probably is and says what it will make."""

from odoo import api, fields, models

#: What is chosen for the user beforehand, who may not look twice: in percent, a contact with the same phone or
#: e-mail, and an organisation of the same name.
CONTACT_FROM = 85
ORGANIZATION_FROM = 70


class CrmLead2opportunityPartner(models.TransientModel):
    _inherit = "crm.lead2opportunity.partner"

    leadya_plan = fields.Text("What Will Be Made", compute="_compute_leadya_plan", compute_sudo=False)

    @api.depends("lead_id")
    def _compute_action(self):  # pylint: disable=missing-return; a compute returns nothing
        super()._compute_action()
        for convert in self.filtered(lambda convert: convert.lead_id._link_get_sure_contact(CONTACT_FROM)):
            convert.action = "exist"

    @api.depends("action", "lead_id")
    def _compute_partner_id(self):  # pylint: disable=missing-return
        super()._compute_partner_id()
        for convert in self.filtered(lambda convert: convert.action == "exist" and not convert.partner_id):
            convert.partner_id = convert.lead_id._link_get_sure_contact(CONTACT_FROM)

    @api.depends("partner_id", "lead_id")
    def _compute_commercial_partner_id(self):  # pylint: disable=missing-return
        super()._compute_commercial_partner_id()
        for convert in self.filtered(lambda convert: convert.lead_id and not convert.commercial_partner_id):
            lead = convert.lead_id
            convert.commercial_partner_id = lead._link_get_organization() or lead._link_get_sure_organization(
                ORGANIZATION_FROM
            )

    @api.depends("lead_id", "action", "partner_id", "commercial_partner_id")
    @api.depends_context("lang")
    def _compute_leadya_plan(self):
        for convert in self:
            lines = convert.lead_id and [convert._plan_organization(), convert._plan_contact(), convert._plan_people()]
            convert.leadya_plan = "\n".join(line for line in lines or () if line)

    def _plan_organization(self):
        lead = self.lead_id
        if self.action == "exist":
            there = self.partner_id.commercial_partner_id
            there = there if there.is_company else lead.organization_id
        else:
            there = self.commercial_partner_id or lead._link_find_same_organization()
        if there:
            return self.env._("Organization: %(name)s, there already", name=there.display_name)
        if lead.partner_name and self.action == "create":
            return self.env._("Organization: %(name)s, new", name=lead.partner_name)
        return self.env._("No organization: a private person")

    def _plan_contact(self):
        lead = self.lead_id
        partner = self.partner_id or lead.partner_id
        if partner:
            return self.env._("Contact: %(name)s, there already", name=partner.display_name)
        name = lead.contact_name or lead.email_from or lead.phone
        if name and self.action == "create":
            return self.env._("Contact: %(name)s, new", name=name)
        return ""

    def _plan_people(self):
        count = self.env["leadya.stakeholder"].search_count(
            [("lead_id", "=", self.lead_id.id), ("partner_id", "=", False)]
        )
        return count and self.env._("People around the deal who become contacts: up to %(count)s", count=count)

    def _convert_and_allocate(self, leads, user_ids, team_id=False):
        """The people around all leads become contacts at once."""
        later = leads.with_context(leadya_people_later=True)
        result = super()._convert_and_allocate(later, user_ids, team_id=team_id)
        leads._convert_people()
        return result

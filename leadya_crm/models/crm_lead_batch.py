"""What stock Odoo does lead by lead, done once for a batch."""

from collections import defaultdict

from odoo import api, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.depends("user_id", "type")
    def _compute_team_id(self):  # pylint: disable=missing-return; a compute returns nothing
        """Stock's own choice, made once for all leads of a salesperson, type and team."""
        for leads in self.grouped(lambda lead: (lead.user_id, lead.type, lead.team_id)).values():
            first, others = leads[:1], leads[1:]
            super(CrmLead, first)._compute_team_id()
            if others.team_id != first.team_id:
                others.team_id = first.team_id

    @api.depends("team_id", "type")
    def _compute_stage_id(self):  # pylint: disable=missing-return
        """Stock's own choice, made once for all leads of a team and type that have no stage.

        One lead of each group is left to stock, so that every override of ``_stage_find``
        by team or type has its say.
        """
        without = self.filtered(lambda lead: not lead.stage_id)
        super(CrmLead, self - without)._compute_stage_id()
        for leads in without.grouped(lambda lead: (lead.team_id, lead.type)).values():
            first, others = leads[:1], leads[1:]
            super(CrmLead, first)._compute_stage_id()
            others.stage_id = first.stage_id

    # ------------------------------------------------------------
    # PHONES
    # ------------------------------------------------------------

    def _phone_format_number(self, number, country, force_format="E164", raise_exception=False):
        """Stock's own format, made once for each number of a transaction: parsing one takes as long as a query."""
        if raise_exception:
            return super()._phone_format_number(number, country, force_format, raise_exception)
        known = self.env.cr.cache.setdefault("leadya_phones", {})
        key = (number, country.code, country.phone_code, force_format)
        if key not in known:
            known[key] = super()._phone_format_number(number, country, force_format, raise_exception)
        return known[key]

    @api.depends("phone", "country_id.code")
    def _compute_phone_state(self):  # pylint: disable=missing-return
        """Stock's own verdict; a number that its country makes a whole one of has been parsed already."""
        located = self.filtered(lambda lead: lead.phone and lead.country_id.code)
        for lead in located:
            lead.phone_state = "correct" if lead._phone_format_number(lead.phone, lead.country_id) else "incorrect"
        super(CrmLead, self - located)._compute_phone_state()

    # ------------------------------------------------------------
    # COMPANIES
    # ------------------------------------------------------------

    def _check_company(self, fnames=None):
        """Stock's own check, made once for all leads of a company that are linked to the same records."""
        if len(self) < 2:
            return super()._check_company(fnames)
        names = [
            "company_id",
            *(name for name, field in self._fields.items() if field.relational and field.check_company),
        ]
        alike = self.sudo().grouped(lambda lead: tuple(lead[name] for name in names))
        first = self.browse([leads[:1].id for leads in alike.values()])
        return super(CrmLead, first)._check_company(fnames)

    # ------------------------------------------------------------
    # FOLLOWERS
    # ------------------------------------------------------------

    def _message_auto_subscribe(self, updated_values, followers_existing_policy="skip"):
        """While a batch is created, this waits for :meth:`_leadya_subscribe`."""
        if self.env.context.get("leadya_subscribe_later"):
            return True
        return super()._message_auto_subscribe(updated_values, followers_existing_policy)

    def _leadya_subscribe(self, vals_list):
        """Subscribe the salesperson and the team's followers, once for all leads that have the same.

        :param list[dict] vals_list: values that the leads were created with, in the same order
        """
        *_subtypes, relation = self.env["mail.message.subtype"]._get_auto_subscription_subtypes(self._name)
        names = {"user_id", *(name for names in relation.values() for name in names)}
        defaults = {name: self.env.context.get(f"default_{name}") for name in names}
        groups = defaultdict(list)
        for lead, vals in zip(self, vals_list, strict=True):
            groups[tuple((name, vals.get(name, defaults[name])) for name in names)].append(lead.id)
        for values, ids in groups.items():
            leads = self.browse(ids).with_prefetch(self._ids)
            leads._message_auto_subscribe(dict(values), followers_existing_policy="update")

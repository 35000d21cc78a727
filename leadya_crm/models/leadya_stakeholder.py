from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..tools.names import name_key

#: What part somebody has in the customer's decision. Initiator: who asked. Influencer: whose word counts
#: with those who decide. Gatekeeper: who lets us through to them, or does not. Opinion leader: whom the
#: whole field listens to, mostly from outside.
ROLES = [
    ("initiator", "Initiator"),
    ("user", "User"),
    ("influencer", "Influencer"),
    ("decision_maker", "Decision Maker"),
    ("signer", "Signer"),
    ("gatekeeper", "Gatekeeper"),
    ("opinion_leader", "Opinion Leader"),
]

SIDES = [("inside", "At the Customer"), ("outside", "Outside")]

INFLUENCES = [("low", "Low"), ("medium", "Medium"), ("high", "High")]

STANCES = [
    ("champion", "Fights for Us"),
    ("supporter", "For Us"),
    ("neutral", "Neutral"),
    ("opponent", "Against Us"),
]


class LeadyaStakeholder(models.Model):
    """A person around the deal: at the customer, or outside with access or influence.

    Somebody needs no contact of her own to be one: a name is enough, and what else is
    known stands here until the lead is converted. Whoever has two parts in the deal, as
    the director who decides and signs, stands here twice, once per role.
    """

    _name = "leadya.stakeholder"
    _description = "Stakeholder"
    _order = "lead_id, id"
    _check_company_auto = True

    lead_id = fields.Many2one("crm.lead", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="lead_id.company_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Contact",
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The contact that the person is; none is needed before the deal is one.",
    )
    name = fields.Char(compute="_compute_from_partner", store=True, readonly=False, precompute=True, required=True)
    function = fields.Char("Position", compute="_compute_from_partner", store=True, readonly=False, precompute=True)
    email = fields.Char("E-mail", compute="_compute_from_partner", store=True, readonly=False, precompute=True)
    phone = fields.Char(compute="_compute_from_partner", store=True, readonly=False, precompute=True)
    email_normalized = fields.Char(compute="_compute_email_normalized", store=True, precompute=True)
    role = fields.Selection(ROLES, help="The part in the customer's decision; empty: not known yet.")
    side = fields.Selection(
        SIDES,
        default="inside",
        required=True,
        help="Outside: gives access or influence without belonging to the customer, as a consultant "
        "or a key opinion leader.",
    )
    influence = fields.Selection(INFLUENCES, help="How much the word of this person counts; empty: not known yet.")
    stance = fields.Selection(STANCES, help="Towards us; empty: not known yet.")
    last_contact_at = fields.Datetime(
        "Last Contact", copy=False, help="When we last heard from this person, or spoke to them."
    )
    note = fields.Text()

    # The people of a contact, over all deals; and one role of a contact once a lead.
    _role_uniq = models.UniqueIndex(
        "(lead_id, partner_id, role) WHERE partner_id IS NOT NULL", "This person has this role already."
    )

    @api.depends("partner_id")
    def _compute_from_partner(self):
        """What the contact says fills what is empty; nothing that was written is lost."""
        for stakeholder in self:
            partner = stakeholder.partner_id
            for name in ("name", "function", "email", "phone"):
                stakeholder[name] = stakeholder[name] or partner[name]

    @api.depends("email")
    def _compute_email_normalized(self):
        for stakeholder in self:
            stakeholder.email_normalized = email_normalize(stakeholder.email, strict=False)

    @api.depends("name", "role")
    def _compute_display_name(self):
        labels = dict(self._fields["role"]._description_selection(self.env))
        for stakeholder in self:
            label = labels.get(stakeholder.role)
            stakeholder.display_name = f"{stakeholder.name} ({label})" if label else stakeholder.name

    @api.constrains("name")
    def _check_name(self):
        for stakeholder in self:
            if not (stakeholder.name or "").strip():
                raise ValidationError(self.env._("A person around the deal needs a name."))

    @api.constrains("last_contact_at")
    def _check_last_contact(self):
        for stakeholder in self:
            # The clock of a rep's computer may be a little ahead.
            if stakeholder.last_contact_at and stakeholder.last_contact_at > fields.Datetime.add(
                self.env.cr.now(), days=1
            ):
                raise ValidationError(
                    self.env._("%(name)s: the last contact cannot lie in the future.", name=stakeholder.name)
                )

    def write(self, vals):
        """Nobody puts people on the map of a lead that they may not write."""
        if vals.get("lead_id"):
            self.env["crm.lead"].browse(vals["lead_id"]).check_access("write")
        return super().write(vals)

    # ------------------------------------------------------------
    # ACTIONS
    # ------------------------------------------------------------

    def action_spoke(self):
        """We have just spoken to this person.

        :raises AccessError: where the user may not write the lead
        """
        self.check_access("write")
        self._note_contact(self.env.cr.now().replace(microsecond=0))

    # ------------------------------------------------------------
    # BUSINESS
    # ------------------------------------------------------------

    def _note_contact(self, moment):
        """An earlier contact, found later, changes nothing."""
        self.filtered(
            lambda person: not person.last_contact_at or person.last_contact_at < moment
        ).last_contact_at = moment

    def _get_person_key(self):
        """Who it is, within one deal or one organisation."""
        return self.email_normalized or name_key(self.name)

    def _get_identities(self):
        """Who it is in which role; people of two leads who have one of these in common are one, the surest first."""
        keys = [self.partner_id.id, self._get_person_key()]
        return [(key, self.role) for key in keys if key]

    def _take_over(self, other):
        """What is known of the same person on a merged lead: it fills what is empty here.

        The other row stays with the lead that it was on, so that the merge can be undone.
        """
        names = ("partner_id", "function", "email", "phone", "influence", "stance", "note")
        self.write({name: other[name] for name in names if other[name] and not self[name]})
        if other.last_contact_at:
            self._note_contact(other.last_contact_at)

    def _describe(self):
        """The people of one lead, as a map shows them.

        :return: fields of each, ``labels`` of what is chosen, and ``silent`` (never, long, or False)
        :rtype: list[dict]
        """
        selections = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("role", "side", "influence", "stance")
        }
        since = self.lead_id._stakeholder_get_silent_since() if self else None
        return [
            {
                **{name: person[name] for name in ("id", "name", "function", "email", "phone", *selections)},
                "labels": {name: labels.get(person[name], "") for name, labels in selections.items()},
                "partner_id": person.partner_id.id,
                "last_contact_at": fields.Datetime.to_string(person.last_contact_at),
                "silent": person._get_silence(since),
            }
            for person in self
        ]

    def _get_silence(self, since):
        """Whether nobody has heard of the person for too long.

        :param datetime since: see ``crm.lead._stakeholder_get_silent_since``
        """
        if not since or (self.last_contact_at and self.last_contact_at >= since):
            return False
        return "long" if self.last_contact_at else "never"

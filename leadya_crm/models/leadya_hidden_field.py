"""Fields of leads that are hidden from those who don't need them.

How to use: a row hides a field from the people of some groups, in forms, lists and boards of leads; deleting the row
shows it again. Nothing is lost: the field keeps its values, and imports, reports and rules go on with it.

How it works: hidden fields are made invisible in the view as it is read, and what is hidden is part of the key by
which Odoo keeps views, so that one group's view is never another's. Groups imply each other, as a manager has all that
a rep has: a field is hidden from those whose rights go no further than the chosen groups.
"""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

#: Without these a lead cannot be worked on.
NEVER_HIDDEN = ("contact_name", "email_from", "partner_id", "phone")


class LeadyaHiddenField(models.Model):
    _name = "leadya.hidden.field"
    _inherit = ["leadya.definition.mixin"]
    _description = "Hidden Field"
    _order = "field_name"
    _rec_name = "field_name"

    field_name = fields.Selection(selection="_get_field_names", string="Field", required=True)
    group_ids = fields.Many2many(
        "res.groups",
        "leadya_hidden_field_group_rel",
        "hidden_id",
        "group_id",
        "Hidden From",
        required=True,
        domain=lambda self: [("id", "in", self._get_groups().ids)],
        help="Whoever has the rights of these groups, and no further ones.",
    )

    _field_name_uniq = models.UniqueIndex("(field_name)", "This field is hidden already: add the groups there.")

    @api.model
    def _get_field_names(self):
        return list(self.env["crm.lead"]._completeness_get_fields().items())

    @api.model
    def _get_groups(self):
        """Whom a field can be hidden from: those who work with leads."""
        names = ("group_sale_salesman", "group_sale_salesman_all_leads", "group_sale_manager")
        return self.env["res.groups"].sudo().concat(*(self.env.ref(f"sales_team.{name}").sudo() for name in names))

    @api.constrains("field_name", "group_ids")
    def _check_field_name(self):
        for hidden in self:
            field = self.env["crm.lead"]._fields.get(hidden.field_name)
            if hidden.field_name in NEVER_HIDDEN or (field and field.required):
                raise ValidationError(self.env._("Nobody can work on a lead without this field: it stays."))
            if not hidden.group_ids or hidden.group_ids - self._get_groups():
                raise ValidationError(self.env._("Choose from which sales groups it is hidden."))

    def action_show_again(self):
        """Take the hiding back."""
        self.unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    @api.model
    def _get_hidden_names(self):
        """Names of the fields that are hidden from the user.

        :rtype: frozenset[str]
        """
        held = set(self.env.user._get_group_ids())
        return frozenset(name for name, chosen, further in self._get_hidden() if chosen & held and not further & held)

    @api.model
    @ormcache()
    def _get_hidden(self):
        """Each hidden field with the groups that it is hidden from, and those whose rights go further."""
        rows = []
        for hidden in self.sudo().search([]):
            chosen = hidden.group_ids
            further = (chosen.all_implied_by_ids - chosen).ids
            rows.append((hidden.field_name, frozenset(chosen.ids), frozenset(further)))
        return tuple(rows)


class CrmLead(models.Model):
    _inherit = "crm.lead"

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return (*key, self.env["leadya.hidden.field"]._get_hidden_names())

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        for name in self.env["leadya.hidden.field"]._get_hidden_names():
            self._hide_field(arch, name, view_type)
        return arch, view

    @api.model
    def _hide_field(self, arch, name, view_type):
        """Make a field, its label and its filters invisible; what else of the view reads it goes on."""
        modifier = "column_invisible" if view_type == "list" else "invisible"
        for node in arch.xpath("//field[@name=$name][not(ancestor::field)] | //label[@for=$name]", name=name):
            node.set(modifier, "1")
            node.attrib.pop("required", None)

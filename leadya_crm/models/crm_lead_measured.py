"""Measured fields: what the module counts and times, nobody sets by hand.

How to use: ``measured=True`` on a field of ``crm.lead``. Whoever has all rights (the
corridor, a scheduled action, ``sudo``) writes it as any field; a user is refused by
every way in: web client, RPC, import, a default in the context, a form of another record.

How it works: Odoo asks ``_has_field_access`` for each field that comes into ``create`` or
``write``. Code that has to run with the user's own rights and yet carries such values, as
merging does, says so by :meth:`CrmLead._leadya_measuring`: an object in the context,
which no request from outside can send.
"""

from odoo import api, models

_MEASURING = object()


def is_measured(field):
    """Whether nobody sets the field by hand."""
    return getattr(field, "measured", False)


def is_measuring(env):
    """Whether values are carried over, as in a merge: nobody states them now."""
    return env.context.get("leadya_measuring") is _MEASURING


class CrmLead(models.Model):
    _inherit = "crm.lead"

    def _valid_field_parameter(self, field, name):
        return name == "measured" or super()._valid_field_parameter(field, name)

    @api.model
    def _has_field_access(self, field, operation):
        allowed = super()._has_field_access(field, operation)
        if operation == "write" and is_measured(field):
            return allowed and (self.env.su or is_measuring(self.env))
        return allowed

    def _leadya_measuring(self):
        """The same records, on which measured fields may be written with the user's own rights."""
        return self.with_context(leadya_measuring=_MEASURING)

    def _merge_opportunity(self, user_id=False, team_id=False, auto_unlink=True, max_length=5):
        """What was measured of the merged leads becomes the measure of the one that is left."""
        head = super(CrmLead, self._leadya_measuring())._merge_opportunity(user_id, team_id, auto_unlink, max_length)
        return head.with_env(self.env)

"""What a door is, kept in memory: a post then costs no query to find its door, read its settings and its map.

How it works: settings and map are cached by Odoo's ``ormcache``, for each language that is asked for. Whoever
changes a door, its map or the language of a company forgets them, in all processes.
"""

from dataclasses import dataclass

from odoo import api, fields, models, tools
from odoo.fields import Domain

from ..tools import capture


@dataclass(frozen=True)
class MapLine:
    """A line of a field map, as a post is read with it; see ``leadya.capture.field``."""

    id: int
    name: str
    #: Under which it may come, see ``capture.normalise_name``.
    names: tuple
    target: str
    required: bool
    label: str


class LeadyaCaptureField(models.Model):
    _name = "leadya.capture.field"
    _inherit = ["leadya.capture.field", "leadya.definition.mixin"]


class LeadyaCaptureForm(models.Model):
    _name = "leadya.capture.form"
    _inherit = ["leadya.capture.form", "leadya.definition.mixin"]

    @api.model
    def _find_by_token(self, token, kinds=("form", "json")):
        """The open door at this address, with the rights to receive; empty if there is none.

        :param str token: as it stands in the address
        :param kinds: of the doors that the address is for: a key opens no door of another kind
        """
        Form = self.sudo()
        form = Form.browse(self._get_known_id(token))
        if form:
            settings = Form._get_settings(form.id)
            form.flush_recordset(settings)
            form._update_cache(settings, validate=False)
        if not form or not form.active or form.kind not in kinds or not form._is_opened_by(token):
            return Form.browse()
        return form.with_context(allowed_company_ids=form.company_id.ids)._in_language(self.env.lang)

    @api.model
    def _get_known_id(self, token):
        try:
            return capture.is_token(token) and self.sudo()._get_id_by_token(token)
        except LookupError:
            return False

    def _is_opened_by(self, token):
        """Whether the token is the door's, or was until a short time ago."""
        if token == self.token:
            return True
        return token == self.previous_token and self.previous_token_until > fields.Datetime.now()

    @api.model
    @tools.ormcache("token")
    def _get_id_by_token(self, token):
        """The door's identifier; strangers' guesses are not kept, which an error sees to.

        :raises LookupError: there is none
        """
        form = self.search(Domain("token", "=", token) | Domain("previous_token", "=", token), limit=1)
        if not form:
            raise LookupError(token)
        return form.id

    def _in_language(self, lang):
        """The door in a language, with its texts at hand."""
        self.ensure_one()
        form = self.with_context(lang=lang)
        form.flush_recordset(self._get_text_names())
        form._update_cache(form._get_texts(form.id, lang), validate=False)
        return form

    def _in_company(self):
        """The door in its company and language: what is kept is for its people, not for the visitor."""
        return self._in_language(self._get_lang()).with_context(allowed_company_ids=self.company_id.ids)

    def _get_lang(self):
        """The language of the door's people."""
        return self._get_company_lang(self.company_id.id) or self.env.lang

    @api.model
    @tools.ormcache("company_id")
    def _get_company_lang(self, company_id):
        return self.env["res.company"].sudo().browse(company_id).partner_id.lang

    @api.model
    def _get_text_names(self):
        return [name for name, field in self._fields.items() if field.store and field.translate]

    @api.model
    @tools.ormcache("form_id", "lang")
    def _get_texts(self, form_id, lang):
        return self.with_context(lang=lang).browse(form_id).read(self._get_text_names())[0]

    @api.model
    @tools.ormcache("form_id")
    def _get_settings(self, form_id):
        texts = self._get_text_names()
        names = [
            name for name, field in self._fields.items() if field.column_type and field.store and name not in texts
        ]
        return self.browse(form_id).read(names, load=None)[0]

    def _get_map(self):
        """The lines of the field map, in their order.

        :rtype: tuple[MapLine]
        """
        return self._get_map_of(self.id, self.env.lang)

    @api.model
    @tools.ormcache("form_id", "lang")
    def _get_map_of(self, form_id, lang):
        return tuple(
            MapLine(
                line.id,
                line.name,
                tuple(capture.normalise_name(name) for name in line._incoming_names()),
                line.target,
                line.required,
                line._label(),
            )
            for line in self.sudo().with_context(lang=lang).browse(form_id).field_ids
        )

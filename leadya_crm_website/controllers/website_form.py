from odoo import Command

from odoo.addons.leadya_crm.tools.capture import MAX_BODY, TOUCHES_FIELD, parse_touches
from odoo.addons.leadya_crm.tools.capture_guard import ELAPSED_FIELD
from odoo.addons.website_crm.controllers.website_form import WebsiteForm


class LeadyaWebsiteForm(WebsiteForm):
    """The website's forms that create leads: what the snippet put into them becomes the lead's touches.

    Nothing else of a lead can be set that way: see ``tools.capture.parse_touches``.
    """

    def extract_data(self, model_sudo, values):
        # Odoo would put fields that it doesn't know into the lead's notes.
        values = {name: text for name, text in values.items() if name not in (TOUCHES_FIELD, ELAPSED_FIELD)}
        return super().extract_data(model_sudo, values)

    def insert_record(self, request, model_sudo, values, custom, meta=None):
        if model_sudo.model == "crm.lead":
            text = request.params.get(TOUCHES_FIELD)
            values = {**values, **self._prepare_visits(model_sudo.env, text)}
        return super().insert_record(request, model_sudo, values, custom, meta=meta)

    def _prepare_visits(self, env, text):
        """Values of a lead that tell of the visits.

        :param env: an environment with all rights
        :param text: what the snippet wrote into the form; anything at all
        """
        said = parse_touches(text) if isinstance(text, str) and len(text) <= MAX_BODY else []
        if not said:
            return {}
        Touch = env["leadya.touch"]
        find_utm = Touch._make_utm_finder()
        touches = [Touch._prepare_visit(visit, find_utm) for visit in said]
        # What visits tell is taken from the one that decides, not from Odoo's cookies, which hold the last one only.
        told = {name for touch in touches for name in ("source_id", "medium_id", "campaign_id") if touch.get(name)}
        return {**dict.fromkeys(told, False), "touch_ids": [Command.create(touch) for touch in touches]}

from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        result = super()._pre_dispatch(rule, args)
        limit = rule.endpoint.routing.get("leadya_raw_body")
        if limit:
            cls._leadya_read_body(limit)
        return result

    @classmethod
    def _leadya_read_body(cls, limit):
        """Put the request's body on ``request.leadya_body``, unparsed; None if it is larger than the limit.

        Odoo parses form data before the controller is called: what is not valid is then replaced
        in silence, and the bytes are gone. Here they are kept, and parsed by the door itself.

        :param int limit: bytes; not more than that is ever read
        """
        httprequest = request.httprequest
        # One more: a body sent in chunks, without its length, is cut off there and not refused.
        httprequest.max_content_length = limit + 1
        try:
            body = httprequest.get_data(cache=True, parse_form_data=False)
        except RequestEntityTooLarge:
            body = None
        request.leadya_body = body if body is not None and len(body) <= limit else None
        httprequest.form = ImmutableMultiDict()
        httprequest.files = ImmutableMultiDict()

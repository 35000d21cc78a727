from werkzeug.exceptions import NotFound

from odoo import http
from odoo.http import request

from ..tools.capture import MAX_BODY, media_type
from .pages import PageMixin

_CORS_MAX_AGE = 24 * 60 * 60


class LeadyaCapture(PageMixin, http.Controller):
    """The doors for strangers. Thin: bytes and headers in, an answer out.

    What is done with them is decided by ``leadya.capture.form._receive``.
    """

    @http.route(
        "/leadya/capture/<string:token>",
        type="http",
        auth="public",
        methods=["POST", "OPTIONS"],
        csrf=False,
        save_session=False,
        readonly=False,
        sitemap=False,
        # See ir.http: the body is read by us, so that each fault gets our own clear answer.
        leadya_raw_body=MAX_BODY,
    )
    def capture(self, token, **_query):
        # Odoo would turn utm_… of the query into cookies; the submission has them already.
        request.params = {}
        self._set_language()
        form = request.env["leadya.capture.form"]._find_by_token(token)
        if not form:
            return self._answer(
                {"status": 404, "code": "unknown", "field": "", "error": request.env._("This form does not exist.")},
                form,
            )
        if request.httprequest.method == "OPTIONS":
            return request.make_response("", self._cors_headers(form), status=204)
        return self._answer(form._receive(request.leadya_body, self._read_meta()), form)

    @http.route(
        "/leadya/thanks/<string:token>",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
        sitemap=False,
    )
    def thanks(self, token, **_query):
        """The small page that a browser sees after a form without a thank-you page of its own."""
        request.params = {}
        self._set_language()
        form = request.env["leadya.capture.form"]._find_by_token(token)
        if not form:
            raise NotFound
        return self._page(200, form._prepare_thanks())

    @http.route("/leadya/try/<string:token>", type="http", auth="user", methods=["GET"], readonly=True, sitemap=False)
    def try_out(self, token, **_query):
        """A real form that posts to the door, for the people of the CRM."""
        form = self._find_for_user(token)
        return request.render(
            "leadya_crm.capture_try_page",
            {"form": form, "lines": form._sample_lines(), "sample_json": form._sample_json(), **self._page_values()},
        )

    @http.route("/leadya/try/<string:token>/result", type="jsonrpc", auth="user", readonly=True)
    def try_result(self, token, reference):
        """What became of a submission of the form.

        :return: ``state`` and its name, ``error``, ``lead`` (name) and ``url`` of what the user may open,
            ``understood`` and ``unknown`` (pairs of name and text); {} if there is no such submission
        """
        form = self._find_for_user(token)
        return form._try_result(str(reference)[:64])

    def _find_for_user(self, token):
        form = request.env["leadya.capture.form"]._find_by_token(token)
        if (
            not form
            or not request.env.user.has_group("sales_team.group_sale_salesman")
            or form.company_id not in request.env.user.company_ids
        ):
            raise NotFound
        return form

    def _read_meta(self):
        headers = request.httprequest.headers
        return {
            "content_type": headers.get("Content-Type", ""),
            "origin": headers.get("Origin", ""),
            "referrer": headers.get("Referer", ""),
            "user_agent": headers.get("User-Agent", ""),
            "accept_language": headers.get("Accept-Language", ""),
            "idempotency_key": headers.get("Idempotency-Key", ""),
            "remote_addr": request.httprequest.remote_addr,
            "own_origin": request.httprequest.host_url.rstrip("/"),
        }

    def _answer(self, answer, form):
        """To a browser that posted a form: a page. To all others: JSON."""
        headers = self._cors_headers(form)
        if answer.get("retry_after"):
            headers.append(("Retry-After", str(answer["retry_after"])))
        if self._wants_page():
            return self._answer_page(answer, form, headers)
        return request.make_json_response(self._prepare_json(answer), headers, status=answer["status"])

    def _prepare_json(self, answer):
        if answer["status"] == 200:
            told = {name: answer[name] for name in ("reference", "confirmation") if answer.get(name)}
            return {"status": "received", **told}
        return {
            "status": "error",
            **{name: answer[name] for name in ("code", "field", "error", "reference") if answer.get(name)},
        }

    def _answer_page(self, answer, form, headers):
        if answer["status"] == 200:
            # 303: loading the next page again posts nothing again.
            location = form.thanks_url or f"/leadya/thanks/{form.token}"
            response = request.redirect(location, code=303, local=not form.thanks_url)
            response.headers.extend(headers)
            return response
        title = request.env._("This was not sent")
        text = self._name_field(answer, form)
        return self._page(answer["status"], {"title": title, "text": text, "back": bool(form), "alert": True}, headers)

    def _name_field(self, answer, form):
        """What is wrong, with the field as the visitor saw it and not as programs call it."""
        name = answer.get("field") or ""
        line = form.field_ids.filtered(lambda line: name and name in line._incoming_names())[:1]
        return answer["error"].replace(f"{name}: ", f"{line._label()}: ", 1) if line else answer["error"]

    def _wants_page(self):
        headers = request.httprequest.headers
        media, _options = media_type(headers.get("Content-Type"))
        return "text/html" in headers.get("Accept", "") and media != "application/json"

    def _cors_headers(self, form):
        """Let pages of the allowed sites read the answer; no cookie is ever needed."""
        origin = request.httprequest.headers.get("Origin", "")
        headers = [
            ("Vary", "Origin"),
            ("Cache-Control", "no-store"),
        ]
        if not form or not form._origins():
            headers.append(("Access-Control-Allow-Origin", "*"))
        elif origin in form._origins():
            headers.append(("Access-Control-Allow-Origin", origin))
        if request.httprequest.method == "OPTIONS":
            headers += [
                ("Access-Control-Allow-Methods", "POST"),
                ("Access-Control-Allow-Headers", "Content-Type, Accept, Idempotency-Key"),
                ("Access-Control-Max-Age", str(_CORS_MAX_AGE)),
            ]
        return headers

"""What the webhooks of advertising platforms have in common."""

from odoo.http import request


def find_platform_form(token, kind):
    """The open door of this kind at this address; empty where there is none.

    A door of another kind is none: its address is a key of its own.
    """
    # Odoo would turn utm_… of the query into cookies; a platform is no visitor.
    request.params = {}
    return request.env["leadya.capture.form"]._find_by_token(token, [kind])


def read_meta():
    """What the headers say, see ``leadya.capture.form._receive``."""
    headers = request.httprequest.headers
    return {
        "content_type": headers.get("Content-Type", ""),
        "user_agent": headers.get("User-Agent", ""),
        "remote_addr": request.httprequest.remote_addr,
        "signature": headers.get("X-Hub-Signature-256", ""),
    }


def answer_platform(answer):
    """The answer in JSON; a platform asks for no more than success.

    :param answer: see ``leadya.capture.form._receive``; empty where there is no such door
    """
    answer = answer or {"status": 404, "code": "unknown", "error": request.env._("This form does not exist.")}
    headers = [("Cache-Control", "no-store")]
    if answer.get("retry_after"):
        headers.append(("Retry-After", str(answer["retry_after"])))
    if answer["status"] == 200:
        return request.make_json_response({}, headers)
    body = {"status": "error", "code": answer["code"], "message": answer["error"]}
    return request.make_json_response(body, headers, status=answer["status"])

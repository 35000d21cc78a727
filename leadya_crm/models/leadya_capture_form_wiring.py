"""What to put on a site or into another system, ready to copy."""

import json

from markupsafe import Markup

from odoo import api, fields, models

from ..tools import capture_guard
from .leadya_capture_field import TARGET_LIMITS

# How the form builders mark their forms: Contact Form 7, WPForms, Elementor.
_WORDPRESS_FORMS = ".wpcf7-form, .wpforms-form, .elementor-form"

# As the providers' own manuals have it. The site of the page must be entered with the provider, beside that of Odoo.
_CAPTCHA_SAMPLES = {
    "recaptcha": Markup("""  <input type="hidden" name="%(name)s">
  <script src="https://www.google.com/recaptcha/api.js?render=%(key)s"></script>
  <script>
    {
      // An answer is good for two minutes, so it is asked for when the form is sent.
      const form = document.currentScript.closest("form");
      form.addEventListener("submit", (ev) => {
        if (!window.grecaptcha) {
          return; // Blocked: the answer to the form tells it.
        }
        ev.preventDefault();
        grecaptcha.ready(async () => {
          form.elements["%(name)s"].value = await grecaptcha.execute("%(key)s", {action: "%(action)s"});
          HTMLFormElement.prototype.submit.call(form);
        });
      });
    }
  </script>"""),
    "turnstile": Markup("""  <div class="cf-turnstile" data-sitekey="%(key)s" data-action="%(action)s"
    data-response-field-name="%(name)s"></div>
  <script src="https://challenges.cloudflare.com/turnstile/v0/api.js" async defer></script>"""),
}


class LeadyaCaptureForm(models.Model):
    _inherit = "leadya.capture.form"

    endpoint_url = fields.Char("Address", compute="_compute_wiring", groups="sales_team.group_sale_manager")
    sample_html = fields.Text("HTML Form", compute="_compute_wiring", groups="sales_team.group_sale_manager")
    sample_wordpress = fields.Text(
        "Line for the Header", compute="_compute_wiring", groups="sales_team.group_sale_manager"
    )
    sample_fetch = fields.Text("JavaScript", compute="_compute_wiring", groups="sales_team.group_sale_manager")
    sample_curl = fields.Text("Command Line", compute="_compute_wiring", groups="sales_team.group_sale_manager")

    @api.depends("token", "kind", "name", "field_ids.name", "field_ids.label", "field_ids.target", "field_ids.required",
                 "consent_required", "consent_name", "consent_text", "honeypot_name", "captcha_required",
                 "thanks_url", "thanks_text", "double_opt_in")  # fmt: skip
    @api.depends_context("lang")
    def _compute_wiring(self):
        for form in self:
            form.endpoint_url = f"{form.get_base_url()}/leadya/capture/{form.token}"
            form.sample_html = form._sample_html()
            form.sample_wordpress = form._sample_snippet(forms=_WORDPRESS_FORMS)
            form.sample_fetch = form._sample_fetch()
            form.sample_curl = form._sample_curl()

    def _sample_lines(self):
        """The fields of the sample: one way to give the name, not two."""
        self.ensure_one()
        has_name = "contact_name" in self.field_ids.mapped("target")
        hidden = ("first_name", "last_name") if has_name else ()
        return self.field_ids.filtered(
            lambda line: line.required or line.target not in (*hidden, "external_ref", "name")
        )

    def _sample_html(self):
        inputs = Markup("\n").join(self._sample_input(line) for line in self._sample_lines())
        return Markup(
            "%s\n"
            '<form action="%s" method="post" accept-charset="utf-8" data-leadya%s>\n%s%s\n'
            '  <input name="%s" tabindex="-1" autocomplete="off" aria-hidden="true" hidden>\n'
            '  <button type="submit">%s</button>\n'
            "</form>"
        ) % (
            self._sample_snippet(),
            self.endpoint_url,
            self._sample_answer(),
            inputs,
            self._sample_consent() + self._sample_captcha(),
            self.honeypot_name,
            self.env._("Send"),
        )

    def _sample_snippet(self, **options):
        """The tag that loads the tracking snippet.

        :param options: attributes of the tag, less their ``data-``
        """
        attributes = Markup("").join(Markup(' data-%s="%s"') % option for option in options.items())
        return Markup('<script src="%s/leadya/static/leadya.js" defer%s></script>') % (self.get_base_url(), attributes)

    def _sample_answer(self):
        """Have the snippet send the form and show the answer in its place, where no other page takes over."""
        if self.thanks_url or self.captcha_required:
            return Markup("")
        return Markup(' data-leadya-submit="fetch"\n  data-leadya-thanks="%s"\n  data-leadya-error="%s"') % (
            self._prepare_thanks()["text"],
            self.env._("This could not be sent. Please try again."),
        )

    def _sample_consent(self):
        """The tick box, and the language of its sentence: so it is kept as it was read."""
        text = self._consent_shown()
        if not text:
            return Markup("")
        return Markup(
            '\n  <label><input type="checkbox" name="%s" value="yes"%s> %s</label>'
            '\n  <input type="hidden" name="%s" value="%s">'
        ) % (
            self.consent_name,
            Markup(" required") if self.consent_required else "",
            text,
            capture_guard.LANG_FIELD,
            self.env.lang or "en_US",
        )

    def _sample_captcha(self):
        """What the page needs for the robot check that is configured."""
        provider = self.captcha_required and self.kind == "form" and self._get_captcha_provider()
        if not provider:
            return Markup("")
        values = {
            "key": self._get_captcha_site_key(),
            "action": capture_guard.CAPTCHA_ACTION,
            "name": capture_guard.CAPTCHA_FIELDS[provider][0],
        }
        return Markup("\n") + _CAPTCHA_SAMPLES[provider] % values

    def _sample_input(self, line):
        kind, limit = TARGET_LIMITS[line.target]
        required = Markup(" required") if line.required else ""
        if kind == "lines":
            return Markup('  <label>%s <textarea name="%s" maxlength="%s"%s></textarea></label>') % (
                line._label(),
                line.name,
                limit,
                required,
            )
        input_type = {"email_from": "email", "phone": "tel"}.get(line.target, "text")
        return Markup('  <label>%s <input type="%s" name="%s" maxlength="%s"%s></label>') % (
            line._label(), input_type, line.name, limit, required,
        )  # fmt: skip

    def _sample_object(self):
        """A post that the form takes, as text of a JSON object."""
        samples = {
            # A person of whom there is no lead yet, unless the sample was sent before.
            "email_from": f"dana.{self.id or 0}@example.com",
            "contact_name": "Dana Levi",
            "phone": "+972 3 555 0100",
            "description": "Please call me.",
        }
        pairs = [(line.name, samples.get(line.target, line.required and "…")) for line in self._sample_lines()]
        if self.consent_required:
            pairs.append((self.consent_name, "yes"))
        return {name: text for name, text in pairs if text}

    def _sample_json(self):
        """A post as JSON, with a field that the map doesn't know."""
        return json.dumps(
            {**self._sample_object(), "employees": 25, "utm_source": "google", "utm_medium": "cpc"},
            ensure_ascii=False,
            indent=2,
        )

    def _sample_fetch(self):
        body = ",\n".join(f"    {_js(name)}: {_js(text)}" for name, text in self._sample_object().items())
        return (
            f"const answer = await fetch({_js(self.endpoint_url)}, {{\n"
            '  method: "POST",\n'
            '  headers: {"Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID()},\n'
            f"  body: JSON.stringify({{\n{body},\n"
            "    // The visits that the snippet knows of, where it is on the page.\n"
            "    leadya_touches: window.leadya ? leadya.touches() : [],\n"
            "    landing_url: location.href,\n    referrer_url: document.referrer,\n  }),\n"
            "});\n"
            "console.log(answer.status, await answer.json());"
        )

    def _sample_curl(self):
        if self.kind == "json":
            data = json.dumps(self._sample_object(), ensure_ascii=False)
            return f"curl -H 'Content-Type: application/json' -d {_shell(data)} {_shell(self.endpoint_url)}"
        data = " ".join(f"--data-urlencode {_shell(f'{name}={text}')}" for name, text in self._sample_object().items())
        return f"curl {data} {_shell(self.endpoint_url)}"


def _js(text):
    """The text as a JavaScript and JSON literal that can also stand inside a script of a page."""
    return json.dumps(text, ensure_ascii=False).replace("<", "\\u003c")


def _shell(text):
    return "'" + str(text).replace("'", "'\\''") + "'"

import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { CopyClipboardCharField } from "@web/views/fields/copy_clipboard/copy_clipboard_field";
import { TextField } from "@web/views/fields/text/text_field";

/** A text of several lines with a button that copies it; Odoo has one for single lines only. */
export class CopyTextField extends CopyClipboardCharField {
    static components = { Field: TextField, CopyButton };
}

registry.category("fields").add("leadya_copy_text", {
    component: CopyTextField,
    displayName: _t("Copy Lines to Clipboard"),
    supportedTypes: ["text"],
});

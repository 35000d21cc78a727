import { expect, test } from "@odoo/hoot";
import { click } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    models,
    mountView,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";

class Door extends models.Model {
    sample = fields.Text();
    _records = [{ id: 1, sample: "<form>\n</form>" }];
}

defineMailModels();
defineModels([Door]);

test("several lines are copied as they stand", async () => {
    patchWithCleanup(browser.navigator.clipboard, {
        writeText: async (text) => expect.step(text),
    });
    await mountView({
        type: "form",
        resModel: "door",
        resId: 1,
        arch: `<form><field name="sample" widget="leadya_copy_text" readonly="1"/></form>`,
    });
    await click(".o_field_leadya_copy_text .o_clipboard_button");
    await animationFrame();
    expect.verifySteps(["<form>\n</form>"]);
});

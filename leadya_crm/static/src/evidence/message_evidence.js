import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registerMessageAction } from "@mail/core/common/message_actions";

/** A message of a lead, as what shows an answer to one of its criteria. */
registerMessageAction("leadya-evidence", {
    condition: ({ message, thread }) => thread?.model === "crm.lead" && !message.isEmpty,
    icon: "fa fa-check-square-o",
    name: _t("Use as Evidence"),
    onSelected: ({ message: msg, thread: thr }) => {
        const message = toRaw(msg);
        const thread = toRaw(thr);
        return message.store.env.services.action.doAction(
            {
                type: "ir.actions.act_window",
                name: _t("Use as Evidence"),
                res_model: "leadya.criterion.answer",
                views: [[false, "form"]],
                target: "new",
                context: { default_lead_id: thread.id, default_message_id: message.id },
            },
            { onClose: () => message.store.env.services.action.doAction("soft_reload") }
        );
    },
    sequence: 55,
});

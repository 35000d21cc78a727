import { patch } from "@web/core/utils/patch";
import { StatusBarField } from "@web/views/fields/statusbar/statusbar_field";
import { GATE_ERROR } from "./gate_dialog";

/**
 * A lead that a gate keeps out of a stage is shown where it is: the dialog that asks for what is missing moves it, and
 * whoever closes the dialog is left with a form as it was.
 */
patch(StatusBarField.prototype, {
    async selectItem() {
        const { record } = this.props;
        if (record.resModel !== "crm.lead" || !record.resId) {
            return super.selectItem(...arguments);
        }
        // What else was typed is saved by itself: it is not to be undone with the move.
        if ((await record.isDirty()) && !(await record.save())) {
            return;
        }
        try {
            return await super.selectItem(...arguments);
        } catch (error) {
            if (error.exceptionName === GATE_ERROR) {
                await record.discard();
            }
            throw error;
        }
    },
});

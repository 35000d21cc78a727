import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { standardErrorDialogProps } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { parseXML } from "@web/core/utils/xml";
import { Record } from "@web/model/record";
import { extractFieldsFromArchInfo } from "@web/model/relational_model/utils";
import { FileUploader } from "@web/views/fields/file_handler";
import { FormArchParser } from "@web/views/form/form_arch_parser";
import { FormRenderer } from "@web/views/form/form_renderer";

/** The server's exception, by which the web client finds this dialog, from whatever view the lead was moved. */
export const GATE_ERROR = "odoo.addons.leadya_crm.exceptions.StageGateError";

/** How each state of a criterion looks; as on the lead's form. */
const STATES = [
    { value: "open", icon: "fa-adjust", color: "warning" },
    { value: "confirmed", icon: "fa-check", color: "success" },
    { value: "failed", icon: "fa-times", color: "danger" },
];

/** What other fields and their choices are reckoned by: the form has them, and does not show them. */
const HELPERS = ["company_id", "company_currency", "country_id", "partner_id", "type"];

/**
 * Asks for just what a lead lacks to enter a stage, fills it in there, and moves the lead. A sales manager can let it
 * pass without, with a reason.
 */
export class GateDialog extends Component {
    static template = "leadya_crm.GateDialog";
    static components = { Dialog, FileUploader, FormRenderer, Record };
    static props = { ...standardErrorDialogProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.effect = useService("effect");
        this.fieldService = useService("field");
        this.state = useState({ isBusy: false, message: this.props.data.message });
        // Of leads that were not created there is nothing to fill.
        this.leadIds = this.props.data.context.lead_ids || [];
        this.stageId = this.props.data.context.stage_id;
        onWillStart(() => this.load());
    }

    async load() {
        Object.assign(this.state, { items: [], stage: "", lead: "", mayOverride: false });
        if (!this.leadIds.length) {
            return;
        }
        const ask = await this.orm.call("crm.lead", "leadya_gate_ask", [
            this.leadIds,
            this.stageId,
        ]);
        this.state.items = ask.items.map((item) => ({
            ...item,
            isDone: false,
            document: null,
            evidence: "",
        }));
        Object.assign(this.state, {
            stage: ask.stage,
            lead: ask.lead,
            mayOverride: ask.may_override,
        });
        await this.loadForm();
    }

    /** A form of just the fields that are empty, with the widgets that a form has for them. */
    async loadForm() {
        const names = this.state.items.map(({ field }) => field).filter(Boolean);
        if (!names.length) {
            return;
        }
        const fields = await this.fieldService.loadFields("crm.lead");
        const helpers = HELPERS.filter((name) => fields[name] && !names.includes(name));
        const nodes = [
            ...names.map((name) => `<field name="${name}"/>`),
            ...helpers.map((name) => `<field name="${name}" invisible="1"/>`),
        ];
        const arch = parseXML(`<form><group>${nodes.join("")}</group></form>`);
        const models = { "crm.lead": { fields } };
        this.archInfo = new FormArchParser().parse(arch, models, "crm.lead");
        this.recordProps = {
            resModel: "crm.lead",
            resId: this.leadIds[0],
            mode: "edit",
            fields,
            activeFields: extractFieldsFromArchInfo(this.archInfo, fields).activeFields,
            hooks: { onRootLoaded: (record) => (this.record = record) },
        };
    }

    get title() {
        return this.state.stage
            ? _t("To enter %(stage)s", { stage: this.state.stage })
            : _t("Something is missing");
    }

    get canFill() {
        return this.state.items.length > 0;
    }

    get criteria() {
        return this.state.items.filter(({ kind }) => kind === "criterion");
    }

    get ticks() {
        return this.state.items.filter(({ kind }) => ["information", "document"].includes(kind));
    }

    get states() {
        const labels = { open: _t("Open"), confirmed: _t("Confirmed"), failed: _t("Failed") };
        return STATES.map((state) => ({ ...state, label: labels[state.value] }));
    }

    onState(item, { value }) {
        Object.assign(item, { state: value, isDone: true });
    }

    onDocument(item, { name, data }) {
        Object.assign(item, { document: { name, data }, isDone: true });
    }

    async onMove() {
        if (this.record && !(await this.record.checkValidity({ displayNotification: true }))) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.move();
        } catch (error) {
            if (error.exceptionName !== GATE_ERROR) {
                throw error;
            }
            // Something is missing still: say what, and keep what was filled in.
            this.state.message = error.data.message;
        } finally {
            this.state.isBusy = false;
        }
    }

    async move() {
        const values = this.record ? await this.record.getChanges() : {};
        const filled = {
            values,
            answers: this.getAnswers(),
            points: this.ticks.filter(({ isDone }) => isDone).map((item) => item.point_id),
            documents: this.getDocuments(),
        };
        const message = await this.orm.call(
            "crm.lead",
            "leadya_gate_move",
            [this.leadIds, this.stageId],
            filled
        );
        this.props.close();
        await this.reload();
        if (message) {
            this.effect.add({ message, type: "rainbow_man" });
        }
    }

    getAnswers() {
        const answered = this.criteria.filter(({ isDone, evidence }) => isDone || evidence.trim());
        return Object.fromEntries(
            answered.map((item) => [
                item.criterion_id,
                { state: item.state, note: item.evidence.trim() },
            ])
        );
    }

    getDocuments() {
        const brought = this.ticks.filter((item) => item.document && item.isDone);
        return Object.fromEntries(brought.map((item) => [item.point_id, item.document]));
    }

    /** The view behind shows the lead where it is now. */
    reload() {
        return this.action.doAction("soft_reload");
    }

    async onOverride() {
        this.props.close();
        await this.action.doActionButton({
            type: "object",
            name: "action_open_gate_override",
            args: JSON.stringify([this.stageId]),
            resModel: "crm.lead",
            resIds: this.leadIds,
            onClose: () => this.reload(),
        });
    }
}

registry.category("error_dialogs").add(GATE_ERROR, GateDialog);

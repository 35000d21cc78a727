import {
    Component,
    onWillStart,
    useEffect,
    useExternalListener,
    useRef,
    useState,
} from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { Dialog } from "@web/core/dialog/dialog";
import { FileInput } from "@web/core/file_input/file_input";
import { deserializeDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { Requirements } from "./requirements";

/** Where letters and digits are text. */
const TYPED_IN = "input, textarea, select";

/** Questions that ask for more once they are answered so. */
const STAYS_ON = { thresholds: ["yes"], spec: ["spec", "rfp"] };

/**
 * How the customer decides, one question at a time: each answer is kept at once, and the
 * next question that is open comes up. Digits choose, S leaves a question open, B goes back.
 */
export class DecisionGuide extends Component {
    static template = "leadya_crm.DecisionGuide";
    static components = { DateTimeInput, Dialog, FileInput, Requirements };
    static props = {
        resId: Number,
        close: Function,
        onChanged: { type: Function, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.root = useRef("root");
        this.state = useState({
            guide: null,
            key: false,
            number: "",
            isBusy: false,
        });
        useExternalListener(window, "keydown", (ev) => this.onKeydown(ev), { capture: true });
        onWillStart(async () => {
            this.state.guide = await this.call("leadya_decision_guide");
            this.show(this.state.guide.next);
        });
        // What is typed into is ready for it.
        useEffect(
            () => this.root.el?.querySelector("[data-autofocus]")?.focus(),
            () => [this.state.key]
        );
    }

    call(method, ...args) {
        return this.orm.call("crm.lead", method, [[this.props.resId], ...args]);
    }

    // ------------------------------------------------------------
    // What is shown
    // ------------------------------------------------------------

    get questions() {
        return this.state.guide.questions;
    }

    get index() {
        return this.questions.findIndex(({ key }) => key === this.state.key);
    }

    /** The question that is asked; none when all is known. */
    get question() {
        return this.questions[this.index];
    }

    get knownCount() {
        return this.questions.filter(({ known }) => known).length;
    }

    get progressText() {
        return _t("%(known)s of %(all)s known", {
            known: this.knownCount,
            all: this.questions.length,
        });
    }

    get percent() {
        return Math.round((100 * this.knownCount) / this.questions.length);
    }

    get date() {
        return this.question.value ? deserializeDate(this.question.value) : false;
    }

    get asksForDocument() {
        return this.question.key === "spec" && STAYS_ON.spec.includes(this.question.value);
    }

    /** The requirements that belong to the question. */
    get requirements() {
        const kind = this.requirementKind;
        return kind ? this.state.guide.thresholds.filter((line) => line.kind === kind) : [];
    }

    get requirementKind() {
        return { thresholds: "required", advantages: "proposed" }[this.question.key];
    }

    answerOf({ kind, key, value, choices }) {
        if (kind === "choice") {
            return choices.find((choice) => choice.value === value)?.label || "";
        }
        if (kind === "lines") {
            const lines = this.state.guide.thresholds.filter((line) => line.kind === "proposed");
            return lines.map(({ name }) => name).join(", ");
        }
        return value ? String(value) : "";
    }

    // ------------------------------------------------------------
    // Going on
    // ------------------------------------------------------------

    show(key) {
        this.state.key = key || false;
        this.state.number = this.question?.kind === "number" ? this.question.value || "" : "";
    }

    /** The next open question after this one, or else the first that is open. */
    advance() {
        const later = this.questions.slice(this.index + 1).find(({ known }) => !known);
        this.show(later ? later.key : this.state.guide.next);
    }

    onSkip() {
        this.show(this.questions[this.index + 1]?.key);
    }

    onBack() {
        this.show(this.questions[this.index < 0 ? this.questions.length - 1 : this.index - 1]?.key);
    }

    /** Keep an answer; what is pressed twice is kept once. */
    async keep(method, ...args) {
        if (this.state.isBusy) {
            return false;
        }
        this.state.isBusy = true;
        try {
            this.state.guide = await this.call(method, ...args);
        } finally {
            this.state.isBusy = false;
        }
        this.props.onChanged?.();
        return true;
    }

    async onAnswer(value) {
        const { key } = this.question;
        if (
            (await this.keep("leadya_decision_answer", key, value)) &&
            !STAYS_ON[key]?.includes(value)
        ) {
            this.advance();
        }
    }

    onNumber() {
        const number = parseInt(this.state.number, 10);
        return this.onAnswer(Number.isNaN(number) ? 0 : number);
    }

    onDate(date) {
        return this.onAnswer(date ? serializeDate(date) : false);
    }

    onRequirement(name) {
        return this.keep("leadya_decision_add_threshold", name, this.requirementKind);
    }

    onMet(line, met) {
        return this.keep("leadya_decision_set_threshold", line.id, met);
    }

    onUploaded(files) {
        const ids = files.map(({ id }) => id).filter(Boolean);
        return ids.length && this.keep("leadya_decision_add_documents", ids);
    }

    // ------------------------------------------------------------
    // Keyboard
    // ------------------------------------------------------------

    onKeydown(ev) {
        if (ev.altKey || ev.ctrlKey || ev.metaKey || ev.target.matches?.(TYPED_IN)) {
            return;
        }
        const digit = /^(?:Digit|Numpad)?([1-9])$/.exec(ev.code || ev.key)?.[1];
        const choice = digit && this.question?.choices[digit - 1];
        const command = choice
            ? () => this.onAnswer(choice.value)
            : { KeyS: this.question && (() => this.onSkip()), KeyB: () => this.onBack() }[ev.code];
        if (command) {
            ev.preventDefault();
            ev.stopPropagation();
            command();
        }
    }
}

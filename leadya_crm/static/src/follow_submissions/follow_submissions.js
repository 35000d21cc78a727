import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Milliseconds between two questions: quick at first, since most is done within a second. */
const FIRST_DELAY = 300;
const DELAY = 1500;
const FIRST_QUESTIONS = 10;
/** After so many milliseconds without any progress nobody seems to be at work. */
const PATIENCE = 60000;

/**
 * Follows submissions whose leads are made in the background: tells how far the work is, and
 * what became of it.
 */
class Follower {
    constructor(env, { ids, opened }) {
        this.services = env.services;
        this.ids = ids;
        this.isOpened = opened;
        this.startedAt = env.services.action.currentController?.jsId;
        this.waiting = null;
        this.changedAt = Date.now();
        this.closeProgress = () => {};
    }

    async follow() {
        for (let question = 0; ; question++) {
            const progress = await this.services.orm.silent.call(
                "leadya.submission",
                "get_progress",
                [this.ids]
            );
            this.noteProgress(progress.waiting);
            const isGivenUp = Date.now() - this.changedAt > PATIENCE;
            if (!progress.waiting || isGivenUp) {
                this.closeProgress();
                this.tell(progress);
                return this.show();
            }
            const delay = question < FIRST_QUESTIONS ? FIRST_DELAY : DELAY;
            await new Promise((resolve) => browser.setTimeout(resolve, delay));
        }
    }

    noteProgress(waiting) {
        if (waiting === this.waiting) {
            return;
        }
        this.waiting = waiting;
        this.changedAt = Date.now();
        this.closeProgress();
        if (waiting && this.ids.length > 1) {
            const message = _t("%(done)s of %(count)s are done.", {
                done: this.ids.length - waiting,
                count: this.ids.length,
            });
            this.closeProgress = this.services.notification.add(message, { sticky: true });
        }
    }

    tell({ waiting, failed, put_off }) {
        if (this.isOpened && !waiting) {
            return;
        }
        const count = this.ids.length;
        let message = _t("%(count)s done.", { count: count - failed - waiting - put_off });
        if (failed) {
            message = _t("%(done)s done, %(failed)s failed.", {
                done: count - failed - waiting - put_off,
                failed,
            });
        }
        if (put_off) {
            message = _t("The other system does not answer. It is asked again by and by.");
        }
        if (waiting) {
            message = _t(
                "Nothing was done yet: the scheduled action does not seem to run. Open the submission to see what to do."
            );
        }
        const type = waiting || failed || put_off ? "warning" : "success";
        this.services.notification.add(message, { type });
    }

    show() {
        const { action } = this.services;
        if (this.isOpened) {
            return action.doAction({
                type: "ir.actions.act_window",
                name: _t("What Would Become of It"),
                res_model: "leadya.submission",
                res_id: this.ids[0],
                views: [[false, "form"]],
                target: "new",
            });
        }
        // Whoever went on to another screen keeps it as it is.
        if (action.currentController?.jsId === this.startedAt) {
            return action.doAction({ type: "ir.actions.client", tag: "soft_reload" });
        }
    }
}

/** Does not wait for the end: the user can go on. */
export function followSubmissions(env, action) {
    if (action.params.ids.length) {
        new Follower(env, action.params).follow();
    } else {
        env.services.notification.add(_t("There is nothing to try again."), { type: "info" });
    }
}

registry.category("actions").add("leadya_follow_submissions", followSubmissions);

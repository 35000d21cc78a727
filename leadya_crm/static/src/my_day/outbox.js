import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { session } from "@web/session";

/** How long to wait before trying again what could not be sent. */
const RETRY = 5000;

/** Whether the server has not judged what was sent: later, or after a login, it may be taken. */
function isUnreachable(error) {
    return (
        error instanceof ConnectionLostError ||
        error.exceptionName === "odoo.http.SessionExpiredException"
    );
}

/**
 * Outcomes on their way to the server. Each is kept in the browser until the server has
 * it, so that neither a lost connection nor a closed tab loses one. Each carries a key:
 * what is sent again after the answer got lost is logged once.
 */
export class Outbox {
    /**
     * @param {Function} send called with an entry; rejects where it was not taken
     * @param {{onSent: Function, onRefused: Function, onChange: Function}} handlers
     */
    constructor(send, { onSent, onRefused, onChange }) {
        this.send = send;
        this.handlers = { onSent, onRefused, onChange };
        this.storageKey = `leadya_crm.outbox.${session.db || ""}.${user.userId}`;
        this.isSending = false;
        this.timer = null;
        this.flush = this.flush.bind(this);
        browser.addEventListener("online", this.flush);
    }

    destroy() {
        browser.removeEventListener("online", this.flush);
        browser.clearTimeout(this.timer);
    }

    /** @returns {Object[]} what waits, the oldest first */
    get entries() {
        try {
            const entries = JSON.parse(browser.localStorage.getItem(this.storageKey) || "[]");
            return Array.isArray(entries) ? entries : [];
        } catch {
            return [];
        }
    }

    set entries(entries) {
        browser.localStorage.setItem(this.storageKey, JSON.stringify(entries));
        this.handlers.onChange(entries.length);
    }

    /** @param {{leadId: Number, name: String, outcome: String, values: Object}} entry */
    async add(entry) {
        const key = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
        this.entries = [...this.entries, { ...entry, key }];
        await this.flush();
    }

    /** Send what waits, one after the other; stop where the server can't be reached. */
    async flush() {
        if (this.isSending) {
            return;
        }
        this.isSending = true;
        browser.clearTimeout(this.timer);
        try {
            // Read anew each time: more may be added while one is on its way.
            for (let [entry] = this.entries; entry; [entry] = this.entries) {
                await this.sendOne(entry);
            }
        } catch {
            this.timer = browser.setTimeout(this.flush, RETRY);
        } finally {
            this.isSending = false;
        }
    }

    /** @throws where the server can't be reached; the entry then waits on */
    async sendOne(entry) {
        let result = null;
        let refusal = null;
        try {
            result = await this.send(entry);
        } catch (error) {
            if (isUnreachable(error)) {
                throw error;
            }
            refusal = error;
        }
        this.entries = this.entries.filter(({ key }) => key !== entry.key);
        if (refusal) {
            this.handlers.onRefused(entry, refusal);
        } else {
            this.handlers.onSent(entry, result);
        }
    }
}

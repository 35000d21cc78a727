import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/** How often what is shown is compared with the time; nothing is asked of the server. */
const TICK = 1000;

/**
 * One timer for everything on the screen that shows a time that runs. It stops when
 * nobody listens.
 */
export const tickerService = {
    start() {
        const listeners = new Set();
        let timer = null;

        function tick() {
            for (const listener of [...listeners]) {
                listener();
            }
        }

        return {
            /**
             * @param {Function} listener called at each tick
             * @returns {Function} ends the subscription
             */
            subscribe(listener) {
                listeners.add(listener);
                timer ??= browser.setInterval(tick, TICK);
                return () => {
                    listeners.delete(listener);
                    if (!listeners.size) {
                        browser.clearInterval(timer);
                        timer = null;
                    }
                };
            },
        };
    },
};

registry.category("services").add("leadya_ticker", tickerService);

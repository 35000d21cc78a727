import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Hertz and seconds of the two tones that say: a customer waits. */
const TONES = [
    [880, 0],
    [660, 0.25],
];

/**
 * Rings when a promise of the user's is about to break: a sound, and a notice that stays
 * until somebody has looked. The sound is made here, so that nothing is fetched; where the
 * browser allows none before a first click, the notice alone has to do.
 */
export const ringService = {
    dependencies: ["action", "bus_service", "notification"],
    start(env, { action, bus_service: bus, notification }) {
        function sound() {
            const Context = browser.AudioContext || window.AudioContext;
            if (!Context) {
                return;
            }
            const context = new Context();
            for (const [frequency, delay] of TONES) {
                const oscillator = context.createOscillator();
                const volume = context.createGain();
                oscillator.frequency.value = frequency;
                volume.gain.value = 0.1;
                oscillator.connect(volume).connect(context.destination);
                oscillator.start(context.currentTime + delay);
                oscillator.stop(context.currentTime + delay + 0.2);
            }
            browser.setTimeout(() => context.close(), 1000);
        }

        function open(leads) {
            const one = leads.length === 1;
            action.doAction({
                type: "ir.actions.act_window",
                name: _t("Customers Who Wait"),
                res_model: "crm.lead",
                views: one
                    ? [[false, "form"]]
                    : [
                          [false, "list"],
                          [false, "form"],
                      ],
                ...(one
                    ? { res_id: leads[0].id }
                    : { domain: [["id", "in", leads.map(({ id }) => id)]] }),
            });
        }

        function ring({ leads, count }) {
            const close = notification.add(leads.map(({ name }) => name).join(", "), {
                title:
                    count === 1
                        ? _t("A customer waits for your call")
                        : _t("%s customers wait for your call", count),
                type: "warning",
                sticky: true,
                className: "o_leadya_ring",
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => {
                            close();
                            open(leads);
                        },
                    },
                ],
            });
            sound();
        }

        bus.subscribe("leadya_crm.ring", ring);
        bus.start();
    },
};

registry.category("services").add("leadya_ring", ringService);

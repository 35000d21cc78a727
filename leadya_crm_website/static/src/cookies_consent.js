// What a visitor answers to the website's cookies bar holds for what the snippet keeps, too.
import { cookie } from "@web/core/browser/cookie";

function tell(given) {
    if (window.leadya?.consent) {
        window.leadya.consent(given);
    } else {
        // The snippet isn't there yet: it will find this.
        window.leadya = { granted: given };
    }
}

/** The answer of an earlier page; undefined where there was none. */
function readAnswer() {
    try {
        return JSON.parse(cookie.get("website_cookies_bar")).optional;
    } catch {
        return undefined;
    }
}

// Without a cookies bar nobody is asked, and nothing has to be told.
if (document.querySelector("#leadya_snippet[data-consent]")) {
    const answer = readAnswer();
    if (answer !== undefined) {
        tell(answer);
    }
    document.addEventListener("optionalCookiesAccepted", () => tell(true));
    document.addEventListener("optionalCookiesDenied", () => tell(false));
}

/**
 * Leadya: how a visitor found this site, told with the form that the visitor sends (README, "The snippet").
 * Keeps visits in the site's own localStorage; no cookie, no request before a form is sent. LGPL-3.
 */
(function () {
  "use strict";

  const early = window.leadya || {};
  if (typeof early.consent === "function") {
    return; // Included twice.
  }
  const { currentScript } = document;
  const options = Object.assign({}, early, currentScript && currentScript.dataset);
  const required = options.consent === "required";
  const KEY = "leadya";
  const MAX_TOUCHES = 20; // As many as the server reads.
  const MAX_SIZE = 20000;
  const MAX_TEXT = 500;
  const MINUTE = 60 * 1000;
  const LIFE = (Number(options.days) || 90) * 24 * 60 * MINUTE;
  const PAUSE = 30 * MINUTE; // After so long without a page a visit is over, as in web analytics.
  const CLICKS =
    "gclid gbraid wbraid msclkid yclid fbclid li_fat_id ttclid twclid rb_clickid tblci dicbo dclid ysclid srsltid".split(
      " "
    );
  const OTHERS = /^(utm_|gad_|(keyword|kw|match_?type|campaign_?id|ad_?group(id)?|creative|network|device)$)/;
  // The advertiser's own names, as in data-params="keyword=kw campaignid=cid".
  const meanings = new Map((options.params || "").split(/[\s,]+/).map((pair) => pair.split("=").reverse()));
  const shown = new WeakMap(); // When a form was first seen.
  const posts = new WeakMap(); // What of a form was sent and not answered.
  let stored = false;

  const hostOf = (url) => (url.split("/")[2] || "").replace(/^www\./, "");
  const isOwn = hostOf(document.referrer) === hostOf(location.href); // From another page of this site.

  /** This page as a visit; of its address only what tells of campaigns: the rest may be private. */
  function readVisit() {
    const touch = {};
    new URLSearchParams(location.search).forEach((value, parameter) => {
      const name = meanings.get(parameter) || parameter.toLowerCase();
      // What is too long is left out, not cut: half a click identifier is none.
      if ((CLICKS.includes(name) || OTHERS.test(name)) && !touch[name] && value && value.length <= MAX_TEXT) {
        touch[name] = value;
      }
    });
    touch.landing_url = (location.origin + location.pathname).slice(0, 2 * MAX_TEXT);
    touch.referrer_url = isOwn ? "" : document.referrer.split(/[?#]/)[0].slice(0, 2 * MAX_TEXT);
    touch.at = Date.now();
    return touch;
  }

  const clickOf = (touch) => CLICKS.map((name) => touch[name]).join("");
  const sourceOf = (touch) => JSON.stringify(Object.assign({}, touch, { landing_url: 0, at: 0 }));

  const visit = readVisit();
  const isMarked = Boolean(clickOf(visit)) || Object.keys(visit).some((name) => name.startsWith("utm_"));
  const isEntry = isMarked || !isOwn; // Else nobody knows where the visit came from.

  /** New is another source, or a visit after a pause; going back, and the same click again, are not. */
  function isNew({ touches, seen }) {
    if (!isEntry || !touches.length) {
      return isEntry;
    }
    const [navigation] = performance.getEntriesByType("navigation");
    const click = clickOf(visit);
    if (/reload|back/.test(navigation && navigation.type) || (click && touches.map(clickOf).includes(click))) {
      return false;
    }
    const isOther = sourceOf(visit) !== sourceOf(touches[touches.length - 1]);
    return visit.at - seen > PAUSE || (isOther && (isMarked || visit.referrer_url !== ""));
  }

  /** Storage that is refused throws. */
  function attempt(work) {
    try {
      return work();
    } catch (error) {
      return null;
    }
  }

  const store = (kept) => attempt(() => !localStorage.setItem(KEY, JSON.stringify(kept)));

  function load() {
    const { touches, seen, refused } = attempt(() => JSON.parse(localStorage.getItem(KEY))) || {};
    const isFresh = (touch) => touch && touch.at > Date.now() - LIFE;
    return { touches: Array.isArray(touches) ? touches.filter(isFresh) : [], seen: seen || 0, refused };
  }

  function consent(given) {
    const kept = load();
    const touches = isNew(kept) ? kept.touches.concat(visit) : kept.touches;
    while (touches.length > MAX_TOUCHES || (touches[1] && JSON.stringify(touches).length > MAX_SIZE)) {
      touches.splice(1, 1);
    }
    stored = given && store({ touches, seen: Date.now() });
    if (!given) {
      attempt(() => localStorage.removeItem(KEY));
    }
    if (!given && !required) {
      store({ refused: true }); // Or the next page would begin again.
    }
    scan(true);
  }

  /** What is known of the visitor: the visits that were kept, else this page's, marked as not kept. */
  function touchesNow() {
    const touches = stored ? load().touches : [];
    return touches.length || !isEntry ? touches : [Object.assign({ stored: false }, visit)];
  }

  /** Set a field of a form, whatever its builder called it; one is made where there is none. */
  function setField(form, name, value) {
    const isIt = (one) => [one.name, one.value, one.dataset.leadya].includes(name) || one.name.endsWith(`[${name}]`);
    const fields = Array.from(form.querySelectorAll("input, textarea")).filter(isIt);
    if (!fields.length) {
      fields[0] = form.appendChild(Object.assign(document.createElement("input"), { type: "hidden", name }));
    }
    for (const field of fields) {
      field.dataset.leadya = name;
      field.value = value;
    }
  }

  function fill(form) {
    const touches = touchesNow();
    setField(form, "leadya_touches", touches.length ? JSON.stringify(touches) : "");
  }

  /** Fill the marked forms: those that are new, or again all of them. */
  function scan(again) {
    const selector = ["form[data-leadya]"].concat(options.forms || []).join();
    for (const form of document.readyState === "loading" ? [] : document.querySelectorAll(selector)) {
      if (again === true || !shown.has(form)) {
        shown.set(form, shown.get(form) || performance.now());
        fill(form);
      }
    }
  }

  /** Just before a form is sent, by whatever script. */
  function refresh({ target }) {
    const form = target.closest && target.closest("form");
    scan();
    if (shown.has(form)) {
      fill(form);
      setField(form, "leadya_elapsed", Math.round(performance.now() - shown.get(form)));
    }
  }

  /** data-leadya-submit="fetch": send without leaving the page, and show the answer. */
  async function send(event) {
    const form = event.target;
    if (!shown.has(form) || form.dataset.leadyaSubmit !== "fetch" || event.defaultPrevented) {
      return;
    }
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) {
      return;
    }
    form.setAttribute("aria-busy", "true");
    // A live region: there before its text, so that it is read aloud.
    const status = form.querySelector("[role=status]") || form.appendChild(document.createElement("p"));
    status.setAttribute("role", "status");
    const body = new URLSearchParams(new FormData(form));
    // The same text again is the same post: where the answer was lost, no second lead is made.
    const text = String(body).replace(/leadya_elapsed=\d*/, "");
    const last = posts.get(form) || {};
    const key = last.text === text ? last.key : crypto.getRandomValues(new Uint32Array(4)).join("-");
    posts.set(form, { text, key });
    const headers = { Accept: "application/json", "Idempotency-Key": key };
    const answer = await fetch(form.getAttribute("action"), { method: "POST", credentials: "omit", headers, body })
      .then((response) => response.json())
      .catch(() => ({ error: form.dataset.leadyaError || "This could not be sent. Please try again." }));
    form.removeAttribute("aria-busy");
    status.textContent = answer.error || form.dataset.leadyaThanks || "Thank you.";
    if (!answer.error) {
      posts.delete(form);
      HTMLFormElement.prototype.reset.call(form); // A field may be called "reset".
      form.dispatchEvent(new CustomEvent("leadya:sent", { bubbles: true, detail: answer }));
    }
  }

  window.leadya = Object.freeze({ consent, touches: touchesNow });
  const { touches, refused } = load();
  if (options.granted !== undefined || (required ? touches.length : !refused)) {
    consent(options.granted !== false);
  }
  scan();
  document.addEventListener("DOMContentLoaded", scan);
  new MutationObserver(scan).observe(document, { childList: true, subtree: true });
  // Before any other listener: form builders send by scripts of their own, some by a click alone.
  window.addEventListener("submit", refresh, true);
  window.addEventListener("click", refresh, true);
  window.addEventListener("submit", send);
})();

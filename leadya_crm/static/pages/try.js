// The page on which a form is tried: sends as any other page would, then asks what became of it.
"use strict";

const form = document.getElementById("leadya-form");
// Milliseconds between two questions: quick at first, for a minute in all.
const PAUSES = [...Array(20).fill(250), ...Array(27).fill(2000)];
const byId = (name) => document.getElementById(`leadya-${name}`);

/** Fill a table with names and texts; texts only, never markup. */
function fillTable(table, texts) {
    table.replaceChildren(
        ...(texts || []).map(([name, text]) => {
            const row = document.createElement("tr");
            const head = document.createElement("th");
            const cell = document.createElement("td");
            head.textContent = name;
            cell.textContent = text;
            cell.dir = "auto";
            row.append(head, cell);
            return row;
        })
    );
}

async function fetchResult(reference) {
    const answer = await fetch(form.dataset.result, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", method: "call", params: { reference } }),
    });
    return (await answer.json()).result || {};
}

/** The lead is made in the background: ask until it is, or the patience is at an end. */
async function followResult(status, answer) {
    for (const pause of PAUSES) {
        const result = await fetchResult(answer.reference);
        show(status, answer, result);
        if (result.state !== "received") {
            return;
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
    }
}

function show(status, answer, result) {
    byId("idle").hidden = true;
    byId("result").hidden = false;
    byId("status").textContent = status ? `HTTP ${status}` : "";
    byId("state").textContent = result.state_name || "";
    byId("state").hidden = !result.state_name;
    byId("error").textContent =
        answer.error ||
        result.error ||
        (result.state === "received" ? form.dataset.textWaiting : "");
    byId("lead").textContent = result.lead || "";
    byId("lead").href = result.url || "#";
    byId("answer").textContent = JSON.stringify(answer, null, 2);
    fillTable(byId("understood"), result.understood);
    fillTable(byId("unknown"), result.unknown);
}

async function send(body, contentType) {
    byId("idle").hidden = false;
    byId("idle").textContent = form.dataset.textSending;
    byId("result").hidden = true;
    try {
        const response = await fetch(form.action, {
            method: "POST",
            headers: { "Content-Type": contentType, Accept: "application/json" },
            body,
        });
        const answer = await response.json();
        if (answer.reference) {
            await followResult(response.status, answer);
        } else {
            show(response.status, answer, {});
        }
    } catch {
        show(0, { error: form.dataset.textFailed }, {});
    }
}

form.elements.landing_url.value = `${location.origin}/landing?utm_source=google&utm_medium=cpc`;
form.addEventListener("submit", (ev) => {
    if (ev.submitter && ev.submitter.dataset.plain) {
        return;
    }
    ev.preventDefault();
    const data = new URLSearchParams();
    for (const [name, text] of new FormData(form)) {
        if (text) {
            data.append(name, text);
        }
    }
    send(data.toString(), "application/x-www-form-urlencoded;charset=UTF-8");
});
byId("send-json").addEventListener("click", () => send(byId("json").value, "application/json"));

window.leadyaReady = true;

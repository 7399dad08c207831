// What a browser shows, and what it fetches.

import { openChat, toEnd } from "../people.mjs";

/**
 * Runs in the page: the rows in view by stamp, as one reads them; scrolls up one screen. Tells whether that is the top.
 * Faces and names above messages are left out: they depend on where the mark of new messages stands.
 */
function readScreen() {
    const list = document.querySelector(".chat:not(.thread) .messages__list");
    const words = (row) => [row.ariaLabel, ...[...row.querySelectorAll(".bubble, .reactions, .thread-mark, .pill")].map((part) => part.innerText)];
    const rows = [...list.querySelectorAll("[data-stamp]")].map((row) => [row.dataset.stamp, words(row).join(" ").replace(/\s+/g, " ").trim()]);
    const top = list.scrollTop <= 0;
    list.scrollBy(0, -list.clientHeight / 2);
    return { rows, top };
}

/** Reads a whole chat from its end to its beginning. */
async function readChat(somebody, title) {
    await openChat(somebody, title);
    await somebody.page.locator("[data-stamp]").first().waitFor();
    await toEnd(somebody);
    const rows = new Map();
    let still = 0;
    // At the top older messages may be on their way: it is the beginning once nothing new came for a while of looking.
    while (still < 8) {
        const before = rows.size;
        const screen = await somebody.page.evaluate(readScreen);
        for (const [stamp, text] of screen.rows) rows.set(stamp, text);
        const loading = await somebody.page.locator(".chat:not(.thread) .edge .spinner").count();
        still = screen.top && rows.size === before && loading === 0 ? still + 1 : 0;
        await somebody.page.evaluate(() => new Promise(requestAnimationFrame));
    }
    const pinned = somebody.page.locator(".pinned__words");
    return {
        rows: [...rows].sort(([a], [b]) => Number(a) - Number(b)).map((row) => row.join(" ")),
        members: await somebody.page.locator(".chat__about").first().innerText(),
        pinned: (await pinned.count()) > 0 ? await pinned.innerText() : null,
        list: (await somebody.page.locator(".chat-row", { hasText: title }).innerText()).replace(/\s+/g, " "),
    };
}

/** Everything somebody sees of some groups. */
export async function everything(somebody, groups) {
    const seen = {};
    for (const group of groups) seen[group] = await readChat(somebody, group);
    return seen;
}

/** Waits until a browser shows, and so keeps, all messages of a group. */
export async function keeps(somebody, group, count) {
    let seen = 0;
    while (seen < count) seen = (await readChat(somebody, group)).rows.filter((row) => row.includes(group)).length;
}

/** Counts what comes through sockets opened from now on; gives a function that tells how much it was. */
export function countFrames({ page }) {
    const counts = { received: 0, bytes: 0, sent: 0 };
    page.on("websocket", (socket) => {
        socket.on("framereceived", ({ payload }) => {
            counts.received += 1;
            counts.bytes += Buffer.byteLength(payload);
        });
        socket.on("framesent", () => (counts.sent += 1));
    });
    return () => ({ ...counts });
}

// Somebody is away while much is said: without a network first, then because the server was killed.
//
//     node e2e/away.mjs PROGRAM FOLDER [MESSAGES]        (500 messages unless told otherwise)
//
// Everything said meanwhile must be there once and in order, and what was written while away must arrive once.

import { Curlew } from "./curlew.mjs";
import { openDirect, PATIENCE, People, register, send, shows, step } from "./people.mjs";

const [program, folder, wanted] = process.argv.slice(2);
const MESSAGES = Number(wanted ?? 500);
const curlew = new Curlew(program);
await curlew.start();
const people = await People.gather(folder);

/** Texts of messages that begin with `prefix`, as they stand in the local store of somebody's browser, in order. */
async function kept(prefix) {
    const asked = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await asked(indexedDB.open("curlew"));
    const entries = await asked(database.transaction("entries").objectStore("entries").getAll());
    database.close();
    const rows = entries.map((row) => row.entry ?? row);
    rows.sort((one, other) => one.stamp - other.stamp);
    return rows.filter(({ kind }) => kind === "message").map(({ content }) => content.text).filter((text) => text.startsWith(prefix));
}

/** Waits until somebody has every one of `texts` once and in order, as long as more of them come. */
async function hasAll({ name, page }, prefix, texts) {
    let found = [];
    let until = Date.now() + PATIENCE;
    while (found.length < texts.length && Date.now() < until) {
        const now = await page.evaluate(kept, prefix);
        if (now.length > found.length) until = Date.now() + PATIENCE;
        found = now;
    }
    if (found.join() !== texts.join()) people.wrong(`${name} keeps ${found.length} of ${texts.length} "${prefix}", or in another order`);
}

/** Goes down to the newest message, which is `text`. */
async function seesNewest(somebody, text) {
    const latest = somebody.page.locator(".latest");
    if (await latest.isVisible()) await latest.click();
    await shows(somebody, text);
}

async function talk(ada, bo, round, cut, mend) {
    const said = Array.from({ length: MESSAGES }, (_, index) => `${round} ${index}`);
    const written = [`away ${round} one`, `away ${round} two`];
    await cut();
    for (const text of written) await send(bo, text);
    await people.picture(bo, `away-${round}`);
    for (const text of said) await send(ada, text);
    await mend();
    await hasAll(bo, `${round} `, said);
    await seesNewest(bo, said.at(-1));
    await hasAll(ada, `away ${round}`, written);
    await people.picture(bo, `back-${round}`);
    step(`${round}: ${MESSAGES} messages were missed and are there once, in order; ${written.length} written while away arrived once`);
}

await people.tell(async () => {
    const ada = await people.person("ada", curlew.address, `#setup=${curlew.setup}`);
    await register(ada, "Ada Byrne");
    const bo = await people.person("bo.lind", curlew.address);
    await register(bo, "Bo Lind");
    await openDirect(ada, "bo.lind");
    await send(ada, "Are you there?");
    await bo.page.locator(".chat-row").first().click();
    await shows(bo, "Are you there?");

    await talk(ada, bo, "offline", () => bo.context.setOffline(true), () => bo.context.setOffline(false));
    await talk(ada, bo, "killed", () => curlew.kill(), () => curlew.start());
    await bo.page.reload();
    await shows(bo, `killed ${MESSAGES - 1}`);
    step("a reload shows everything again");
});
await curlew.end();

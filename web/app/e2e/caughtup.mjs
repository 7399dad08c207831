// A browser that was away while 2,000 things changed in chats it keeps shows exactly what a fresh browser shows.
//
//     node e2e/caughtup.mjs PROGRAM FOLDER [CHANGES]        (2,000 changes unless told otherwise)
//
// States how many frames and bytes it took to catch up.

import { changeMuch, say } from "./caughtup/changes.mjs";
import { countFrames, everything, keeps } from "./caughtup/watching.mjs";
import { Curlew } from "./curlew.mjs";
import { login, openChat, PASSWORD, PATIENCE, People, register, step } from "./people.mjs";
import { Wire } from "./wire.mjs";

const [program, folder, wanted] = process.argv.slice(2);
const CHANGES = Number(wanted ?? 2000);
const GROUPS = ["Reading circle", "Harbour watch", "Allotment"];
const MESSAGES = 120;

const curlew = new Curlew(program);
await curlew.start();
const people = await People.gather(folder);

/** Everything a browser shows of all groups, once it shows what `expected` says, or what it shows after all patience. */
async function shown(somebody, expected) {
    const until = Date.now() + PATIENCE * 3;
    let found = await everything(somebody, GROUPS);
    while (expected && JSON.stringify(found) !== JSON.stringify(expected) && Date.now() < until) found = await everything(somebody, GROUPS);
    return found;
}

function difference(name, found, expected) {
    for (const group of Object.keys(expected)) {
        const lines = expected[group].rows.filter((line, place) => line !== found[group].rows[place]);
        if (lines.length > 0) return `${name}, ${group}: ${lines.length} of ${expected[group].rows.length} lines differ, as ${lines[0]} (there: ${found[group].rows[expected[group].rows.indexOf(lines[0])]})`;
        if (JSON.stringify(found[group]) !== JSON.stringify(expected[group])) return `${name}, ${group}: ${JSON.stringify({ ...found[group], rows: 0 })} is not ${JSON.stringify({ ...expected[group], rows: 0 })}`;
    }
    return null;
}

await people.tell(async () => {
    const ada = await people.person("ada", curlew.address, `#setup=${curlew.setup}`);
    await register(ada, "Ada Byrne");
    const names = ["bo.lind", "cleo", "dmitri"];
    const users = [];
    for (const name of names) {
        const somebody = await people.person(name, curlew.address);
        await register(somebody, name);
        users.push((await Wire.open(somebody.page, name, PASSWORD)).user);
        if (name !== "bo.lind") await somebody.context.close();
        else people.bo = somebody;
    }
    const { bo } = people;
    const { wire } = await Wire.open(ada.page, "ada", PASSWORD);
    const chats = await say(wire, GROUPS, users, MESSAGES);
    for (const group of GROUPS) {
        await openChat(bo, group);
        await keeps(bo, group, MESSAGES);
    }
    step(`${GROUPS.length} groups of ${MESSAGES} messages are kept by a browser`);

    await bo.context.setOffline(true);
    const made = await changeMuch(wire, chats, users, CHANGES);
    step(`while it was away: ${Object.entries(made).map(([kind, count]) => `${count} ${kind}`).join(", ")}`);

    const fresh = await people.person("bo.lind", curlew.address);
    await login(fresh);
    const expected = await shown(fresh, null);
    const frames = countFrames(bo);
    await bo.context.setOffline(false);
    const found = await shown(bo, expected);
    const problem = difference("the browser that was away", found, expected);
    if (problem) people.wrong(problem);
    await people.picture(bo, "caughtup");
    await people.picture(fresh, "caughtup-fresh");
    const { received, bytes, sent } = frames();
    step(`caught up with ${received} frames of ${bytes} bytes, asking with ${sent} frames`);
    await bo.page.reload();
    const again = difference("after a reload", await shown(bo, expected), expected);
    if (again) people.wrong(again);
    step("a reload shows the same");
});
await curlew.end();

// Two browsers at a real server: set up, register, find each other, talk directly and in a group, log out.
//
//     node e2e/talk.mjs PROGRAM FOLDER        (PROGRAM: the curlew binary; pictures go to FOLDER)
//
// Fails when a message does not arrive, or a page logs an error.

import { Curlew } from "./curlew.mjs";
import { openDirect, People, register, send, shows, step } from "./people.mjs";

const [program, folder] = process.argv.slice(2);
const TEXTS = ["Hello 👋", "你好，世界", "مرحبا بالعالم", "<script>alert(1)</script> <b>bold</b> & \"quotes\"", "x".repeat(16_384)];
const curlew = new Curlew(program);
await curlew.start();
const people = await People.gather(folder);

await people.tell(async () => {
    const ada = await people.person("ada", curlew.address, `#setup=${curlew.setup}`);
    await register(ada, "Ada Byrne");
    step("the set-up link makes the first account");
    const bo = await people.person("bo.lind", curlew.address);
    await register(bo, "Bo Lind");
    await people.picture(bo, "empty");
    step("a second person registers");

    await openDirect(ada, "bo.lind");
    for (const text of TEXTS) await send(ada, text);
    await bo.page.locator(".chat-row").first().click({ timeout: 10_000 });
    for (const text of TEXTS) await shows(bo, text);
    await send(bo, "All arrived.");
    await shows(ada, "All arrived.");
    await ada.page.locator(".ticks--read").first().waitFor({ timeout: 10_000 });
    await people.picture(ada, "direct-ada");
    await people.picture(bo, "direct-bo");
    step("texts of every kind arrive, the answer too, and reading shows");

    await ada.page.getByRole("button", { name: "New chat" }).first().click();
    await ada.page.getByRole("button", { name: "New group" }).click();
    await ada.page.getByLabel("Name of the group").fill("Weekend 🏖️");
    await ada.page.locator(".person", { hasText: "@bo.lind" }).click();
    await ada.page.getByRole("button", { name: "Create group" }).click();
    await ada.page.locator(".chat__title", { hasText: "Weekend" }).waitFor();
    await send(ada, "Welcome to the group");
    await bo.page.locator(".chat-row", { hasText: "Weekend" }).click({ timeout: 10_000 });
    await shows(bo, "Welcome to the group");
    await send(bo, "Glad to be here");
    await shows(ada, "Glad to be here");
    await people.picture(ada, "group-ada");
    await people.picture(bo, "group-bo");
    step("a group is made and both talk in it");

    await bo.page.reload();
    await shows(bo, "Glad to be here");
    await people.picture(bo, "reloaded-bo");
    step("a reload shows everything again");

    await bo.page.getByRole("button", { name: "Settings" }).click();
    await bo.page.getByRole("button", { name: "Log out" }).click();
    await bo.page.getByRole("dialog").getByRole("button", { name: "Log out" }).click();
    await bo.page.getByText("You are logged out").waitFor();
    const kept = await bo.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    await people.picture(bo, "out-bo");
    step(`logging out leads to the form; databases left: ${kept.join(", ") || "none"}`);
});
await curlew.end();

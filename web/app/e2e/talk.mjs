// Two browsers at a running server: set up, register, find each other, talk directly and in a group.
//
//     node e2e/talk.mjs ADDRESS SET-UP-CODE FOLDER
//
// Pictures go to FOLDER. Fails when a message does not arrive, arrives twice, or the page logs an error.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const [address, setup, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const problems = [];
const TEXTS = ["Hello 👋", "你好，世界", "مرحبا بالعالم", "<script>alert(1)</script> <b>bold</b> & \"quotes\"", "x".repeat(16_384)];

async function person(name, hash = "") {
    const context = await browser.newContext({ viewport: { width: 1240, height: 820 }, locale: "en-GB" });
    const page = await context.newPage();
    page.on("console", (line) => line.type() === "error" && problems.push(`${name}: ${line.text()}`));
    page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
    await page.goto(`${address}/${hash}`);
    return { name, context, page };
}

async function register({ name, page }) {
    const open = page.getByRole("button", { name: "Create account" });
    await open.first().waitFor();
    if (!(await page.getByLabel("Your name").isVisible())) await open.click();
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Your name").fill(name === "ada" ? "Ada Byrne" : "Bo Lind");
    await page.getByLabel("Password", { exact: true }).fill("four unrelated words");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "New chat" }).first().waitFor();
}

async function send({ page }, text) {
    await page.locator(".composer__input").fill(text);
    await page.keyboard.press("Enter");
}

const shows = ({ page }, text) => page.locator(".bubble .lines", { hasText: text.slice(0, 60) }).first().waitFor({ timeout: 10_000 });
const picture = ({ page }, name) => page.screenshot({ path: join(folder, `${name}.png`) });
const step = (text) => console.log(`- ${text}`);

try {
    const ada = await person("ada", `#setup=${setup}`);
    await register(ada);
    step("the set-up link makes the first account");
    const bo = await person("bo.lind");
    await register(bo);
    await picture(bo, "empty");
    step("a second person registers");

    await ada.page.getByRole("button", { name: "New chat" }).first().click();
    await ada.page.getByLabel("Exact user name").fill("bo.lind");
    await ada.page.locator(".person", { hasText: "@bo.lind" }).click();
    await ada.page.locator(".composer__input").waitFor();
    for (const text of TEXTS) await send(ada, text);
    await bo.page.locator(".chat-row").first().click({ timeout: 10_000 });
    for (const text of TEXTS) await shows(bo, text);
    await send(bo, "All arrived.");
    await shows(ada, "All arrived.");
    await ada.page.locator(".ticks--read").first().waitFor({ timeout: 10_000 });
    await picture(ada, "direct-ada");
    await picture(bo, "direct-bo");
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
    await picture(ada, "group-ada");
    await picture(bo, "group-bo");
    step("a group is made and both talk in it");

    await bo.context.setOffline(true);
    await send(bo, "written offline");
    for (let index = 0; index < 20; index++) await send(ada, `while you were away ${index}`);
    await bo.page.waitForTimeout(500);
    await picture(bo, "offline-bo");
    await bo.context.setOffline(false);
    await shows(bo, "while you were away 19");
    await shows(ada, "written offline");
    const twice = await ada.page.locator(".bubble .lines", { hasText: "written offline" }).count();
    if (twice !== 1) problems.push(`"written offline" arrived ${twice} times`);
    step("what was missed and what was written offline arrives once");

    await bo.page.reload();
    await shows(bo, "while you were away 19");
    await picture(bo, "reloaded-bo");
    step("a reload shows everything again");

    await bo.page.getByRole("button", { name: "Settings" }).click();
    await bo.page.getByRole("button", { name: "Log out" }).click();
    await bo.page.getByRole("dialog").getByRole("button", { name: "Log out" }).click();
    await bo.page.getByText("You are logged out").waitFor();
    const kept = await bo.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
    await picture(bo, "out-bo");
    step(`logging out leads to the form; databases left: ${kept.join(", ") || "none"}`);
} catch (error) {
    problems.push(error.message);
    for (const [index, context] of browser.contexts().entries()) await context.pages()[0]?.screenshot({ path: join(folder, `failed-${index}.png`) });
}
await browser.close();
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

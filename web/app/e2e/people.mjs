// People in real browsers: what each of them can do and see.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** How long anything may take to be seen, in milliseconds. */
export const PATIENCE = 60_000;

/** Everybody's password. */
export const PASSWORD = "four unrelated words";

/** A browser, the people in it, and everything that went wrong. */
export class People {
    #browser;
    #folder;
    #problems = [];

    /** Opens a browser; pictures go to `folder`. */
    static async gather(folder) {
        const people = new People();
        mkdirSync(folder, { recursive: true });
        people.#folder = folder;
        people.#browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
        return people;
    }

    /** Somebody opens the client. Lines they see in their console are problems, but for a lost connection. */
    async person(name, address, hash = "", options = {}) {
        const context = await this.#browser.newContext({ viewport: { width: 1240, height: 820 }, locale: "en-GB", ...options });
        const page = await context.newPage();
        page.setDefaultTimeout(PATIENCE);
        const bad = (text) => !/WebSocket connection|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED/.test(text) && this.wrong(`${name}: ${text}`);
        page.on("console", (line) => line.type() === "error" && bad(line.text()));
        page.on("pageerror", (error) => bad(error.message));
        await page.goto(`${address}/${hash}`);
        return { name, context, page };
    }

    /** Notes a problem. */
    wrong(problem) {
        this.#problems.push(problem);
    }

    /** Takes a picture of what somebody sees. */
    async picture({ page }, name) {
        await page.screenshot({ path: join(this.#folder, `${name}.png`) });
    }

    /** Runs a story; pictures everybody when it breaks; ends the process with what went wrong. */
    async tell(story) {
        try {
            await story();
        } catch (error) {
            this.wrong(error.stack);
            for (const [index, context] of this.#browser.contexts().entries()) {
                await this.picture({ page: context.pages()[0] }, `failed-${index}`);
            }
        }
        await this.#browser.close();
        for (const problem of this.#problems) console.error(problem);
        process.exitCode = this.#problems.length > 0 ? 1 : 0;
    }
}

/** Makes an account. */
export async function register({ name, page }, shown) {
    const open = page.getByRole("button", { name: "Create account" });
    await open.first().waitFor();
    if (!(await page.getByLabel("Your name").isVisible())) await open.click();
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Your name").fill(shown);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "New chat" }).first().waitFor();
}

/** Logs in, as on another device. */
export async function login({ name, page }) {
    await page.getByLabel("User name").fill(name);
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "New chat" }).first().waitFor();
}

/** Opens the direct chat with somebody, found by name. */
export async function openDirect({ page }, name) {
    await page.getByRole("button", { name: "New chat" }).first().click();
    await page.getByLabel("Exact user name").fill(name);
    await page.locator(".person", { hasText: `@${name}` }).click();
    await page.locator(".chat__about", { hasText: `@${name}` }).waitFor();
}

/** Makes a group with people one has talked to. */
export async function makeGroup({ page }, title, names) {
    await page.getByRole("button", { name: "New chat" }).first().click();
    await page.getByRole("button", { name: "New group" }).click();
    await page.getByLabel("Name of the group").fill(title);
    for (const name of names) {
        await page.getByLabel("Exact user name").fill(name);
        await page.locator(".person", { hasText: `@${name}` }).first().click();
    }
    await page.getByRole("button", { name: "Create group" }).click();
    await page.locator(".chat__title", { hasText: title }).waitFor();
}

/** Opens a chat from the list. */
export async function openChat({ page }, title) {
    await page.locator(".chat-row", { has: page.locator(".chat-row__title", { hasText: title }) }).first().click();
    await page.locator(".chat__title", { hasText: title }).waitFor();
}

/** Writes and sends. */
export async function send({ page }, text) {
    await page.locator(".composer__input").first().fill(text);
    await page.keyboard.press("Enter");
}

/** The message that says something. */
export function message({ page }, text) {
    return page.locator(".chat:not(.thread) .message", { has: page.locator(".bubble__text", { hasText: text }) }).last();
}

/** Chooses something from the menu of a message. */
export async function act(somebody, text, action) {
    await message(somebody, text).locator(".bubble__text").click({ button: "right" });
    await somebody.page.getByRole("menuitem", { name: action, exact: true }).click();
}

/** Goes down to the newest message. */
export async function toEnd({ page }) {
    const latest = page.locator(".chat:not(.thread) .latest");
    // The button goes away by itself once the end is reached, perhaps while it is being pressed.
    while (await latest.count()) await latest.click({ timeout: 1000 }).catch(() => undefined);
}

/** Waits until a text is seen. */
export async function shows({ page }, text) {
    await page.locator(".bubble .lines", { hasText: text.slice(0, 60) }).first().waitFor();
}

/** Says which step of a story has been seen. */
export function step(text) {
    console.log(`- ${text}`);
}

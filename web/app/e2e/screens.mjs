// Takes a picture of every screen and checks each with axe.
//
//     node e2e/screens.mjs FOLDER [part of a name…]
//
// Ends with an error when axe finds something, when the content policy is broken, or when the page logs an error.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";
import { MESSAGE_SCENES } from "./message-scenes.mjs";
import { SCENES } from "./scenes.mjs";
import { serve } from "./server.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LOOKS = {
    light: { theme: "light", width: 1240, height: 820 },
    dark: { theme: "dark", width: 1240, height: 820 },
    phone: { theme: "light", width: 390, height: 800 },
    "phone-dark": { theme: "dark", width: 390, height: 800 },
};
const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

const [folder, ...wanted] = process.argv.slice(2);
if (!folder) throw new Error("which folder?");
mkdirSync(folder, { recursive: true });
if (!process.env.CURLEW_BUILT) await build({ mode: "demo", logLevel: "warn" });
const server = await serve("dist-demo", { strict: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const problems = [];

for (const scene of [...SCENES, ...MESSAGE_SCENES]) {
    if (wanted.length > 0 && !wanted.some((part) => scene.name.includes(part))) continue;
    for (const look of scene.only ?? ["light", "dark", "phone"]) await take(scene, look);
}

await browser.close();
server.close();
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

async function take(scene, look) {
    const { theme, width, height } = LOOKS[look];
    const touch = look.startsWith("phone");
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, locale: scene.language === "zh" ? "zh-CN" : "en-GB", bypassCSP: false, hasTouch: touch, isMobile: touch });
    const page = await context.newPage();
    const name = `${scene.name}.${look}`;
    page.on("console", (line) => line.type() === "error" && problems.push(`${name}: ${line.text()}`));
    page.on("pageerror", (error) => problems.push(`${name}: ${error.message}`));
    try {
        if (scene.fontSize) await page.addInitScript((size) => document.addEventListener("DOMContentLoaded", () => (document.documentElement.style.fontSize = `${size}px`)), scene.fontSize);
        await page.goto(`${server.address}/?demo=${scene.scene}${scene.hash ?? ""}`);
        await page.waitForSelector("#root > *");
        await page.evaluate(() => document.fonts.ready);
        await page.waitForTimeout(500);
        await scene.steps?.(page, look);
        await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
        await examine(page, name);
    } catch (error) {
        problems.push(`${name}: ${error.message.split("\n")[0]}`);
        await page.screenshot({ path: join(folder, `${name}.png`) }).catch(() => undefined);
    }
    await context.close();
}

async function examine(page, name) {
    const found = await page.evaluate(async (source) => {
        (0, eval)(source);
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join(" | ")}`);
    }, AXE).catch(() => null);
    if (found === null) problems.push(`${name}: axe did not run`);
    else for (const line of found) problems.push(`${name}: axe ${line}`);
}

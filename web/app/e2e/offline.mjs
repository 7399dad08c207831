// Proves that the built client opens without a network, and that a newer version is offered and taken over cleanly.
//
//     node e2e/offline.mjs        (after npm run build)

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "./server.mjs";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const folder = mkdtempSync(join(tmpdir(), "curlew-offline-"));
cpSync("dist", folder, { recursive: true });
const server = await serve(folder);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const context = await browser.newContext();
const page = await context.newPage();
const shown = () => page.locator(".signin__title, .starting").first().waitFor();

try {
    await page.goto(server.address);
    await shown();
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.reload();
    await shown();
    await context.setOffline(true);
    await page.reload();
    await shown();
    console.log("opens without a network");

    await context.setOffline(false);
    const worker = readFileSync(join(folder, "sw.js"), "utf8");
    writeFileSync(join(folder, "sw.js"), worker.replace(/VERSION = "\w+"/, 'VERSION = "newer"'));
    await page.reload();
    await page.getByRole("button", { name: "Use it now" }).click({ timeout: 20_000 });
    await page.waitForFunction(async () => (await caches.keys()).join() === "curlew-newer", null, { timeout: 20_000 });
    await shown();
    console.log("a newer version is offered and taken over");
} finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
}

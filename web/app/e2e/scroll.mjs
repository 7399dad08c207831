// Scrolls up through the chat of a hundred thousand messages and measures: frames that took long, and messages that
// jumped against the direction of scrolling when older ones were put before them.
//
//     node e2e/scroll.mjs [turns of the wheel] [pixels of a turn]

import { chromium } from "playwright-core";
import { build } from "vite";
import { serve } from "./server.mjs";

const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const turns = Number(process.argv[2] ?? 400);
const pixels = Number(process.argv[3] ?? 160);
if (!process.env.CURLEW_BUILT) await build({ mode: "demo", logLevel: "warn" });
const server = await serve("dist-demo");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGS });
const page = await browser.newPage({ viewport: { width: 1240, height: 820 } });
await page.goto(`${server.address}/?demo=#/c/harbour`);
await page.waitForSelector(".message");
await page.waitForTimeout(600);
await page.mouse.move(800, 400);

await page.evaluate(() => {
    const state = { frames: [], jumps: [], before: new Map(), at: performance.now() };
    window.measured = state;
    const frame = () => {
        const now = performance.now();
        state.frames.push(now - state.at);
        state.at = now;
        const tops = new Map();
        for (const message of document.querySelectorAll(".message")) {
            const box = message.getBoundingClientRect();
            if (box.bottom > 60 && box.top < 760) tops.set(message.querySelector("time").dateTime + message.textContent.slice(0, 60), box.top);
        }
        const moves = [...tops].flatMap(([key, top]) => (state.before.has(key) ? [top - state.before.get(key)] : []));
        const least = Math.min(...moves, 0);
        if (least < -2) state.jumps.push(Math.round(least));
        state.before = tops;
        next();
    };
    // Measured right after a frame was painted: what happens inside a frame is not seen by anybody.
    const channel = new MessageChannel();
    channel.port1.onmessage = frame;
    const next = () => requestAnimationFrame(() => channel.port2.postMessage(0));
    next();
});

for (let turn = 0; turn < turns; turn++) {
    await page.mouse.wheel(0, -pixels);
    await page.waitForTimeout(16);
}
const { frames, jumps } = await page.evaluate(() => window.measured);
const first = await page.locator(".message time").first().getAttribute("datetime");
const shown = await page.locator(".message").count();
frames.sort((a, b) => a - b);
const at = (part) => Math.round(frames[Math.floor(frames.length * part)] ?? 0);
console.log(`${turns} turns of ${pixels} px; oldest in view ${first}; ${shown} messages in the page`);
console.log(`frames ${frames.length}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, 99 % ${at(0.99)} ms`);
console.log(`jumps against the direction: ${jumps.length} ${jumps.slice(0, 20).join(" ")}`);
await browser.close();
server.close();

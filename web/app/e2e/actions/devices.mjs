// What one person does on two devices, one of them a phone: drafts, swiping, the menu of a long press.

import { login, message, openChat, send, shows, step } from "../people.mjs";

const PHONE = { viewport: { width: 390, height: 800 }, hasTouch: true, isMobile: true };

/** Bo takes up a phone. */
export async function deviceActions(story) {
    const { all, people, curlew } = story;
    const phone = await people.person("bo.lind", curlew.address, "", PHONE);
    await login(phone);
    await all([drafts, swipe], { ...story, phone });
}

async function drafts({ people, bo, phone }) {
    await openChat(bo, "Ada Byrne");
    await bo.page.locator(".composer__input").fill("half a thought");
    await phone.page.locator(".chat-row", { hasText: "half a thought" }).getByText("Draft:").waitFor();
    await people.picture(phone, "action-draft");
    await openChat(phone, "Ada Byrne");
    await phone.page.waitForFunction(() => document.querySelector(".composer__input").value === "half a thought");
    await phone.page.locator(".composer__input").fill("");
    await bo.page.waitForFunction(() => document.querySelector(".composer__input").value === "");
    step("drafts: begun on one device, in the list and the line of the other, gone from both");
}

async function swipe({ people, ada, phone }) {
    await openChat(ada, "Bo Lind");
    await send(ada, "Swipe me");
    await shows(phone, "Swipe me");
    const box = await message(phone, "Swipe me").locator(".bubble").boundingBox();
    const touch = await phone.context.newCDPSession(phone.page);
    const at = (x) => [{ x, y: box.y + box.height / 2 }];
    await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: at(box.x + 10) });
    for (let x = 20; x <= 110; x += 10) await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: at(box.x + x) });
    await people.picture(phone, "action-swiping");
    await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await phone.page.locator(".reply", { hasText: "Swipe me" }).waitFor();
    await people.picture(phone, "action-swiped");
    await send(phone, "Swiped");
    await message(ada, "Swiped").locator(".quote", { hasText: "Swipe me" }).waitFor();
    step("swipe: a message pulled aside is answered");
}

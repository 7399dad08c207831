// What people do with messages in a group: mentions, threads, readers, roles, disappearing messages.

import { act, makeGroup, message, openChat, send, shows, step, toEnd } from "../people.mjs";

const GROUP = "Everything club";
const REPLIES = 60;
const row = ({ page }) => page.locator(".chat-row", { hasText: GROUP });
const composer = ({ page }) => page.locator(".composer__input").first();

/** Ada makes a group with Bo and Li; Li looks elsewhere at first. */
export async function groupActions(story) {
    const { ada, bo } = story;
    await makeGroup(ada, GROUP, ["bo.lind", "yutong.li"]);
    await openChat(bo, GROUP);
    await story.all([mention, mentionAll, thread, readers, roles, expiry, privacy], story);
}

async function mention({ people, ada, li }) {
    await composer(ada).pressSequentially("你好@李");
    await ada.page.getByRole("option", { name: /李雨桐/ }).waitFor();
    await people.picture(ada, "action-mention");
    await ada.page.keyboard.press("Enter");
    await composer(ada).pressSequentially("please look");
    await ada.page.keyboard.press("Enter");
    for (let index = 0; index < 40; index++) await send(ada, `filler ${index}`);
    await row(li).getByText("41 unread messages").waitFor({ state: "attached" });
    await row(li).getByTitle("1 mention of you").waitFor();
    await openChat(li, GROUP);
    await li.page.locator(".next-mention").click();
    await li.page.locator(".message--flash .mention--me", { hasText: "@李雨桐" }).waitFor();
    await people.picture(li, "action-mentioned");
    await toEnd(li);
    await row(li).getByTitle("1 mention of you").waitFor({ state: "detached" });
    step("mention: completed by key, counted in the list, found by the button, read away");
}

async function mentionAll({ ada, bo, li }) {
    await composer(bo).pressSequentially("@all");
    await bo.page.waitForFunction(() => document.querySelector(".composer__input").value === "@all");
    if (await bo.page.getByRole("option", { name: /all members/ }).count()) throw new Error("a member is offered to speak to all");
    await composer(bo).fill("");
    await li.page.goto(`${li.page.url().split("#")[0]}#/`);
    await li.page.getByText("Choose a chat").waitFor();
    await composer(ada).pressSequentially("@al");
    await ada.page.getByRole("option", { name: /all members/ }).click();
    await composer(ada).pressSequentially("the boat leaves at nine");
    await ada.page.keyboard.press("Enter");
    await message(bo, "the boat leaves at nine").locator(".mention--me", { hasText: "@all" }).waitFor();
    await row(li).getByTitle("1 mention of you").waitFor();
    step("mention all: offered to owners and not to members, counted for everybody");
}

async function thread({ people, ada, bo }) {
    await act(bo, "the boat leaves at nine", "Reply in thread");
    const pane = bo.page.locator(".thread");
    const line = pane.locator(".composer__input");
    for (let index = 0; index < REPLIES; index++) {
        await line.fill(`reply ${index}`);
        await bo.page.keyboard.press("Enter");
    }
    await pane.locator(".message", { hasText: `reply ${REPLIES - 1}` }).locator(".ticks:not([aria-label=Sending])").waitFor();
    const mark = message(ada, "the boat leaves at nine").locator(".thread-mark", { hasText: `${REPLIES} replies` });
    while ((await mark.count()) === 0) await ada.page.locator(".messages__list").first().evaluate((list) => list.scrollBy(0, -400));
    await mark.click();
    const replies = ada.page.locator(".thread");
    await replies.locator(".message", { hasText: `reply ${REPLIES - 1}` }).waitFor();
    const oldest = replies.locator(".message", { hasText: "the boat leaves at nine" });
    while ((await oldest.count()) === 0) await replies.locator(".messages__list").evaluate((list) => list.scrollTo(0, 0));
    await people.picture(ada, "action-thread");
    await replies.getByRole("button", { name: "Close" }).click();
    await toEnd(ada);
    await toEnd(bo);
    await pane.getByRole("button", { name: "Close" }).click();
    step(`thread: ${REPLIES} replies from a line of its own, counted under the message, paged to its beginning`);
}

async function readers({ people, ada, bo }) {
    await send(ada, "Who sees this?");
    await shows(bo, "Who sees this?");
    await row(bo).locator(".badge").waitFor({ state: "detached" });
    await act(ada, "Who sees this?", "Seen by");
    await ada.page.getByRole("dialog").locator(".listing__person", { hasText: "Bo Lind" }).waitFor();
    if (await ada.page.getByRole("dialog").getByText("李雨桐").count()) throw new Error("somebody who was elsewhere is said to have read");
    await people.picture(ada, "action-readers");
    await ada.page.keyboard.press("Escape");
    step("seen by: whoever looked is listed, whoever was elsewhere is not");
}

async function roles({ people, ada, bo }) {
    await ada.page.getByRole("button", { name: "Group info" }).click();
    await ada.page.getByRole("button", { name: "What to do with Bo Lind" }).click();
    await ada.page.getByRole("menuitem", { name: "Make admin" }).click();
    await ada.page.locator(".member", { hasText: "Bo Lind" }).locator(".member__role--admin").waitFor();
    await people.picture(ada, "action-roles");
    await act(bo, "Who sees this?", "Pin");
    await ada.page.locator(".pinned", { hasText: "Who sees this?" }).waitFor();
    await act(bo, "Who sees this?", "Delete");
    await bo.page.getByRole("button", { name: "Delete for everyone" }).click();
    await message(ada, "This message was taken back").waitFor();
    await ada.page.locator(".pinned").waitFor({ state: "detached" });
    step("roles: an admin pins and takes back what others said; the pin goes with it");
}

async function expiry({ people, ada, bo }) {
    await ada.page.getByLabel("Disappearing messages").selectOption({ label: "1 week" });
    await bo.page.locator(".system", { hasText: "Ada Byrne let messages disappear after 1 week" }).waitFor();
    await bo.page.locator(".chat__expiry", { hasText: "1 week" }).waitFor();
    await people.picture(bo, "action-expiry");
    await ada.page.getByRole("button", { name: "Close" }).click();
    step("disappearing messages: set in the details, told in the chat, shown in the header");
}

async function privacy({ people, li }) {
    await li.page.getByRole("button", { name: "Settings" }).click();
    await li.page.getByRole("switch", { name: "Hide what I have read" }).click();
    const on = li.page.locator("[role=switch][aria-checked=true]");
    await on.waitFor();
    await li.page.reload();
    await on.waitFor();
    await people.picture(li, "action-privacy");
    step("hidden reads: the setting is made and kept");
}

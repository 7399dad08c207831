// What two people do with messages in their direct chat.

import { act, message, openChat, send, shows, step } from "../people.mjs";

const composer = ({ page }) => page.locator(".composer__input").first();
const notice = ({ page }, text) => page.locator(".notice", { hasText: text }).waitFor();

/** Ada and Bo have their chat open. */
export async function chatActions(story) {
    await story.all([reply, react, edit, copy, pin, forward, select, retract, hide, ticks], story);
}

async function reply({ ada, bo }) {
    await act(bo, "Shall we try everything?", "Reply");
    await send(bo, "Gladly");
    await message(ada, "Gladly").locator(".quote", { hasText: "Shall we try everything?" }).click();
    await ada.page.locator(".message--flash", { hasText: "Shall we try everything?" }).waitFor();
    step("reply: the answer quotes the message, and the quote leads to it");
}

async function react({ people, ada, bo }) {
    await message(bo, "Shall we try everything?").locator(".bubble__text").click({ button: "right" });
    await bo.page.getByRole("menuitem", { name: "👍" }).click();
    const chip = message(ada, "Shall we try everything?").locator(".reaction", { hasText: "👍" });
    await chip.waitFor();
    await chip.click();
    await message(bo, "Shall we try everything?").locator(".reaction", { hasText: "2" }).waitFor();
    await act(ada, "Gladly", "More reactions");
    await ada.page.getByRole("menuitem", { name: "🚀" }).click();
    await message(bo, "Gladly").locator(".reaction", { hasText: "🚀" }).waitFor();
    await act(bo, "Shall we try everything?", "Reactions");
    await bo.page.getByRole("dialog").locator(".listing__person", { hasText: "Ada Byrne" }).waitFor();
    await bo.page.keyboard.press("Escape");
    await chip.click();
    await message(bo, "Shall we try everything?").locator(".reaction", { hasText: "1" }).waitFor();
    await people.picture(bo, "action-react");
    step("react: from the row, from all emoji, by pressing the chip; who reacts is listed; a reaction is taken back");
}

async function edit({ people, ada, bo }) {
    await send(ada, "Dinner at sven");
    await shows(bo, "Dinner at sven");
    await act(ada, "Dinner at sven", "Edit");
    await composer(ada).fill("Dinner at seven");
    await ada.page.keyboard.press("Enter");
    await message(bo, "Dinner at seven").getByText("edited").waitFor();
    await composer(ada).focus();
    await ada.page.keyboard.press("Control+ArrowUp");
    await composer(ada).fill("Dinner at eight");
    await ada.page.keyboard.press("Enter");
    await message(bo, "Dinner at eight").waitFor();
    await act(ada, "Dinner at eight", "Edit history");
    const versions = ada.page.getByRole("dialog").locator(".revision");
    await versions.nth(2).getByText("Dinner at sven").waitFor();
    await people.picture(ada, "action-history");
    await ada.page.keyboard.press("Escape");
    step("edit: by menu and by key; the other sees the new words and that they were edited; the history has both old ones");
}

async function copy({ bo }) {
    await act(bo, "Dinner at eight", "Copy text");
    await notice(bo, "Copied");
    step("copy: the words are in the clipboard");
}

async function pin({ people, ada, bo }) {
    await act(bo, "Dinner at eight", "Pin");
    await ada.page.locator(".pinned", { hasText: "Dinner at eight" }).waitFor();
    await ada.page.locator(".system", { hasText: "Bo Lind pinned a message" }).waitFor();
    await act(ada, "Gladly", "Pin");
    await bo.page.locator(".pinned", { hasText: "Pinned message 1 of 2" }).waitFor();
    await bo.page.locator(".pinned__main").click();
    await bo.page.locator(".message--flash", { hasText: "Gladly" }).waitFor();
    await bo.page.locator(".pinned", { hasText: "Pinned message 2 of 2" }).getByText("Dinner at eight").waitFor();
    await people.picture(bo, "action-pin");
    await bo.page.getByRole("button", { name: "Unpin" }).click();
    await ada.page.locator(".pinned", { hasText: "Gladly" }).waitFor();
    await act(ada, "Gladly", "Unpin");
    await bo.page.locator(".pinned").waitFor({ state: "detached" });
    step("pin: the bar shows one after the other and leads to them; pins are taken down by both");
}

async function forward({ people, ada, li }) {
    await act(ada, "Gladly", "Forward");
    await ada.page.getByRole("checkbox", { name: "李雨桐" }).click();
    await ada.page.getByLabel("Add a comment").fill("Bo said this");
    await ada.page.getByRole("button", { name: "Forward", exact: true }).click();
    await notice(ada, "Forwarded");
    await openChat(li, "Ada Byrne");
    await message(li, "Gladly").getByText("Forwarded from Bo Lind").waitFor();
    await shows(li, "Bo said this");
    await people.picture(li, "action-forwarded");
    step("forward: the message arrives with who said it first, and the comment after it");
}

async function select({ people, ada, li }) {
    await act(ada, "Shall we try everything?", "Select");
    await message(ada, "Dinner at eight").click({ modifiers: ["Shift"] });
    await ada.page.getByText("3 selected").waitFor();
    await people.picture(ada, "action-select");
    await ada.page.getByRole("toolbar").getByRole("button", { name: "Forward" }).click();
    await ada.page.getByRole("radio", { name: "As one" }).check();
    await ada.page.getByRole("checkbox", { name: "李雨桐" }).click();
    await ada.page.getByRole("button", { name: "Forward", exact: true }).click();
    const card = li.page.locator(".bundle", { hasText: "Gladly" });
    await card.waitFor();
    await card.click();
    await li.page.getByRole("dialog").locator(".bundle-item", { hasText: "Dinner at eight" }).waitFor();
    await people.picture(li, "action-bundle");
    await li.page.keyboard.press("Escape");
    step("select: a range is chosen with Shift and forwarded as one; the card opens and shows all of it");
}

async function retract({ people, ada, bo }) {
    await act(ada, "Shall we try everything?", "Delete");
    await ada.page.getByRole("button", { name: "Delete for everyone" }).click();
    await message(bo, "This message was taken back").waitFor();
    await message(bo, "Gladly").locator(".quote", { hasText: "This message was taken back" }).waitFor();
    await people.picture(bo, "action-retracted");
    step("retract: its place stays, its words are gone for both, also from the quote");
}

async function hide({ ada, bo }) {
    await act(bo, "Dinner at eight", "Delete");
    await bo.page.getByRole("button", { name: "Delete for me" }).click();
    await message(bo, "Dinner at eight").waitFor({ state: "detached" });
    await bo.page.reload();
    await shows(bo, "Gladly");
    if (await message(bo, "Dinner at eight").count()) throw new Error("a message deleted for oneself came back");
    await message(ada, "Dinner at eight").waitFor();
    step("delete for me: it is gone here, also after a reload, and stays for the other");
}

async function ticks({ people, ada, bo }) {
    await bo.page.goto(`${bo.page.url().split("#")[0]}#/`);
    await bo.page.getByText("Choose a chat").waitFor();
    await send(ada, "Are you looking?");
    await message(ada, "Are you looking?").locator(".ticks--delivered").waitFor();
    await openChat(bo, "Ada Byrne");
    await message(ada, "Are you looking?").locator(".ticks--read").waitFor();
    await people.picture(ada, "action-ticks");
    step("ticks: two when it has reached a device, coloured when it was read");
}

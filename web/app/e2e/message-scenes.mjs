// Every screen about what is done with messages: see scenes.mjs.

const pause = (page, ms = 350) => page.waitForTimeout(ms);
const lines = (page, text) => page.locator(".lines", { hasText: text }).first();
const menu = async (page, text) => {
    await lines(page, text).click({ button: "right" });
    await page.getByRole("menu").waitFor();
};
const choose = async (page, text, item) => {
    await menu(page, text);
    await page.getByRole("menuitem", { name: item, exact: true }).click();
    await pause(page);
};

export const MESSAGE_SCENES = [
    { name: "message-emoji", scene: "", hash: "#/c/maria", async steps(page) {
        await choose(page, "Seven it is", "More reactions");
    } },
    { name: "message-emoji-zh", scene: "", hash: "#/c/yutong", language: "zh", only: ["dark"], async steps(page) {
        await choose(page, "收到", "更多表情");
    } },
    { name: "message-edit", scene: "", hash: "#/c/maria", async steps(page) {
        await choose(page, "Reading it now", "Edit");
    } },
    { name: "message-delete", scene: "", hash: "#/c/maria", async steps(page) {
        await choose(page, "Seven it is", "Delete");
    } },
    { name: "message-delete-theirs", scene: "", hash: "#/c/maria", only: ["light"], async steps(page) {
        await choose(page, "Thursday is good", "Delete");
    } },
    { name: "message-retracted", scene: "", hash: "#/c/maria", only: ["light", "dark"], async steps(page) {
        await choose(page, "Seven it is", "Delete");
        await page.getByRole("button", { name: "Delete for everyone" }).click();
        await pause(page);
    } },
    { name: "message-forward", scene: "", hash: "#/c/maria", async steps(page) {
        await choose(page, "Thursday is good", "Forward");
        await page.getByRole("checkbox", { name: "Harbour Watch" }).click();
        await page.getByRole("checkbox", { name: "Weekend in Porto" }).click();
        await page.getByLabel("Add a comment").fill("See you there");
        await pause(page);
    } },
    { name: "message-forward-many", scene: "", hash: "#/c/porto", only: ["light", "phone"], async steps(page) {
        await choose(page, "Looks wonderful", "Select");
        await lines(page, "For me too").click();
        await page.getByRole("button", { name: "Forward" }).click();
        await page.getByRole("radio", { name: "As one" }).check();
        await pause(page);
    } },
    { name: "message-select", scene: "", hash: "#/c/porto", async steps(page) {
        await choose(page, "Looks wonderful", "Select");
        await lines(page, "For me too").click();
        await pause(page);
    } },
    { name: "message-bundle", scene: "", hash: "#/c/maria", async steps(page) {
        await page.locator(".bundle").click();
        await pause(page);
    } },
    { name: "message-history", scene: "", hash: "#/c/porto", async steps(page) {
        await choose(page, "Looks wonderful", "Edit history");
    } },
    { name: "message-readers", scene: "", hash: "#/c/porto", async steps(page) {
        await choose(page, "Fine with me", "Seen by");
    } },
    { name: "message-reactors", scene: "", hash: "#/c/porto", only: ["light", "phone"], async steps(page) {
        await choose(page, "house with a garden", "Reactions");
    } },
    { name: "group-menu", scene: "", hash: "#/c/porto", async steps(page) {
        await menu(page, "house with a garden");
        await pause(page);
    } },
    { name: "group-hover", scene: "", hash: "#/c/porto", only: ["light"], async steps(page) {
        await lines(page, "house with a garden").hover();
        await pause(page);
    } },
    { name: "group-pin-next", scene: "", hash: "#/c/porto", only: ["light"], async steps(page) {
        await page.locator(".pinned__main").click();
        await pause(page, 700);
    } },
    { name: "group-thread", scene: "", hash: "#/c/porto", async steps(page) {
        await page.locator(".thread-mark").click();
        await page.locator(".thread .message").nth(3).waitFor();
        await pause(page);
    } },
    { name: "group-thread-new", scene: "", hash: "#/c/porto", only: ["light", "phone"], async steps(page) {
        await choose(page, "For me too", "Reply in thread");
    } },
    { name: "group-mention", scene: "", hash: "#/c/porto", async steps(page) {
        await page.locator(".composer__input").pressSequentially("Thank you @");
        await page.getByRole("listbox").waitFor();
        await pause(page);
    } },
    { name: "group-mention-zh", scene: "", hash: "#/c/harbour", language: "zh", only: ["light"], async steps(page) {
        await page.locator(".composer__input").pressSequentially("早上好@李");
        await page.getByRole("listbox").waitFor();
        await pause(page);
    } },
    { name: "group-roles", scene: "", hash: "#/c/harbour/info", async steps(page) {
        await page.getByRole("button", { name: /^What to do with/ }).first().click();
        await page.getByRole("menuitem", { name: "Make admin" }).click();
        await page.locator(".member__role--admin").waitFor();
        await page.getByRole("button", { name: /^What to do with/ }).first().click();
        await pause(page);
    } },
    { name: "group-away", scene: "", hash: "#/c/harbour", only: ["light", "dark", "phone"], async steps(page) {
        await page.locator(".latest").click();
        await pause(page, 900);
    } },
    { name: "direct-expiry", scene: "", hash: "#/c/amal/info" },
];

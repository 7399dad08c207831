// Every screen: how it is reached. `scene` is what the invented data plays; see demo/client.ts.

const pause = (page, ms = 350) => page.waitForTimeout(ms);
const button = (page, name) => page.getByRole("button", { name, exact: true });

/** name, scene, address, steps; `only` limits the looks it is taken in. */
export const SCENES = [
    { name: "signin", scene: "signin" },
    { name: "signin-wrong", scene: "signin", async steps(page) {
        await page.getByLabel("User name").fill("ada.byrne");
        await page.getByLabel("Password", { exact: true }).fill("wrong");
        await page.keyboard.press("Enter");
        await page.getByText("do not match").waitFor();
    } },
    { name: "signin-unreachable", scene: "unreachable", only: ["light"] },
    { name: "register", scene: "signin", async steps(page) {
        await button(page, "Create account").click();
        await page.getByLabel("User name").fill("Ada!");
        await page.getByLabel("Password", { exact: true }).fill("short");
        await page.keyboard.press("Enter");
        await pause(page);
    } },
    { name: "register-taken", scene: "signin", only: ["light"], async steps(page) {
        await button(page, "Create account").click();
        await page.getByLabel("User name").fill("maria.silva");
        await page.getByLabel("Password", { exact: true }).fill("four unrelated words here");
        await page.keyboard.press("Enter");
        await page.getByText("is taken").waitFor();
    } },
    { name: "register-invite", scene: "invite", only: ["light"], async steps(page) {
        await button(page, "Create account").click();
        await pause(page);
    } },
    { name: "setup", scene: "signin", hash: "#setup=abc123" },
    { name: "closed", scene: "closed", only: ["light"] },
    { name: "starting", scene: "starting", only: ["light"] },
    { name: "broken", scene: "broken", only: ["light"] },
    { name: "home", scene: "" },
    { name: "empty", scene: "empty" },
    { name: "search", scene: "", only: ["light"], async steps(page) {
        await page.getByLabel("Search chats").fill("har");
        await pause(page);
    } },
    { name: "search-nothing", scene: "", only: ["light"], async steps(page) {
        await page.getByLabel("Search chats").fill("zzz");
        await pause(page);
    } },
    { name: "chat", scene: "", hash: "#/c/maria" },
    { name: "chat-top", scene: "", hash: "#/c/maria", async steps(page) {
        await page.locator(".messages__list").evaluate((list) => list.scrollTo(0, 0));
        await pause(page);
    } },
    { name: "chat-menu", scene: "", hash: "#/c/maria", async steps(page) {
        await page.locator(".lines", { hasText: "Seven it is" }).click({ button: "right" });
        await pause(page);
    } },
    { name: "chat-reply", scene: "", hash: "#/c/maria", async steps(page) {
        await page.locator(".lines", { hasText: "small place by the harbour" }).click({ button: "right" });
        await page.getByRole("menuitem", { name: "Reply" }).click();
        await page.locator(".composer__input").fill("Wonderful! I will be there a little early,\nand keep a table by the window.");
        await pause(page);
    } },
    { name: "chat-hover", scene: "", hash: "#/c/maria", only: ["light"], async steps(page) {
        await page.locator(".lines", { hasText: "Thursday is good" }).hover();
        await pause(page);
    } },
    { name: "chat-long", scene: "", hash: "#/c/long", only: ["light", "phone"] },
    { name: "chat-limit", scene: "", hash: "#/c/maria", only: ["light"], async steps(page) {
        await page.locator(".composer__input").fill("word ".repeat(3300));
        await pause(page);
    } },
    { name: "group-unread", scene: "", hash: "#/c/harbour" },
    { name: "group", scene: "", hash: "#/c/porto" },
    { name: "group-info", scene: "", hash: "#/c/harbour/info" },
    { name: "group-add", scene: "", hash: "#/c/harbour/info", async steps(page) {
        await button(page, "Add people").click();
        await page.getByLabel("Exact user name").fill("maria");
        await pause(page, 900);
    } },
    { name: "group-leave", scene: "", hash: "#/c/harbour/info", async steps(page) {
        await button(page, "Leave group").click();
        await pause(page);
    } },
    { name: "direct-info", scene: "", hash: "#/c/maria/info", only: ["light", "phone"] },
    { name: "chinese", scene: "", hash: "#/c/yutong", language: "zh" },
    { name: "arabic", scene: "", hash: "#/c/amal", only: ["light", "phone"] },
    { name: "hebrew-draft", scene: "", hash: "#/c/noa", only: ["light"] },
    { name: "quiet", scene: "", hash: "#/c/quiet", only: ["light"] },
    { name: "notes", scene: "", hash: "#/c/notes", only: ["light"] },
    { name: "missing", scene: "", hash: "#/c/nowhere", only: ["light"] },
    { name: "slow", scene: "slow", hash: "#/c/maria", only: ["light", "dark"] },
    { name: "offline", scene: "offline", hash: "#/c/maria" },
    { name: "waiting", scene: "waiting", only: ["light", "phone"] },
    { name: "connecting", scene: "connecting", hash: "#/c/porto", only: ["phone"] },
    { name: "new", scene: "", hash: "#/new" },
    { name: "new-found", scene: "", hash: "#/new", only: ["light"], async steps(page) {
        await page.getByLabel("Exact user name").fill("olu");
        await page.getByRole("region", { name: "Found" }).waitFor();
    } },
    { name: "new-nobody", scene: "", hash: "#/new", only: ["light"], async steps(page) {
        await page.getByLabel("Exact user name").fill("nobody.at.all");
        await page.getByText("Nobody here").waitFor();
    } },
    { name: "new-group", scene: "", hash: "#/new/group", async steps(page) {
        await button(page, "Create group").click();
        await page.locator(".person", { hasText: "@maria.silva" }).first().click();
        await page.locator(".person", { hasText: "@build-bot" }).first().click();
        await pause(page);
    } },
    { name: "settings", scene: "", hash: "#/settings" },
    { name: "settings-zh", scene: "", hash: "#/settings", language: "zh", only: ["light"] },
    { name: "logout", scene: "", hash: "#/settings", only: ["light", "phone"], async steps(page) {
        await button(page, "Log out").click();
        await pause(page);
    } },
    { name: "profile", scene: "", hash: "#/settings/profile", only: ["light"] },
    { name: "sessions", scene: "", hash: "#/settings/sessions", async steps(page) {
        await page.getByText("Safari on iPhone").waitFor();
    } },
    { name: "sessions-failed", scene: "offline", hash: "#/settings/sessions", only: ["light"] },
    { name: "password", scene: "", hash: "#/settings/password", only: ["light", "phone"], async steps(page) {
        await page.getByLabel("Present password").fill("wrong");
        await page.getByLabel("New password").fill("a much better one 42");
        await page.keyboard.press("Enter");
        await page.getByText("not your present").waitFor();
    } },
    { name: "large-type", scene: "", hash: "#/c/maria", only: ["light", "phone"], fontSize: 24 },
];

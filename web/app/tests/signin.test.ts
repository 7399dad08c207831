import { beforeEach, expect, it } from "vitest";
import { ClientError } from "@curlew/sdk";
import { en } from "../src/i18n/en";
import { Signin } from "../src/stores/signin";
import { FakeClient } from "./fixtures";

let client: FakeClient;

beforeEach(() => {
    client = new FakeClient();
});

const fill = (signin: Signin, username: string, password: string) => {
    signin.type("username", username);
    signin.type("password", password);
};

it("complaints come at the field, and only after the form was tried", async () => {
    const signin = new Signin(client, null);
    signin.setMode("register");
    fill(signin, "Ada!", "short");
    expect(signin.complaint("username", en)).toBeNull();
    expect(await signin.submit(en)).toBe(false);
    expect(signin.complaint("username", en)).toBe(en.field.usernameCharacters);
    expect(signin.complaint("password", en)).toBe(en.field.passwordShort);
    expect(client.register).not.toHaveBeenCalled();
});

it("a taken name is said at the name", async () => {
    client.register.mockRejectedValueOnce(new ClientError("conflict", "", "username"));
    const signin = new Signin(client, null);
    signin.setMode("register");
    fill(signin, "Ada", "long enough words");
    await signin.submit(en);
    expect(signin.complaint("username", en)).toBe(en.field.usernameTaken);
    expect(signin.trouble(en)).toBeNull();
    signin.type("username", "ada2");
    expect(signin.complaint("username", en)).toBeNull();
});

it("wrong credentials do not say which of the two is wrong", async () => {
    client.login.mockRejectedValueOnce(new ClientError("unauthorized"));
    const signin = new Signin(client, null);
    fill(signin, "ada", "x");
    await signin.submit(en);
    expect(signin.trouble(en)).toBe(en.field.credentials);
    expect(signin.complaint("username", en)).toBeNull();
    expect(signin.complaint("password", en)).toBeNull();
});

it("the code of a set-up link is sent along and its refusal is explained", async () => {
    client.register.mockRejectedValueOnce(new ClientError("forbidden", "", "invite"));
    const signin = new Signin(client, { kind: "setup", code: "abc" });
    expect(signin.mode).toBe("register");
    fill(signin, "Ada", "long enough words");
    await signin.submit(en);
    expect(client.register).toHaveBeenCalledWith({ username: "ada", password: "long enough words", invite: "abc" });
    expect(signin.ticketTrouble(en)).toBe(en.field.setupWrong);
});

it("an invitation is asked for only where one is needed", async () => {
    client.serverInfo.mockResolvedValueOnce({ ...client.server!, registration: "invite" });
    const signin = new Signin(client, null);
    await new Promise((resolve) => setTimeout(resolve));
    signin.setMode("register");
    expect(signin.asksInvite).toBe(true);
    fill(signin, "ada", "long enough words");
    expect(await signin.submit(en)).toBe(false);
    expect(signin.complaint("invite", en)).toBe(en.field.inviteMissing);
});

it("a server that takes nobody offers no account", async () => {
    client.serverInfo.mockResolvedValueOnce({ ...client.server!, registration: "closed" });
    const signin = new Signin(client, null);
    await new Promise((resolve) => setTimeout(resolve));
    expect(signin.canRegister).toBe(false);
});

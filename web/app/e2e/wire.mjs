// The protocol without a client, spoken from a page of the same origin: for saying much in a short time.

/** Runs in the page: opens a session and keeps it as `window.wire`. */
async function connect({ username, password }) {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/ws`);
    const waiting = new Map();
    let count = 0;
    socket.onmessage = ({ data }) => {
        const { id, ok, error } = JSON.parse(data);
        if (id === undefined) return;
        const { resolve, reject } = waiting.get(id);
        waiting.delete(id);
        if (error) reject(new Error(`${error.code}: ${error.message}`));
        else resolve(ok);
    };
    await new Promise((resolve, reject) => Object.assign(socket, { onopen: resolve, onerror: reject }));
    const call = (method, params) =>
        new Promise((resolve, reject) => {
            const id = ++count;
            waiting.set(id, { resolve, reject });
            socket.send(JSON.stringify({ id, method, params }));
        });
    const { user } = await call("session.login", { username, password, device: { name: "wire", platform: "test" } });
    window.wire = { call };
    return user.id;
}

/** Runs in the page: asks for many things, one after the other; resolves to the answers. */
async function ask(requests) {
    const answers = [];
    for (const [method, params] of requests) {
        const named = "client_id" in params ? { ...params, client_id: params.client_id ?? crypto.randomUUID() } : params;
        answers.push(await window.wire.call(method, named));
    }
    return answers;
}

/** Somebody who speaks the protocol. */
export class Wire {
    #page;

    constructor(page) {
        this.#page = page;
    }

    /** Logs in; resolves to the speaker and their user id. */
    static async open(page, username, password) {
        const user = await page.evaluate(connect, { username, password });
        return { wire: new Wire(page), user };
    }

    /** Asks for many things, one after the other: pairs of a method and its params; a `client_id` of null is filled in. */
    ask(requests) {
        return this.#page.evaluate(ask, requests);
    }

    /** Asks for one thing. */
    async call(method, params) {
        const [answer] = await this.ask([[method, params]]);
        return answer;
    }
}

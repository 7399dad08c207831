// Saying much, and changing much of it.

const REACTIONS = ["👍", "❤️", "😂", "🎉"];

/** Makes the groups with everybody and says `count` messages in each; resolves to the chats with their stamps. */
export async function say(wire, groups, users, count) {
    const chats = [];
    for (const title of groups) {
        const { chat } = await wire.call("chat.create", { kind: "group", title, members: users, client_id: null });
        const requests = Array.from({ length: count }, (_, index) => ["message.send", { chat: chat.id, client_id: null, content: { type: "text", text: `${title} ${index}` } }]);
        const sent = await wire.ask(requests);
        chats.push({ id: chat.id, title, stamps: sent.map(({ stamp }) => stamp) });
    }
    return chats;
}

/** Makes `count` changes, shared out over the chats; resolves to how many of each kind there were. */
export async function changeMuch(wire, chats, users, count) {
    const [bo, ...others] = users;
    const made = { edits: 0, retractions: 0, reactions: 0, mentions: 0, memberships: 0, pins: 0 };
    const total = () => Object.values(made).reduce((sum, one) => sum + one, 0);
    const wanted = chats.map(() => []);
    for (let round = 0; total() < count; round++) {
        for (const [place, { id: chat, stamps }] of chats.entries()) {
            for (const [kind, requests] of Object.entries(kinds({ chat, stamps, round, bo, others }))) {
                wanted[place].push(...requests);
                made[kind] += requests.length;
            }
        }
    }
    // What is done to one chat is done in order; the chats are changed side by side.
    await Promise.all(wanted.map((requests) => wire.ask(requests)));
    return made;
}

/** The changes of one round in one chat. Every message that is taken back or edited is so once in a while only. */
function kinds({ chat, stamps, round, bo, others }) {
    const at = (step) => stamps[(round * 7 + step * 13) % stamps.length];
    const other = others[round % others.length];
    const change = (step, more) => ({ chat, stamp: at(step), client_id: null, ...more });
    const retracted = round * 3 < stamps.length ? [stamps[round * 3]] : [];
    const living = (step) => {
        const stamp = at(step);
        const place = stamps.indexOf(stamp);
        return place % 3 === 0 && place <= round * 3 ? [] : [step];
    };
    return {
        retractions: retracted.map((stamp) => ["message.retract", { chat, stamp, client_id: null }]),
        edits: [1, 2].flatMap(living).map((step) => ["message.edit", change(step, { content: { type: "text", text: `edited ${round} ${step}` } })]),
        reactions: [3, 4, 5].flatMap(living).map((step) => ["message.react", change(step, { kind: REACTIONS[(round + step) % REACTIONS.length], on: round % 4 !== 3 })]),
        mentions: round % 3 === 0 ? [["message.send", { chat, client_id: null, content: { type: "text", text: `@bo.lind look at ${round}` }, mentions: [bo] }]] : [],
        memberships: round % 4 === 0 ? [["chat.remove", { chat, user: other, client_id: null }], ["chat.add", { chat, users: [other], client_id: null }]] : [],
        pins: round % 10 === 0 ? [6].flatMap(living).map((step) => ["message.pin", change(step, { pinned: round % 20 === 0 })]) : [],
    };
}

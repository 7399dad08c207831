/** People who do anything at random: what a client must keep up with. */

import type { Entry } from "../../src";
import * as deeds from "./deeds";
import type { FakeChat, Model } from "./model";

const KINDS = ["👍", "❤️", "😂"];

/** One random deed in a chat by one of `people` (user ids), as far as it makes sense there. */
export function live(model: Model, chat: FakeChat, people: readonly string[], roll: () => number): void {
    const here = people.filter((user) => chat.members.has(user));
    const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(roll() * list.length)];
    const me = pick(here);
    if (me === undefined) return;
    const messages = chat.entries.filter((entry) => entry.kind === "message");
    const recent = pick(messages.slice(-40));
    const said = (): Entry => model.say(chat, me, { type: "text", text: `${me} ${Math.floor(roll() * 1e6)}` }, more());
    const more = (): Partial<Entry> => {
        const root = recent?.thread === undefined && recent && roll() < 0.3 ? { thread: recent.stamp } : {};
        const spoken = roll() < 0.3 ? { mentions: [pick([...chat.members.keys()]) ?? me] } : {};
        return { ...root, ...spoken, ...(roll() < 0.1 && { mention_all: true, mentions: [] }) };
    };
    const choice = roll();
    const own = pick(messages.filter((entry) => entry.sender === me && !entry.retracted).slice(-20));
    if (choice < 0.35 || !recent) said();
    else if (choice < 0.5 && own) deeds.edit(model, chat, me, { stamp: own.stamp, content: { type: "text", text: `edited ${Math.floor(roll() * 1e6)}` }, mentions: roll() < 0.5 ? [...(own.mentions ?? [])] : [pick([...chat.members.keys()]) ?? me] });
    else if (choice < 0.6 && own) deeds.retract(model, chat, me, own.stamp);
    else if (choice < 0.85 && !recent.retracted) deeds.react(model, chat, me, recent.stamp, pick(KINDS) ?? "", roll() < 0.7);
    else if (choice < 0.9 && !recent.retracted) deeds.pin(model, chat, me, recent.stamp, roll() < 0.6);
    else if (choice < 0.93) deeds.update(model, chat, me, { title: `title ${Math.floor(roll() * 100)}` });
    else if (choice < 0.96) deeds.join(model, chat, me, model.person(`guest${Math.floor(roll() * 3)}`));
    else deeds.part(model, chat, me, `u-guest${Math.floor(roll() * 3)}`);
}

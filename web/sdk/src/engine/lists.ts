/** Lists that are asked for when somebody looks at them, and kept nowhere: members, readers, reactors, … */

import type { Member, Reactor, ReadMark, Revision } from "../protocol.generated";
import type { Core } from "./core";

const PAGE = 200;
/** Nobody reads further in a list of people. */
const MAX_REACTORS = 2_000;
const MAX_MENTIONS = 200;

/** All members of a chat; the people among them are kept. */
export async function members(core: Core, chat: string): Promise<Member[]> {
    const found: Member[] = [];
    for (let hasMore = true; hasMore; ) {
        const after = found.at(-1)?.user.id;
        const page = await core.request("chat.members", { chat, limit: PAGE, ...(after && { after }) });
        found.push(...page.members);
        hasMore = page.has_more && page.members.length > 0;
    }
    await core.write((work) => {
        for (const { user } of found) work.putUser(user, core.platform.clock.now());
    });
    return found;
}

/** Who reacts to a message. */
export async function reactors(core: Core, chat: string, stamp: number): Promise<Reactor[]> {
    const found: Reactor[] = [];
    for (let hasMore = true; hasMore && found.length < MAX_REACTORS; ) {
        const after = found.at(-1)?.user;
        const page = await core.request("message.reactions", { chat, stamp, limit: PAGE, ...(after && { after }) });
        found.push(...page.reactors);
        hasMore = page.has_more && page.reactors.length > 0;
    }
    return found;
}

/** Who has read a message. */
export async function readers(core: Core, chat: string, stamp: number): Promise<ReadMark[]> {
    return (await core.request("message.readers", { chat, stamp })).readers;
}

/** What a message said before it was edited. */
export async function history(core: Core, chat: string, stamp: number): Promise<Revision[]> {
    return (await core.request("message.history", { chat, stamp })).revisions;
}

/** Unread messages that speak to oneself. */
export async function mentions(core: Core, chat: string): Promise<number[]> {
    return (await core.request("mention.list", { chat, limit: MAX_MENTIONS })).stamps;
}
